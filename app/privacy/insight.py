"""Everything about a person, for that person: asked for, gathered, looked through for others' data, and let go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Select, String, and_, cast, func, literal, or_, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published, load_published
from app.errors import Conflict, NotFound, Refusal, refuse
from app.events.log import record, take
from app.identity.actor import Actor, system_actor
from app.people.models import Person
from app.privacy import sources
from app.privacy.judging import Verdict, grounds, judge
from app.privacy.models import UNDER_WAY, InsightItem, InsightRequest, InsightState, ItemKind
from app.privacy.policy import is_officer
from app.tickets.models import Attachment, Message, MessageKind, Ticket
from service_catalog.forms import references
from service_catalog.processing import LawKind
from service_catalog.schema import Confidentiality

GATHERER = system_actor("privacy.gather")
NOT_WHISTLE = Ticket.confidentiality != Confidentiality.WHISTLEBLOWING
"""A whistle-blowing case is the named recipients' alone; whoever reported gets a copy from them."""


async def ask(session: AsyncSession, person_id: int, *, by: Actor) -> InsightRequest:
    """The person asks, or the officer for them. Raises Conflict while an earlier request is under way."""
    if by.person_id != person_id:
        refuse(None if is_officer(by) else Refusal("privacy.officer_only"))
    # One at a time asks for this person: the row of the person is what two requests meet at.
    known = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    if (await session.execute(known)).scalar_one_or_none() is None:
        raise NotFound
    waiting = select(InsightRequest.id).where(
        InsightRequest.person_id == person_id, InsightRequest.state.in_(UNDER_WAY)
    )
    if (await session.execute(waiting)).scalar_one_or_none() is not None:
        raise Conflict("privacy.insight_under_way")
    at, due_on = (
        await session.execute(
            select(func.clock_timestamp(), cast(func.clock_timestamp() + text("interval '1 month'"), Date))
        )
    ).one()
    request = InsightRequest(
        person_id=person_id,
        asked_by_id=by.person_id,
        asked_at=at,
        due_on=due_on,
        state=InsightState.ASKED,
        event_seq=0,
        last_event_at=at,
    )
    session.add(request)
    await session.flush()
    record(request, "insight.asked", by=by, at=at, person_id=person_id)
    await _note(session, AuditKind.INSIGHT_ASKED, request, by=by)
    return request


async def mine(session: AsyncSession, *, by: Actor) -> Sequence[InsightRequest]:
    query = select(InsightRequest).where(InsightRequest.person_id == by.person_id)
    return (await session.scalars(query.order_by(InsightRequest.id.desc()).limit(20))).all()


async def withdraw(session: AsyncSession, request_id: int, *, by: Actor) -> None:
    """The person does not need it any more."""
    request, at = await take(
        session, InsightRequest, InsightRequest.id == request_id, InsightRequest.person_id == by.person_id
    )
    if not request.is_under_way:
        raise Conflict("privacy.insight_not_under_way")
    request.state = InsightState.WITHDRAWN
    record(request, "insight.withdrawn", by=by, at=at)


async def gather_due(session: AsyncSession, *, limit: int = 1) -> int:
    """Find what there is for requests just asked; how many. One that has nothing to look through is approved."""
    due = (
        select(InsightRequest.id)
        .where(InsightRequest.state == InsightState.ASKED)
        .order_by(InsightRequest.id)
    )
    ids = (await session.scalars(due.limit(limit).with_for_update(skip_locked=True))).all()
    for request_id in ids:
        request, at = await take(session, InsightRequest, InsightRequest.id == request_id)
        await _gather(session, request)
        left = await undecided(session, request)
        request.state = InsightState.REVIEW if left else InsightState.APPROVED
        record(request, "insight.gathered", by=GATHERER, at=at, to_review=left)
    return len(ids)


async def _gather(session: AsyncSession, request: InsightRequest) -> None:
    person_id = request.person_id
    own = and_(or_(Ticket.requester_id == person_id, Ticket.opened_by_id == person_id), NOT_WHISTLE)
    # Asked on behalf of somebody else: that is the other's data as much as one's own.
    another = Ticket.requester_id != person_id
    await _add(session, request, ItemKind.CASE, select(Ticket.id, Ticket.id, another).where(own))
    said = (
        select(Message.id, Message.ticket_id, another).join(Ticket, Ticket.id == Message.ticket_id).where(own)
    )
    internal = Message.kind == MessageKind.INTERNAL
    await _add(session, request, ItemKind.MESSAGE, said.where(~internal))
    hidden = select(Message.id, Message.ticket_id, true()).join(Ticket, Ticket.id == Message.ticket_id)
    await _add(session, request, ItemKind.NOTE, hidden.where(own, internal))
    unseen = func.coalesce(internal, False)
    files = (
        select(Attachment.id, Attachment.ticket_id, or_(another, unseen))
        .join(Ticket, Ticket.id == Attachment.ticket_id)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .where(own)
    )
    await _add(session, request, ItemKind.FILE, files)
    about = await _about(session, person_id)
    if about:
        values = select(Ticket.id, Ticket.id, true()).where(Ticket.id.in_(about))
        await _add(session, request, ItemKind.ABOUT, values)


