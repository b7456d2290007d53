"""Rows of a ticket and the ticket's verbs; every verb leaves an event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Interval,
    Numeric,
    Sequence,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.clocks.actions import Dues
from app.clocks.situation import legal_payload
from app.database.model import Base, BigId, Instant, InstantOrNever, Logged, Written
from app.errors import Conflict
from app.events.log import record
from app.events.models import Event
from app.identity.actor import Actor
from app.tickets.lifecycle import (
    OPEN,
    PRIORITY,
    DelayReason,
    NewTerms,
    Resolution,
    Status,
    WaitingFor,
    check_move,
    number_of,
)
from app.tickets.terms import ServiceTerms
from service_catalog.schema import Channel, Confidentiality, Impact, Urgency
from sla.agreement import Priority
from sla.statute import LegalDates

number_sequence = Sequence("ticket_number", start=100_000, metadata=Base.metadata)
"""One sequence for all units; gaps are allowed."""

OPEN_SQL = "status IN ('new', 'in_progress', 'waiting')"
RANK_SQL = "array_position(ARRAY['critical','high','normal','low'], priority::text)"
"""Most important first."""


class Ticket(Logged, Base):
    """One request from one requester, held by one unit at a time."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint(
            "status IN ('new','in_progress','waiting','resolved','closed')",
            name="status",
        ),
        CheckConstraint("(status = 'waiting') = (waiting_for IS NOT NULL)", name="waiting"),
        CheckConstraint("handover_to IS NULL OR handover_to <> unit", name="handover"),
        CheckConstraint("shared_as IS NULL OR confidentiality = 'open'", name="shared"),
        Index(
            "ix_tickets_queue",
            "unit",
            "sort_due",
            "id",
            postgresql_where=text(OPEN_SQL),
        ),
        Index("ix_tickets_first_line", "sort_due", "id", postgresql_where=text(OPEN_SQL)),
        Index(
            "ix_tickets_shared",
            text(RANK_SQL),
            "opened_at",
            "id",
            postgresql_where=text(f"shared_as IS NOT NULL AND {OPEN_SQL}"),
        ),
        Index(
            "ix_tickets_handover",
            "handover_to",
            "sort_due",
            "id",
            postgresql_where=text("handover_to IS NOT NULL"),
        ),
        Index(
            "ix_tickets_assignee",
            "assignee_id",
            "sort_due",
            "id",
            postgresql_where=text(OPEN_SQL),
        ),
        Index("ix_tickets_requester", "requester_id", "opened_at", "id"),
        Index("ix_tickets_opened_by", "opened_by_id", "opened_at", "id"),
        Index("ix_tickets_org_unit", "org_unit_id", "opened_at", "id"),
        Index("ix_tickets_org_unit_open", "org_unit_id", postgresql_where=text(OPEN_SQL)),
        Index(
            "ix_tickets_org_unit_solved",
            "org_unit_id",
            "resolved_at",
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
        Index("ix_tickets_opened", "opened_at", "id"),
        Index("ix_tickets_about", "about_id", postgresql_where=text("about_id IS NOT NULL")),
        Index("ix_tickets_wake", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index(
            "ix_tickets_closing",
            "closes_at",
            postgresql_where=text("status = 'resolved'"),
        ),
        Index("ix_tickets_search", "search", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger,
        number_sequence,
        server_default=number_sequence.next_value(),
        primary_key=True,
    )
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Bumped by fields and state, not by messages; the ETag."""
    subject: Mapped[Written]
    description: Mapped[Written]
    """What the requester wrote, as one text; the answers hold it field by field."""
    service: Mapped[str]
    catalogue_version: Mapped[int] = mapped_column(ForeignKey("catalogue_versions.id"))
    answers: Mapped[dict[str, Any]]
    requester_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Whom it is about, when that is not the requester. They see it no more for that, but when it is solved they are told
    who read it: until then even that it exists may be the asker's to tell."""
    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"))
    """The requester's place, for the bestiller and the unit's figures."""
    unit: Mapped[str]
    """The fagenhet that holds it."""
    handover_to: Mapped[str | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    status: Mapped[Status] = mapped_column(default=Status.NEW)
    waiting_for: Mapped[WaitingFor | None]
    wake_at: Mapped[datetime | None]
    impact: Mapped[Impact]
    urgency: Mapped[Urgency]
    priority: Mapped[Priority]
    channel: Mapped[Channel]
    confidentiality: Mapped[Confidentiality]
    shared_as: Mapped[str | None]
    """Which sort of need, for what lies in the list that all units share; None for everything else."""
    routed_by: Mapped[str]
    """The rule that chose the unit: «service», «manual», or the id of a routing rule."""
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    ansvar: Mapped[str | None]
    tjeneste: Mapped[str | None]
    prosjekt: Mapped[str | None]
    resolution: Mapped[Resolution | None]
    resolution_text: Mapped[Written | None]
    opened_at: Mapped[Instant]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    agreement: Mapped[str]
    agreement_version: Mapped[int]
    sort_due: Mapped[datetime] = mapped_column(InstantOrNever, server_default=text("'infinity'"))
    """The nearest due instant of a running clock; the queue's order. Infinity while paused or done."""
    sort_target: Mapped[timedelta | None] = mapped_column(Interval)
    """The working time promised by the clock that is due at `sort_due`; None when none runs, or the law set it."""
    response_due_at: Mapped[datetime | None]
    solution_due_at: Mapped[datetime | None]
    search: Mapped[Any] = deferred(
        mapped_column(
            TSVECTOR,
            Computed(
                "to_tsvector('norwegian', subject || ' ' || description || ' ' || coalesce(resolution_text, ''))",
                persisted=True,
            ),
        )
    )

    @property
    def number(self) -> str:
        return number_of(self.id)

    @property
    def concerned(self) -> frozenset[int]:
        """Whom it is for, and of personal cases whom it is about: they handle nothing of it, nor do those too near.

        What somebody orders for another stops nobody's work; who approves it is asked of the approval.
        """
        is_open = self.confidentiality is Confidentiality.OPEN
        return frozenset((self.requester_id, self.requester_id if is_open else self.concerns_id))

    @property
    def concerns_id(self) -> int:
        """Whose case it is: who may know who read it, and whose employment its retention counts from."""
        return self.about_id or self.requester_id

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def open(self, *, legal: Mapping[str, LegalDates], by: Actor, at: datetime) -> Event:
        """The first event: everything a clock or a report must know about how it began.

        `legal`: the dates in the answers that a law counts from, by statute.
        """
        dates = {"legal": legal_payload(legal)} if legal else {}
        return record(
            self,
            "ticket.opened",
            by=by,
            at=at,
            **dates,
            service=self.service,
            unit=self.unit,
            priority=self.priority,
            channel=self.channel,
            rule=self.routed_by,
            catalogue_version=self.catalogue_version,
            agreement=self.agreement,
            agreement_version=self.agreement_version,
        )

    def assign(self, assignee_id: int | None, *, by: Actor, at: datetime) -> None:
        """Somebody takes it; None puts it back in the queue. Taking a new ticket starts the work."""
        self._changed()
        self.assignee_id = assignee_id
        if assignee_id is not None and self.status is Status.NEW:
            self._move(Status.IN_PROGRESS)
        elif assignee_id is None and self.status is Status.IN_PROGRESS:
            self._move(Status.NEW)
        record(self, "ticket.assigned", by=by, at=at, assignee_id=assignee_id)

    def replied(self, message_id: int, *, answer: bool, by: Actor, at: datetime) -> None:
        """A public message. `answer`: the unit's own, which stops the response clock."""
        if answer and self.answered_at is None:
            self.answered_at = at
        record(self, "ticket.replied", by=by, at=at, message_id=message_id, answer=answer)

    def noted(self, message_id: int, *, by: Actor, at: datetime) -> None:
        record(self, "ticket.noted", by=by, at=at, message_id=message_id)

    def corrected(self, message_id: int, *, by: Actor, at: datetime) -> None:
        record(self, "ticket.corrected", by=by, at=at, message_id=message_id)

    def expect_delay(self, *, by: Actor, at: datetime) -> None:
        """It will probably miss its limit, and whoever waits for it is told so."""
        record(self, "ticket.delay_expected", by=by, at=at, due_at=self.solution_due_at)

    def explain_delay(self, reason: DelayReason, *, message_id: int, by: Actor, at: datetime) -> None:
        record(self, "ticket.delay_explained", by=by, at=at, reason=reason, message_id=message_id)

    def wait(self, reason: WaitingFor, *, until: datetime | None, by: Actor, at: datetime) -> Event:
        """Stop until somebody answers or `until` has come."""
        self._move(Status.WAITING)
        self._changed()
        self.waiting_for, self.wake_at = reason, until
        return record(self, "ticket.waiting", by=by, at=at, reason=reason, until=until)

    def resume(self, *, by: Actor, at: datetime) -> None:
        """Go on where it was: with whoever had it, or back in the queue."""
        reason = self.waiting_for
        self._move(Status.IN_PROGRESS if self.assignee_id else Status.NEW)
        self._changed()
        record(self, "ticket.resumed", by=by, at=at, reason=reason)

    def hand_over(self, unit: str, *, message_id: int, by: Actor, at: datetime) -> None:
        """Offer it to another unit. The giver holds it, clock and all, until the receiver accepts."""
        self._changed()
        self.handover_to = unit
        record(
            self,
            "ticket.handed_over",
            by=by,
            at=at,
            from_unit=self.unit,
            to_unit=unit,
            message_id=message_id,
        )

    def accept_handover(self, *, by: Actor, at: datetime) -> None:
        giver, self.unit = self.unit, self._offered_to()
        self._changed()
        self.handover_to = self.assignee_id = None
        if self.status is Status.IN_PROGRESS:
            self._move(Status.NEW)
        record(
            self,
            "ticket.handover_accepted",
            by=by,
            at=at,
            from_unit=giver,
            to_unit=self.unit,
        )

    def return_handover(self, *, message_id: int, by: Actor, at: datetime) -> None:
        receiver = self._offered_to()
        self._changed()
        self.handover_to = None
        record(
            self,
            "ticket.handover_returned",
            by=by,
            at=at,
            from_unit=self.unit,
            to_unit=receiver,
            message_id=message_id,
        )

    def reroute(self, unit: str, *, by: Actor, at: datetime) -> None:
        """It landed in the wrong place: move it now, and remember which rule was wrong."""
        giver, rule = self.unit, self.routed_by
        self._changed()
        self.unit, self.routed_by = unit, "manual"
        self.assignee_id = self.handover_to = None
        if self.status is Status.IN_PROGRESS:
            self._move(Status.NEW)
        record(
            self,
            "ticket.rerouted",
            by=by,
            at=at,
            from_unit=giver,
            to_unit=unit,
            rule=rule,
        )

    def judge(self, impact: Impact, urgency: Urgency, *, by: Actor, at: datetime) -> None:
        """Set impact and urgency, and with them the priority."""
        old, new = self.priority, PRIORITY[impact, urgency]
        self._changed()
        self.impact, self.urgency, self.priority = impact, urgency, new
        record(
            self,
            "ticket.priority_changed",
            by=by,
            at=at,
            impact=impact,
            urgency=urgency,
            old=old,
            priority=new,
        )

    def move_to_version(
        self, version: int, reason: NewTerms, *, catalogue_version: int, by: Actor, at: datetime
    ) -> None:
        """Another version of the same agreement, as it stands in `catalogue_version`; counted from the opening."""
        old = self.agreement_version
        self._changed()
        self.agreement_version = version
        record(
            self,
            "ticket.agreement_changed",
            by=by,
            at=at,
            agreement=self.agreement,
            from_version=old,
            agreement_version=version,
            catalogue_version=catalogue_version,
            reason=reason,
        )

    def change_service(self, new: ServiceTerms, *, message_id: int, by: Actor, at: datetime) -> None:
        """Another service was meant: its agreement counts from the opening. The answers stay what they were."""
        old = self.service
        self._changed()
        self.service, self.catalogue_version = new.service, new.catalogue_version
        self.agreement, self.agreement_version = new.agreement, new.agreement_version
        self.confidentiality, self.shared_as = new.confidentiality, None
        record(
            self,
            "ticket.service_changed",
            by=by,
            at=at,
            from_service=old,
            service=self.service,
            catalogue_version=self.catalogue_version,
            agreement=self.agreement,
            agreement_version=self.agreement_version,
            legal=legal_payload(new.legal),
            message_id=message_id,
        )

    def resolve(
        self,
        resolution: Resolution,
        text: str,
        *,
        closes_at: datetime,
        by_mandate: bool,
        by: Actor,
        at: datetime,
    ) -> None:
        """Answer the request. The requester may reopen it until it closes."""
        self._move(Status.RESOLVED)
        self._changed()
        self.resolution, self.resolution_text = resolution, text
        self.resolved_at, self.closes_at = at, closes_at
        self.handover_to = None
        record(
            self,
            "ticket.resolved",
            by=by,
            at=at,
            resolution=resolution,
            closes_at=closes_at,
            by_mandate=by_mandate,
        )

    def reopen(self, *, message_id: int, by: Actor, at: datetime) -> None:
        """It was not solved after all: the clock goes on where it stopped."""
        if self.status is not Status.RESOLVED or self.closes_at is None or self.closes_at < at:
            raise Conflict("ticket.reopen_too_late")
        self._move(Status.IN_PROGRESS if self.assignee_id else Status.NEW)
        self._changed()
        self.resolution = self.resolution_text = self.resolved_at = self.closes_at = None
        record(self, "ticket.reopened", by=by, at=at, message_id=message_id)

    def close(self, *, by: Actor, at: datetime) -> None:
        """The window for reopening is over."""
        self._move(Status.CLOSED)
        self._changed()
        self.closed_at = at
        record(self, "ticket.closed", by=by, at=at)

    def promise(self, dues: Dues) -> None:
        """Keep beside the ticket what its clocks say now; the nearest orders the queue."""
        self.response_due_at, self.solution_due_at = dues.response, dues.solution
        self.sort_due, self.sort_target = dues.nearest, dues.target

    def _move(self, new: Status) -> None:
        check_move(self.status, new)
        self.status = new
        self.waiting_for = self.wake_at = None

    def _changed(self) -> None:
        self.version += 1

    def _offered_to(self) -> str:
        if self.handover_to is None:
            raise Conflict("ticket.no_handover")
        return self.handover_to


class MessageKind(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"
    CORRECTION = "correction"
    """What the case's own person says is right (retting); never changed, and read by all who read the case."""


class Message(Base):
    """What somebody wrote. Text lives here with its own retention, never in the log."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_ticket", "ticket_id", "id"),)
    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[MessageKind]
    channel: Mapped[Channel]
    body: Mapped[Written]
    at: Mapped[Instant]


class Attachment(Base):
    """Bytes under a random key. `staged` until a ticket's action links it; staged for a day is swept."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_ticket", "ticket_id"),
        Index(
            "ix_attachments_staged",
            "uploaded_at",
            postgresql_where=text("ticket_id IS NULL"),
        ),
        CheckConstraint("size >= 0", name="size"),
    )
    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    uploaded_at: Mapped[Instant]
    name: Mapped[Written]
    media_type: Mapped[str]
    size: Mapped[int]
