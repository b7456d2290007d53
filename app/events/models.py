"""One row per thing that happened; never changed, never deleted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Xid8

TAKEN_SQL = "kind IN ('ticket.opened', 'ticket.resolved')"
"""What is read in the order it happened, over all subjects: how long things take."""


class Event(Base):
    """Payloads hold ids, enums and instants, never text that people wrote (design decision 4)."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "seq"),
        Index("ix_events_cursor", "epoch", "xid", "id"),
        Index("ix_events_taken", "at", "subject_id", "seq", postgresql_where=text(TAKEN_SQL)),
    )

    id: Mapped[BigId]
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    seq: Mapped[int]
    kind: Mapped[str]
    actor_id: Mapped[int | None]
    """The person who did it; None when the system did."""
    acting_for_id: Mapped[int | None]
    system: Mapped[str | None]
    at: Mapped[Instant]
    payload: Mapped[dict[str, Any]]
