"""GET /leder and the answers given on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.agreements import adopting
from app.agreements.content import Terms
from app.agreements.difference import changes
from app.agreements.models import SUBJECT as AGREEMENT
from app.agreements.queries import ProposalCard, proposals
from app.agreements.reading import Reading, read_agreement
from app.approvals.models import Outcome
from app.approvals.queries import subject_kinds, waiting_for
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.identity.recent import NotRecent
from app.leader.figures import figures_of
from app.leader.views import AgreementCard, Card, LeaderPage, Tried
from app.portal.lookups import names_of
from app.retention.models import SUBJECT as DESTRUCTION
from app.tickets import approving
from app.tickets.approving import ApprovalCard, cards_of
from app.web.answers import answer_lines
from app.web.forms import read_form
from app.web.pages import render
from app.web.problem_texts import sentence_of, title_of
from app.web.refusals import record_refusal
from app.web.rooms import Room
from service_catalog.forms import references

MOST_AT_ONCE = 100
DECIDE = {"ticket": approving.decide, AGREEMENT: adopting.decide}
"""By what the question is about."""
OUTCOMES = {"godkjenn": Outcome.APPROVED, "avsla": Outcome.REJECTED}

router = Room(include_in_schema=False)


@router.get("/leder", name="leader")
async def show(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    godkjent: Annotated[int, Query(ge=0, le=MOST_AT_ONCE)] = 0,
    avslatt: Annotated[int, Query(ge=0, le=MOST_AT_ONCE)] = 0,
) -> Response:
    page = await leader_page(session, me, published, approved=godkjent, rejected=avslatt)
    return render(request, "leader/leader.html", page)


@router.post("/leder", name="leader_answer")
async def answer(request: Request, me: MeBriefly, published: Current) -> Response:
    """One question by its own button («godkjenn:17»), or several that are ticked; each in its own transaction."""
    posted = await read_form(request)
    outcome, ids = chosen(posted)
    comments = {found: str(posted.get(f"comment.{found}") or "").strip() for found in ids}
    sessions: Sessions = request.app.state.sessions
    problems: dict[int, str] = {}
    async with transaction(sessions) as session:
        kinds = await subject_kinds(session, ids)
    for found in ids:
        decide = DECIDE.get(kinds.get(found, ""), approving.decide)
        try:
            async with transaction(sessions) as session:
                await decide(session, found, outcome, comments[found] or None, by=me)
        except NotRecent:
            # Those before it are answered; the rest wait for the one who signs in again and comes back.
            raise
        except (Invalid, Conflict, Forbidden, NotFound) as problem:
            await record_refusal(request, problem)
            problems[found] = _sentence(problem, me.language)
    answered = len(ids) - len(problems)
    if not problems:
        counted = "godkjent" if outcome is Outcome.APPROVED else "avslatt"
        return RedirectResponse(f"/leder?{counted}={answered}" if answered else "/leder", 303)
    async with transaction(sessions) as session:
        page = await leader_page(
            session,
            me,
            published,
            approved=answered if outcome is Outcome.APPROVED else 0,
            rejected=answered if outcome is Outcome.REJECTED else 0,
            tried=Tried(problems, comments),
        )
        return render(request, "leader/leader.html", page, status=422)


def chosen(posted: FormData) -> tuple[Outcome, list[int]]:
    """What was pressed, and for which. Raises Invalid for anything that is not on the page."""
    word, _sep, one = str(posted.get("answer") or "").partition(":")
    ids = [one] if one else [str(value) for value in posted.getlist("approval")]
    sound = all(found.isascii() and found.isdigit() and len(found) < 19 for found in ids)
    if word not in OUTCOMES or not sound or len(ids) > MOST_AT_ONCE:
        raise Invalid("request.invalid")
    return OUTCOMES[word], [int(found) for found in dict.fromkeys(ids)]


def _sentence(problem: Problem, language: str) -> str:
    return sentence_of(problem.code, language, problem.params) or title_of(problem.status, language)


async def leader_page(
    session: AsyncSession,
    me: Actor,
    published: Published,
    *,
    approved: int = 0,
    rejected: int = 0,
    tried: Tried | None = None,
) -> LeaderPage:
    """The same number of queries however many questions wait."""
    questions = await waiting_for(session, me, limit=MOST_AT_ONCE)
    waiting = await cards_of(session, me, questions)
    proposed = await proposals(session, questions)
    names = await _names(session, waiting, published)
    return LeaderPage(
        first_name=me.name.split()[0],
        cards=[_card(found, me, published, names) for found in waiting],
        agreements=[_agreement(found, me, published) for found in proposed],
        destructions=[asked.subject_id for asked in questions if asked.subject_kind == DESTRUCTION],
        figures=await figures_of(session, me.leads_org_units),
        approved=approved,
        rejected=rejected,
        tried=tried,
    )


async def _names(session: AsyncSession, waiting: list[ApprovalCard], published: Published) -> dict[str, str]:
    persons: set[str] = set()
    places: set[str] = set()
    for found in waiting:
        service = published.catalogue.services.get(found.service)
        if service is not None:
            asked = references(service, found.answers)
            persons |= asked.persons
            places |= asked.org_units
    return await names_of(session, persons, places)


def _agreement(found: ProposalCard, me: Actor, published: Published) -> AgreementCard:
    def reading(terms: Terms) -> Reading:
        return read_agreement(terms, published, me.language, today=found.asked.asked_at.date())

    after = reading(found.terms)
    return AgreementCard(
        id=found.asked.id,
        name=after.name,
        version=after.version,
        title=after.title,
        provider=after.provider,
        for_provider=found.asked.scope == found.terms.agreement.provider,
        proposer_name=found.asked.requester_name,
        valid=after.valid,
        changes=changes(reading(found.before), after, me.language) if found.before else (),
        is_first=found.before is None,
        asked_at=found.asked.asked_at,
        asked_of_me=found.asked.approver_id in (None, me.person_id),
    )


def _card(found: ApprovalCard, me: Actor, published: Published, names: Mapping[str, str]) -> Card:
    service = published.catalogue.services.get(found.service)
    unit = published.catalogue.units.get(service.unit) if service else None
    answers = answer_lines(service, found.answers, names, me.language) if service else ()
    return Card(
        id=found.asked.id,
        number=found.number,
        subject=found.subject,
        service_title=service.title.in_language(me.language) if service else found.service,
        icon=unit.icon if unit else "FileCheckmark",
        requester_name=found.asked.requester_name,
        beneficiary_name=found.asked.beneficiary_name,
        org_unit_name=found.org_unit_name,
        description=found.description,
        answers=[(line.label, line.value) for line in answers],
        amount=found.asked.amount,
        ansvar=found.ansvar,
        authority=found.asked.authority,
        asked_at=found.asked.asked_at,
        due_at=found.due_at,
        asked_of_me=found.asked.approver_id in (None, me.person_id),
    )
