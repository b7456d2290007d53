"""One row per effect and recipient."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant


class Delivery(Base):
    """Open until `sent_at`, `dropped_at` (nobody may see it any more) or `parked_at` (given up, shown to people)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "due_at",
            "id",
            postgresql_where=text("sent_at IS NULL AND parked_at IS NULL AND dropped_at IS NULL"),
        ),
        Index("ix_deliveries_parked", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
    )
    id: Mapped[BigId]
    topic: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """Names the effect for ever; the receiver sees it as Message-ID, event id or Idempotency-Key."""
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
