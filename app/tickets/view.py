"""One ticket as its reader may see it: in a constant number of queries, whatever has happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval, Outcome
from app.approvals.policy import may_decide
from app.catalogue.published import Published, load_published
from app.clocks.actions import reading_of
from app.clocks.compute import ClockKind, ClockState, relevant
from app.clocks.models import ClockRow
from app.errors import NotFound
from app.events.log import history
from app.events.models import Event
from app.identity.actor import Actor
from app.people.models import OrgUnit, Person
from app.people.queries import PersonRef
from app.tickets import policy
from app.tickets.lifecycle import id_of
from app.tickets.models import Attachment, Message, MessageKind, Ticket
from service_catalog.schema import Authority, Channel, Service


@dataclass(frozen=True, slots=True)
class AttachmentView:
    id: int
    message_id: int | None
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageView:
    id: int
    author_name: str | None
    from_requester: bool
    kind: MessageKind
    channel: Channel
    body: str
    at: datetime
    attachments: tuple[AttachmentView, ...]


@dataclass(frozen=True, slots=True)
class EventView:
    kind: str
    actor_name: str | None
    system: str | None
    at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClockView:
    kind: ClockKind
    state: ClockState
    due_at: datetime | None
    target: timedelta
    used: timedelta
    used_percent: int
    breached_at: datetime | None
    agreement: str
    calendar: str


@dataclass(frozen=True, slots=True)
class ApprovalView:
    id: int
    authority: Authority
    scope: str
    approver_name: str | None
    amount: Decimal | None
    asked_at: datetime
    outcome: Outcome | None
    decided_by_name: str | None
    decided_at: datetime | None
    comment: str | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class TicketView:
    """What one reader sees. `may` names the verbs this reader has now."""

    ticket: Ticket
    service: Service
    """As it was when the ticket was opened."""
    requester: PersonRef
    opened_by: PersonRef
    assignee: PersonRef | None
    messages: tuple[MessageView, ...]
    events: tuple[EventView, ...]
    clocks: tuple[ClockView, ...]
    approvals: tuple[ApprovalView, ...]
    attachments: tuple[AttachmentView, ...]
    may: frozenset[str]
    now: datetime

    @property
    def number(self) -> str:
        return self.ticket.number


async def ticket_view(session: AsyncSession, actor: Actor, number: str) -> TicketView:
    """Raises NotFound for a number that is mistyped, does not exist, or is not for this actor."""
    visible = select(Ticket, func.clock_timestamp()).where(
        Ticket.id == (id_of(number) or 0), policy.visible_to(actor)
    )
    found = (await session.execute(visible)).one_or_none()
    if found is None:
        raise NotFound
    ticket, now = found
    published = await load_published(session, ticket.catalogue_version)
    messages = (await session.scalars(_messages(actor, ticket))).all()
    files = (
        await session.scalars(
            select(Attachment).where(Attachment.ticket_id == ticket.id).order_by(Attachment.id)
        )
    ).all()
    events = await history(session, "ticket", ticket.id)
    clocks = (await session.scalars(_clocks(ticket))).all()
    approvals = (await session.scalars(_approvals(ticket))).all()
    people = await _people(session, ticket, messages, events, approvals)
    shown = _attachments(files, messages)
    return TicketView(
        ticket=ticket,
        service=published.service(ticket.service),
        requester=people[ticket.requester_id],
        opened_by=people[ticket.opened_by_id],
        assignee=people.get(ticket.assignee_id or 0),
        messages=tuple(_message(message, ticket, people, shown) for message in messages),
        events=tuple(_event(event, people) for event in events),
        clocks=tuple(_clock(clock, ticket, events, published, now) for clock in clocks),
        approvals=tuple(_approval(approval, actor, people) for approval in approvals),
        attachments=shown,
        may=policy.allowed(actor, ticket),
        now=now,
    )


def _messages(actor: Actor, ticket: Ticket) -> Any:
    return (
        select(Message)
        .where(Message.ticket_id == ticket.id, policy.visible_messages_to(actor))
        .order_by(Message.id)
    )


def _clocks(ticket: Ticket) -> Any:
    return (
        select(ClockRow)
        .where(ClockRow.subject_kind == "ticket", ClockRow.subject_id == ticket.id)
        .order_by(ClockRow.kind)
    )


def _approvals(ticket: Ticket) -> Any:
    return (
        select(Approval)
        .where(Approval.subject_kind == "ticket", Approval.subject_id == ticket.id)
        .order_by(Approval.step)
    )


async def _people(
    session: AsyncSession,
    ticket: Ticket,
    messages: Iterable[Message],
    events: Iterable[Event],
    approvals: Iterable[Approval],
) -> dict[int, PersonRef]:
    """Everybody who is named on the page, in one query."""
    ids = {ticket.requester_id, ticket.opened_by_id, ticket.assignee_id}
    ids |= {message.author_id for message in messages} | {event.actor_id for event in events}
    for approval in approvals:
        ids |= {approval.approver_id, approval.decided_by_id}
    query = select(Person.id, Person.name, Person.phone, Person.email).where(Person.id.in_(ids - {None}))
    place = select(OrgUnit.name).where(OrgUnit.id == ticket.org_unit_id).scalar_subquery()
    return {
        row.id: PersonRef(
            row.id,
            row.name,
            row.place if row.id == ticket.requester_id else None,
            row.phone,
            row.email,
        )
        for row in await session.execute(query.add_columns(place.label("place")))
    }


def _attachments(files: Iterable[Attachment], messages: Iterable[Message]) -> tuple[AttachmentView, ...]:
    """A file that hangs on a note is seen by those who see the note."""
    seen = {message.id for message in messages}
    return tuple(
        AttachmentView(file.id, file.message_id, file.name, file.media_type, file.size)
        for file in files
        if file.message_id is None or file.message_id in seen
    )


def _message(
    message: Message,
    ticket: Ticket,
    people: dict[int, PersonRef],
    files: tuple[AttachmentView, ...],
) -> MessageView:
    author = people.get(message.author_id or 0)
    return MessageView(
        id=message.id,
        author_name=author.name if author else None,
        from_requester=message.author_id == ticket.requester_id,
        kind=message.kind,
        channel=message.channel,
        body=message.body,
        at=message.at,
        attachments=tuple(file for file in files if file.message_id == message.id),
    )


def _event(event: Event, people: dict[int, PersonRef]) -> EventView:
    actor = people.get(event.actor_id or 0)
    return EventView(event.kind, actor.name if actor else None, event.system, event.at, event.payload)


def _clock(
    clock: ClockRow,
    ticket: Ticket,
    events: Iterable[Event],
    published: Published,
    now: datetime,
) -> ClockView:
    """Read again at this instant, so that the bar is exact while the clock runs."""
    facts = relevant(list(events))
    at = max(now, ticket.last_event_at)
    reading = reading_of(
        clock.kind,
        facts,
        published=published,
        agreement=clock.agreement,
        version=clock.agreement_version,
        at=at,
    ).reading
    return ClockView(
        kind=clock.kind,
        state=reading.state,
        due_at=reading.due_at,
        target=clock.target,
        used=reading.used,
        used_percent=min(100, round(100 * (reading.used / clock.target))),
        breached_at=reading.breached_at,
        agreement=clock.agreement,
        calendar=clock.calendar,
    )


def _approval(approval: Approval, actor: Actor, people: dict[int, PersonRef]) -> ApprovalView:
    approver, decider = (
        people.get(approval.approver_id or 0),
        people.get(approval.decided_by_id or 0),
    )
    return ApprovalView(
        id=approval.id,
        authority=approval.authority,
        scope=approval.scope,
        approver_name=approver.name if approver else None,
        amount=approval.amount,
        asked_at=approval.asked_at,
        outcome=approval.outcome,
        decided_by_name=decider.name if decider else None,
        decided_at=approval.decided_at,
        comment=approval.comment,
        may_decide=approval.outcome is None and may_decide(actor, approval) is None,
    )
