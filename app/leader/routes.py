"""GET /leder and the answers given on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints
from starlette.datastructures import FormData

from app.approvals import answering
from app.approvals.models import Outcome
from app.approvals.queries import subject_kinds
from app.catalogue.published import Current
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.identity.me import Me, MeBriefly
from app.identity.recent import NotRecent
from app.leader import deciding
from app.leader.listing import MOST_AT_ONCE, leader_page
from app.leader.views import Tried
from app.settings import Settings
from app.web.forms import read_form
from app.web.pages import render
from app.web.problem_texts import sentence_of, title_of
from app.web.refusals import record_refusal
from app.web.rooms import Room

OUTCOMES = {"godkjenn": Outcome.APPROVED, "avsla": Outcome.REJECTED}

Chosen = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}(,[0-9]{1,18}){0,9}$")]

router = Room(include_in_schema=False)


@router.get("/leder", name="leader")
async def show(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    godkjent: Annotated[int, Query(ge=0, le=MOST_AT_ONCE)] = 0,
    avslatt: Annotated[int, Query(ge=0, le=MOST_AT_ONCE)] = 0,
    vis: Literal["alle"] | None = None,
    valgt: Annotated[tuple[Chosen, ...], Query(max_length=MOST_AT_ONCE)] = (),
) -> Response:
    """`valgt`: the cards that were ticked when whoever answered had to sign in again first."""
    page = await leader_page(
        session,
        me,
        published,
        approved=godkjent,
        rejected=avslatt,
        shows_all=vis is not None,
        chosen=frozenset(int(card.partition(",")[0]) for card in valgt),
        settings=request.app.state.settings,
    )
    return render(request, "leader/leader.html", page)


@router.post("/leder", name="leader_answer")
async def answer(request: Request, me: MeBriefly, published: Current) -> Response:
    """One card by its own button («godkjenn:17»), or several that are ticked; each in its own transaction."""
    posted = await read_form(request)
    outcome, cards = chosen(posted)
    comments = {card[0]: str(posted.get(f"comment.{card[0]}") or "").strip() for card in cards}
    sessions: Sessions = request.app.state.sessions
    settings: Settings = request.app.state.settings
    undo_within = timedelta(seconds=settings.undo_seconds)
    problems: dict[int, str] = {}
    late: list[tuple[int, ...]] = []
    async with transaction(sessions) as session:
        kinds = await subject_kinds(session, [card[0] for card in cards])
    for card in cards:
        found = card[0]
        try:
            async with transaction(sessions) as session:
                await deciding.answer(
                    session,
                    card,
                    kinds.get(found, ""),
                    outcome,
                    comments[found] or None,
                    by=me,
                    undo_within=undo_within,
                )
        except NotRecent:
            # The others are answered; these wait, ticked, for whoever signs in again and comes back.
            late.append(card)
        except (Invalid, Conflict, Forbidden, NotFound) as problem:
            await record_refusal(request, problem)
            problems[found] = _sentence(problem, me.language)
    answered = len(cards) - len(problems) - len(late)
    if not problems:
        counted = {"godkjent" if outcome is Outcome.APPROVED else "avslatt": answered} if answered else {}
        ticked = [",".join(map(str, card)) for card in late]
        said = urlencode(counted | ({"valgt": ticked} if ticked else {}), doseq=True, safe=",")
        if late:
            raise NotRecent(f"/leder?{said}")
        return RedirectResponse(f"/leder?{said}" if said else "/leder", 303)
    async with transaction(sessions) as session:
        page = await leader_page(
            session,
            me,
            published,
            approved=answered if outcome is Outcome.APPROVED else 0,
            rejected=answered if outcome is Outcome.REJECTED else 0,
            tried=Tried(problems, comments),
            chosen=frozenset(card[0] for card in late),
            settings=request.app.state.settings,
        )
        return render(request, "leader/leader.html", page, status=422)


@router.post("/leder/svar/{approval_id}/angre", name="leader_undo")
async def undo(
    request: Request, me: MeBriefly, published: Current, approval_id: Annotated[int, Path(ge=1, lt=2**63)]
) -> Response:
    """Take an answer back while it does not count yet, or clear away one that could not be carried out."""
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await answering.take_back(session, approval_id, by=me)
    except Conflict as late:
        await record_refusal(request, late)
        async with transaction(sessions) as session:
            settings: Settings = request.app.state.settings
            page = await leader_page(session, me, published, too_late=True, settings=settings)
            return render(request, "leader/leader.html", page, status=late.status)
    return RedirectResponse("/leder", 303)


def chosen(posted: FormData) -> tuple[Outcome, list[tuple[int, ...]]]:
    """What was pressed, and for which cards: each with the questions that are answered together («17» or «17,18»).

    Raises Invalid for anything that is not on the page.
    """
    word, _sep, one = str(posted.get("answer") or "").partition(":")
    cards = [one] if one else [str(value) for value in posted.getlist("approval")]
    written = [card.split(",") for card in dict.fromkeys(cards)]
    ids = [found for card in written for found in card]
    sound = all(found.isascii() and found.isdigit() and len(found) < 19 for found in ids)
    if word not in OUTCOMES or not sound or len(ids) > MOST_AT_ONCE or len(set(ids)) < len(ids):
        raise Invalid("request.invalid")
    return OUTCOMES[word], [tuple(map(int, card)) for card in written]


def _sentence(problem: Problem, language: str) -> str:
    return sentence_of(problem.code, language, problem.params) or title_of(problem.status, language)
