"""One ticket as its reader may see it: in a constant number of queries, whatever has happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, Select, Text, bindparam, cast, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.approvals.models import Approval, Outcome
from app.approvals.policy import Question, may_decide
from app.catalogue.published import load_published
from app.clocks.compute import ClockState, Course, courses_of, read
from app.clocks.log import house_of
from app.clocks.promised import ClockKind
from app.errors import NotFound
from app.events.models import Event
from app.identity.actor import Actor
from app.people.models import OrgUnit, Person
from app.people.queries import PersonRef
from app.tickets import policy
from app.tickets.lifecycle import id_of
from app.tickets.models import Attachment, Message, MessageKind, Ticket
from app.tickets.reading import note_reading
from service_catalog.schema import Authority, Channel, Service

Record = tuple[Any, ...]
"""One row of an array that hangs on the ticket, in the order `_whole` asks for it."""


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
    part: str
    """Of a leg the unit, of a legal clock the statute."""
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    target: timedelta
    """Working time; of a legal clock calendar time, which may be nothing or less when it was late from the start."""
    used: timedelta
    used_percent: int
    breached_at: datetime | None
    agreement: str
    """Empty of a legal clock, as is `calendar`."""
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
    decided_for_name: str | None
    """Whose deputy answered."""
    decided_at: datetime | None
    comment: str | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class TicketView:
    """What one reader sees. `may` names the verbs this reader has now."""

    ticket: Ticket
    service: Service
    """As it was when the ticket was opened, or got this service."""
    asked_as: Service
    """The service whose form was filled in."""
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


Requester, Opener, Assignee = aliased(Person), aliased(Person), aliased(Person)


async def ticket_view(session: AsyncSession, actor: Actor, number: str) -> TicketView:
    """Raises NotFound for a number that is mistyped, does not exist, or is not for this actor.

    That a protected case was read is written before anything of it is returned.
    """
    found = (await session.execute(_whole(actor), {"ticket_id": id_of(number) or 0})).one_or_none()
    if found is None:
        raise NotFound
    ticket: Ticket = found.Ticket
    await note_reading(session, actor, "case", ticket)
    published = await load_published(session, ticket.catalogue_version)
    service = published.service(ticket.service)
    messages = tuple(_message(row, ticket, found.files) for row in found.messages)
    seen = {message.id for message in messages}
    events = tuple(_event(row) for row in found.events)
    courses = courses_of(events, await house_of(session, [events], published))
    return TicketView(
        ticket=ticket,
        service=service,
        asked_as=await _asked_as(session, events, service),
        requester=PersonRef(*found.requester),
        opened_by=PersonRef(*found.opened_by),
        assignee=PersonRef(*found.assignee) if ticket.assignee_id else None,
        messages=messages,
        events=events,
        clocks=tuple(clock_view(course, at=max(found.now, ticket.last_event_at)) for course in courses),
        approvals=tuple(_approval(row, actor) for row in found.approvals),
        # A file that hangs on a note is seen by those who see the note.
        attachments=tuple(AttachmentView(*row) for row in found.files if row[1] is None or row[1] in seen),
        may=policy.allowed(actor, ticket, service),
        now=found.now,
    )


async def _asked_as(session: AsyncSession, events: tuple[EventView, ...], now: Service) -> Service:
    opened = events[0].payload
    if opened["service"] == now.key:
        return now
    return (await load_published(session, opened["catalogue_version"])).service(opened["service"])


@lru_cache(maxsize=1024)
def _whole(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The ticket and all that hangs on it in one statement; each list is an array of records, in its own order.

    Kept per actor: putting it together costs more than running it. asyncpg decodes the records' own types.
    """
    arrays = (
        func.array(rows.correlate(Ticket).scalar_subquery()).label(name)
        for name, rows in _hanging(actor).items()
    )
    nowhere = null()
    return (
        select(
            Ticket,
            func.clock_timestamp().label("now"),
            func.row(Requester.id, Requester.name, OrgUnit.name, Requester.phone, Requester.email).label(
                "requester"
            ),
            func.row(Opener.id, Opener.name, nowhere, Opener.phone, Opener.email).label("opened_by"),
            func.row(Assignee.id, Assignee.name, nowhere, Assignee.phone, Assignee.email).label("assignee"),
            *arrays,
        )
        .join(Requester, Requester.id == Ticket.requester_id)
        .join(Opener, Opener.id == Ticket.opened_by_id)
        .join(OrgUnit, OrgUnit.id == Ticket.org_unit_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .where(Ticket.id == bindparam("ticket_id", type_=BigInteger), policy.visible_to(actor))
    )


def _hanging(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """The lists that hang on a ticket, each as one record for each of its rows."""
    hangs_on = (Event.subject_kind == "ticket", Event.subject_id == Ticket.id)
    return {
        "messages": select(
            func.row(
                Message.id,
                Message.author_id,
                _name_of(Message.author_id),
                Message.kind,
                Message.channel,
                Message.body,
                Message.at,
            )
        )
        .where(Message.ticket_id == Ticket.id, policy.visible_messages_to(actor))
        .order_by(Message.id),
        "files": select(
            func.row(
                Attachment.id, Attachment.message_id, Attachment.name, Attachment.media_type, Attachment.size
            )
        )
        .where(Attachment.ticket_id == Ticket.id)
        .order_by(Attachment.id),
        "events": select(
            func.row(Event.kind, _name_of(Event.actor_id), Event.system, Event.at, cast(Event.payload, Text))
        )
        .where(*hangs_on)
        .order_by(Event.seq),
        "approvals": select(
            func.row(
                Approval.id,
                Approval.authority,
                Approval.scope,
                _name_of(Approval.approver_id),
                Approval.amount,
                Approval.asked_at,
                Approval.outcome,
                _name_of(Approval.decided_by_id),
                _name_of(Approval.decided_for_id),
                Approval.decided_at,
                Approval.comment,
                Approval.requester_id,
                Approval.beneficiary_id,
                Approval.about_id,
            )
        )
        .where(Approval.subject_kind == "ticket", Approval.subject_id == Ticket.id)
        .order_by(Approval.step),
    }


def _name_of(person_id: Any) -> Any:
    return select(Person.name).where(Person.id == person_id).scalar_subquery()


def _message(row: Record, ticket: Ticket, files: Iterable[Record]) -> MessageView:
    message_id, author_id, author_name, kind, channel, body, at = row
    return MessageView(
        id=message_id,
        author_name=author_name,
        from_requester=author_id == ticket.requester_id,
        kind=MessageKind(kind),
        channel=Channel(channel),
        body=body,
        at=at,
        attachments=tuple(AttachmentView(*file) for file in files if file[1] == message_id),
    )


def _event(row: Record) -> EventView:
    kind, actor_name, system, at, payload = row
    return EventView(kind, actor_name, system, at, orjson.loads(payload))


def clock_view(course: Course, *, at: datetime) -> ClockView:
    """Computed at this instant, so that the bar is exact while the clock runs."""
    reading, target = read(course, at=at), course.period.target
    agreed = None if course.kind is ClockKind.STATUTORY else course.promised.agreement
    return ClockView(
        kind=course.kind,
        part=course.part,
        state=reading.state,
        started_at=course.started_at,
        due_at=reading.due_at,
        target=target,
        used=reading.used,
        used_percent=min(100, round(100 * (reading.used / target))) if target > timedelta() else 100,
        breached_at=reading.breached_at,
        agreement=agreed.name if agreed else "",
        calendar=agreed.calendar if agreed else "",
    )


def _approval(row: Record, actor: Actor) -> ApprovalView:
    """The last three of the row are whom the question is about: none of them answers it."""
    (
        approval_id,
        authority,
        scope,
        approver_name,
        amount,
        asked_at,
        outcome,
        decided_by_name,
        decided_for_name,
        decided_at,
        comment,
        *concerned,
    ) = row
    asked = Question(frozenset(filter(None, concerned)), Authority(authority), scope)
    return ApprovalView(
        id=approval_id,
        authority=asked.authority,
        scope=scope,
        approver_name=approver_name,
        amount=amount,
        asked_at=asked_at,
        outcome=Outcome(outcome) if outcome else None,
        decided_by_name=decided_by_name,
        decided_for_name=decided_for_name,
        decided_at=decided_at,
        comment=comment,
        may_decide=outcome is None and may_decide(actor, asked) is None,
    )
