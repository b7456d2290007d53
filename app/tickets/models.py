"""Rows of a ticket and the ticket's verbs; every verb leaves an event."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, Numeric, Sequence, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.database.model import Base, BigId, Instant, Logged
from app.errors import Conflict
from app.events.log import record
from app.identity.actor import Actor
from app.tickets.lifecycle import (
    OPEN,
    PRIORITY,
    Priority,
    Resolution,
    Status,
    WaitingFor,
    check_move,
    number_of,
)
from service_catalog.schema import Channel, Confidentiality, Impact, Urgency

number_sequence = Sequence("ticket_number", start=100_000, metadata=Base.metadata)
"""One sequence for all units; gaps are allowed."""

OPEN_SQL = "status IN ('new', 'in_progress', 'waiting')"


class Ticket(Logged, Base):
    """One request from one requester, held by one unit at a time."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("status IN ('new','in_progress','waiting','resolved','closed')", name="status"),
        CheckConstraint("(status = 'waiting') = (waiting_for IS NOT NULL)", name="waiting"),
        CheckConstraint("handover_to IS NULL OR handover_to <> unit", name="handover"),
        Index("ix_tickets_queue", "unit", "sort_due", "id", postgresql_where=text(OPEN_SQL)),
        Index("ix_tickets_first_line", "sort_due", "id", postgresql_where=text(OPEN_SQL)),
        Index("ix_tickets_handover", "handover_to", "sort_due", "id", postgresql_where=text("handover_to IS NOT NULL")),
        Index("ix_tickets_assignee", "assignee_id", "sort_due", "id", postgresql_where=text(OPEN_SQL)),
        Index("ix_tickets_requester", "requester_id", "opened_at", "id"),
        Index("ix_tickets_opened_by", "opened_by_id", "opened_at", "id"),
        Index("ix_tickets_org_unit", "org_unit_id", "opened_at", "id"),
        Index("ix_tickets_opened", "opened_at", "id"),
        Index("ix_tickets_wake", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index("ix_tickets_closing", "closes_at", postgresql_where=text("status = 'resolved'")),
        Index("ix_tickets_search", "search", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, number_sequence, server_default=number_sequence.next_value(), primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Bumped by fields and state, not by messages; the ETag."""
    subject: Mapped[str]
    description: Mapped[str]
    """What the requester wrote, as one text; the answers hold it field by field."""
    service: Mapped[str]
    catalogue_version: Mapped[int] = mapped_column(ForeignKey("catalogue_versions.id"))
    answers: Mapped[dict[str, Any]]
    requester_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
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
    routed_by: Mapped[str]
    """The rule that chose the unit: «service», «manual», or the id of a routing rule."""
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    ansvar: Mapped[str | None]
    tjeneste: Mapped[str | None]
    prosjekt: Mapped[str | None]
    resolution: Mapped[Resolution | None]
    resolution_text: Mapped[str | None]
    opened_at: Mapped[Instant]
    answered_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    agreement: Mapped[str]
    agreement_version: Mapped[int]
    sort_due: Mapped[Instant] = mapped_column(server_default=text("'infinity'"))
    """The nearest due instant of a running clock; the queue's order. Infinity while paused or done."""
    response_due_at: Mapped[datetime | None]
    solution_due_at: Mapped[datetime | None]
    search: Mapped[Any] = deferred(
        mapped_column(
            TSVECTOR,
            Computed("to_tsvector('norwegian', subject || ' ' || description || ' ' || coalesce(resolution_text, ''))", persisted=True),
        )
    )

    @property
    def number(self) -> str:
        return number_of(self.id)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class MessageKind(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class Message(Base):
    """What somebody wrote. Text lives here with its own retention, never in the log."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_ticket", "ticket_id", "id"),)
    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[MessageKind]
    channel: Mapped[Channel]
    body: Mapped[str]
    at: Mapped[Instant]


class Attachment(Base):
    """Bytes under a random key. `staged` until a ticket's action links it; staged for a day is swept."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_ticket", "ticket_id"),
        Index("ix_attachments_staged", "uploaded_at", postgresql_where=text("ticket_id IS NULL")),
        CheckConstraint("size >= 0", name="size"),
    )
    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    uploaded_at: Mapped[Instant]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
