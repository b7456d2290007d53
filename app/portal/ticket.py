"""One ticket as its requester follows it: how far it has come, who has it, what is said, what they may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.approvals.models import Outcome
from app.catalogue.published import Current, Published
from app.clocks.compute import ClockState
from app.clocks.promised import ClockKind
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, Problem
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.portal.files import stage_files
from app.portal.lookups import names_of
from app.portal.progress import COLOURS, Step, Told, history, status_words, steps
from app.tickets import actions
from app.tickets.expecting import Expectation, expectation_of
from app.tickets.lifecycle import Status
from app.tickets.models import MessageKind, Ticket
from app.tickets.view import AttachmentView, MessageView, TicketView, ticket_view
from app.web.answers import AnswerLine, answer_lines
from app.web.forms import read_form
from app.web.i18n import _, language_of
from app.web.idempotency import new_key, once_for
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.refusals import record_refusal
from app.web.rooms import Room
from app.web.sla_bar import SlaBar, sla_bar
from service_catalog.forms import references
from service_catalog.schema import Channel

router = Room(include_in_schema=False, prefix="/saker")
SHOWN_VERBS = frozenset({"reply", "reopen", "withdraw", "correct"})
OUTCOMES: dict[Outcome | None, str] = {
    None: _("Venter på svar"),
    Outcome.APPROVED: _("Godkjent"),
    Outcome.REJECTED: _("Avslått"),
    Outcome.WITHDRAWN: _("Trukket tilbake"),
}


@dataclass(frozen=True)
class ApprovalLine:
    who: str | None
    for_whom: str | None
    """Whose deputy answered."""
    outcome: str
    at: datetime
    comment: str | None


@dataclass(frozen=True)
class TicketPage:
    number: str
    subject: str
    description: str
    service_key: str
    service_title: str
    unit_title: str
    unit_phone: str
    requester: str
    opened_by: str | None
    """Who sent it, when that is somebody else."""
    assignee: str | None
    status: str
    colour: str
    steps: tuple[Step, ...]
    limit: SlaBar | None
    """The agreed one, while it runs or waits."""
    expectation: Expectation
    finished_at: datetime | None
    resolution_text: str | None
    reopen_until: datetime | None
    opened_at: datetime
    price: Decimal | None
    kontering: tuple[str, ...]
    answers: tuple[AnswerLine, ...]
    files: tuple[AttachmentView, ...]
    messages: tuple[MessageView, ...]
    approvals: tuple[ApprovalLine, ...]
    history: tuple[Told, ...]
    may: frozenset[str]
    version: int
    is_new: bool
    """Just sent: the page begins with a receipt."""
    idempotency_key: str
    draft: str
    error: str | None


@router.get("/{number}")
async def page(
    request: Request,
    number: str,
    me: Me,
    session: Db,
    published: Current,
    ny: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    view = await _page(request, session, me, number, published, is_new=bool(ny))
    return render(request, "portal/ticket.html", view)


@router.post("/{number}/svar")
async def reply(request: Request, number: str, me: MeBriefly, published: Current) -> Response:
    """Files first, with no connection held; then one transaction says it, once."""
    form = await read_form(request)
    text = _text(form.get("body"))
    staged = await stage_files(request, form, me)

    async def say_it(session: AsyncSession, ticket: Ticket, at: datetime) -> None:
        await actions.reply(
            session,
            ticket,
            body=text,
            kind=MessageKind.PUBLIC,
            channel=Channel.PORTAL,
            by=me,
            at=at,
            attachment_ids=staged.ids,
        )
        if staged.problems:
            raise Invalid("request.invalid", fields=tuple(staged.problems))

    key = _text(form.get("idempotency_key"))
    return await _do(request, me, published, number, say_it, key=key, body=text, anchor="#samtale")


@router.post("/{number}/gjenapne")
async def reopen(request: Request, number: str, me: MeBriefly, published: Current) -> Response:
    form = await read_form(request)
    reason = _text(form.get("body"))

    async def open_again(session: AsyncSession, ticket: Ticket, at: datetime) -> None:
        await actions.reopen(session, ticket, reason=reason, by=me, at=at)

    return await _do(
        request, me, published, number, open_again, key=_text(form.get("idempotency_key")), body=reason
    )


@router.post("/{number}/rett")
async def correct(request: Request, number: str, me: MeBriefly, published: Current) -> Response:
    form = await read_form(request)
    text = _text(form.get("body"))

    async def add(session: AsyncSession, ticket: Ticket, at: datetime) -> None:
        await actions.correct(session, ticket, text=text, channel=Channel.PORTAL, by=me, at=at)

    return await _do(request, me, published, number, add, key=_text(form.get("idempotency_key")), body=text)


@router.post("/{number}/trekk")
async def withdraw(request: Request, number: str, me: MeBriefly, published: Current) -> Response:
    form = await read_form(request)

    async def take_back(session: AsyncSession, ticket: Ticket, at: datetime) -> None:
        await actions.withdraw(session, ticket, by=me, at=at)

    return await _do(
        request, me, published, number, take_back, key=_text(form.get("idempotency_key")), body=""
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


Verb = Callable[[AsyncSession, Ticket, datetime], Awaitable[None]]


async def _do(
    request: Request,
    me: Actor,
    published: Published,
    number: str,
    verb: Verb,
    *,
    key: str,
    body: str,
    anchor: str = "",
) -> Response:
    """One verb in one transaction, and back to the page; a refusal is told there, and what was written is kept."""
    sessions: Sessions = request.app.state.sessions
    location = f"/saker/{number}{anchor}"
    try:
        async with transaction(sessions) as session:
            ticket, at = await actions.take_ticket(session, number, by=me)
            once = once_for(session, me, route=f"POST {request.url.path}", key=key, body=body.encode())
            if await once.begin() is None:
                await verb(session, ticket, at)
                await once.finish(status=303, location=location)
        return RedirectResponse(location, 303)
    except (Invalid, Conflict, Forbidden) as problem:
        await record_refusal(request, problem)
        async with transaction(sessions) as session:
            view = await _page(request, session, me, number, published, draft=body, problem=problem)
            return render(request, "portal/ticket.html", view, status=problem.status)


def _sentence(problem: Problem, language: str) -> str:
    code, params = problem.code, problem.params
    if problem.fields:
        code, params = problem.fields[0].code, dict(problem.fields[0].params)
    return sentence_of(code, language, params) or sentence_of("conflict", language) or ""


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    number: str,
    published: Published,
    *,
    draft: str = "",
    problem: Problem | None = None,
    is_new: bool = False,
) -> TicketPage:
    view = await ticket_view(session, me, number)
    language = language_of(request)
    ticket = view.ticket
    asked = references(view.asked_as, ticket.answers)
    names = await names_of(session, asked.persons, asked.org_units)
    unit = published.unit(ticket.unit)
    return TicketPage(
        number=view.number,
        subject=ticket.subject,
        description=ticket.description,
        service_key=ticket.service,
        service_title=view.service.title.in_language(language),
        unit_title=unit.title.in_language(language),
        unit_phone=unit.phone,
        requester=view.requester.name,
        opened_by=view.opened_by.name if view.opened_by.id != view.requester.id else None,
        assignee=view.assignee.name if view.assignee else None,
        status=status_words(ticket.status, ticket.waiting_for, ticket.resolution),
        colour=COLOURS[ticket.status],
        steps=steps(view),
        limit=_limit(view),
        expectation=await expectation_of(session, view, published=published),
        finished_at=ticket.resolved_at,
        resolution_text=ticket.resolution_text,
        reopen_until=ticket.closes_at if ticket.status is Status.RESOLVED else None,
        opened_at=ticket.opened_at,
        price=ticket.price,
        kontering=tuple(part for part in (ticket.ansvar, ticket.tjeneste, ticket.prosjekt) if part),
        answers=answer_lines(view.asked_as, ticket.answers, names, language),
        files=tuple(file for file in view.attachments if file.message_id is None),
        messages=tuple(message for message in view.messages if message.kind is not MessageKind.INTERNAL),
        approvals=_approvals(view),
        history=history(view, published, language),
        may=view.may & SHOWN_VERBS,
        version=ticket.version,
        is_new=is_new,
        idempotency_key=new_key(),
        draft=draft,
        error=_sentence(problem, language) if problem else None,
    )


def _limit(view: TicketView) -> SlaBar | None:
    """The promise of a solution while it runs or waits; nothing more is expected when it is finished."""
    clock = next((one for one in view.clocks if one.kind is ClockKind.SOLUTION), None)
    if clock is None or clock.state not in (ClockState.RUNNING, ClockState.PAUSED):
        return None
    breached = clock.breached_at is not None
    return sla_bar(clock.due_at, clock.used_percent, at=view.now, breached=breached)


def _approvals(view: TicketView) -> tuple[ApprovalLine, ...]:
    return tuple(
        ApprovalLine(
            who=one.decided_by_name or one.approver_name,
            for_whom=one.decided_for_name,
            outcome=OUTCOMES[one.outcome],
            at=one.decided_at or one.asked_at,
            comment=one.comment,
        )
        for one in view.approvals
    )
