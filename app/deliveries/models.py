"""One row per effect and recipient, and one per other system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant

OPEN = "sent_at IS NULL AND parked_at IS NULL AND dropped_at IS NULL"


class Delivery(Base):
    """Open until `sent_at`, `dropped_at` (nobody may see it any more) or `parked_at` (given up, shown to people)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "due_at", "id", postgresql_where=text(OPEN)),
        Index("ix_deliveries_parked", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
        Index(
            "ix_deliveries_subject", "subject", "id", postgresql_where=text(f"subject IS NOT NULL AND {OPEN}")
        ),
        Index("ix_deliveries_lease", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
        # Rows lie in the order they were made: a few kilobytes tell which are old.
        Index("ix_deliveries_created", "created_at", postgresql_using="brin"),
    )
    id: Mapped[BigId]
    topic: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """Names the effect for ever; the receiver sees it as Message-ID, event id or Idempotency-Key."""
    subject: Mapped[str | None]
    """Deliveries about the same leave in the order they were queued; None where the order does not matter."""
    recipient_id: Mapped[int | None]
    """None until the effect is spread to one row per recipient."""
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[Instant] = mapped_column(server_default=text("clock_timestamp()"))
    due_at: Mapped[Instant] = mapped_column(server_default=text("clock_timestamp()"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(server_default=text("0"))
    sent_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    """A code, never a text (`effect.reason_of`)."""


class DeliveryTarget(Base):
    """One other system. Whoever claims for it holds its row, so that its limit holds over all nodes."""

    __tablename__ = "delivery_targets"
    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    """Rounds in a row without an answer; zero as soon as it answers."""
    open_until: Mapped[datetime | None]
    """The circuit is open, nothing is sent; then one delivery tries."""
    last_error: Mapped[str | None]
    away_since: Mapped[datetime | None]