async def _add(
    session: AsyncSession, request: InsightRequest, kind: ItemKind, found: Select[*tuple[Any, ...]]
) -> None:
    """`found`: source, ticket, whether somebody must look. What is there already is left as it was decided."""
    rows = found.subquery()
    source, ticket, look = rows.c
    chosen = select(literal(request.id), cast(kind.value, String), source, ticket, look)
    columns = ["request_id", "kind", "source_id", "ticket_id", "needs_review"]
    await session.execute(insert(InsightItem).from_select(columns, chosen).on_conflict_do_nothing())


async def _about(session: AsyncSession, person_id: int) -> list[int]:
    """Cases others asked for that are about the person, or whose forms point at them. The text is looked at first: it is read off the disk
    much faster than the answers are taken apart, and an id in quotes is rare."""
    another = (NOT_WHISTLE, Ticket.requester_id != person_id, Ticket.opened_by_id != person_id)
    likely = (
        select(Ticket.id, Ticket.service, Ticket.catalogue_version, Ticket.answers)
        .where(
            *another,
            Ticket.about_id.is_distinct_from(person_id),
            cast(Ticket.answers, String).contains(f'"{person_id}"'),
        )
        .order_by(Ticket.id)
    )
    told = select(Ticket.id).where(*another, Ticket.about_id == person_id).order_by(Ticket.id)
    found = list(await session.scalars(told))
    for row in (await session.execute(likely)).all():
        published = await load_published(session, row.catalogue_version)
        if str(person_id) in references(published.service(row.service), row.answers).persons:
            found.append(row.id)
    return found


async def undecided(session: AsyncSession, request: InsightRequest) -> int:
    left = select(func.count()).where(
        InsightItem.request_id == request.id, InsightItem.needs_review, InsightItem.outcome.is_(None)
    )
    return int((await session.execute(left)).scalar_one())


async def decide(
    session: AsyncSession, request_id: int, item_id: int, verdict: Verdict, *, by: Actor, published: Published
) -> None:
    """What of one text or file the person gets."""
    request, at = await take_for_review(session, request_id, by=by)
    found = select(InsightItem).where(InsightItem.id == item_id, InsightItem.request_id == request.id)
    item = (await session.scalars(found)).one_or_none()
    if item is None:
        raise NotFound
    text_now = await text_of(session, item)
    allowed = grounds(published.catalogue, LawKind.INSIGHT)
    judge(item, text_now, verdict, allowed=allowed, by=by, at=at)


async def approve(session: AsyncSession, request_id: int, *, by: Actor) -> None:
    """Everything is looked through: the file is made and let go. Raises Conflict while something is not decided."""
    request, at = await take_for_review(session, request_id, by=by)
    left = await undecided(session, request)
    if left:
        raise Conflict("privacy.not_all_decided", left=str(left))
    request.state, request.reviewed_by_id = InsightState.APPROVED, by.person_id
    record(request, "insight.approved", by=by, at=at)
    await _note(session, AuditKind.INSIGHT_APPROVED, request, by=by)


async def take_for_review(
    session: AsyncSession, request_id: int, *, by: Actor
) -> tuple[InsightRequest, datetime]:
    """Raises NotFound for all but the officer, Forbidden for one's own request, Conflict when it is not under review."""
    if not is_officer(by):
        raise NotFound
    request, at = await take(session, InsightRequest, InsightRequest.id == request_id)
    refuse(Refusal("privacy.own_insight") if request.person_id == by.person_id else None)
    if request.state is not InsightState.REVIEW:
        raise Conflict("privacy.not_under_review")
    return request, at


async def text_of(session: AsyncSession, item: InsightItem) -> str | None:
    """None of a file, and of what is gone meanwhile."""
    if item.kind is ItemKind.FILE:
        return None
    read = sources.cases if item.kind in (ItemKind.CASE, ItemKind.ABOUT) else sources.messages
    source = (await read(session, [item.source_id])).get(item.source_id)
    return source.text if source else None


async def note_reading(
    session: AsyncSession, request: InsightRequest, tickets: Iterable[int], *, by: Actor
) -> None:
    """The officer reads cases here that they see nowhere else: each is recorded, for the person to see."""
    for ticket_id in sorted(set(tickets)):
        await audit(
            session,
            by,
            AuditKind.CASE_READ,
            subject_kind="ticket",
            subject_id=ticket_id,
            concerns_id=request.person_id,
            payload={"part": "insight", "request": request.id},
        )


async def _note(session: AsyncSession, kind: AuditKind, request: InsightRequest, *, by: Actor) -> None:
    await audit(
        session,
        by,
        kind,
        subject_kind="insight_request",
        subject_id=request.id,
        concerns_id=request.person_id,
    )
