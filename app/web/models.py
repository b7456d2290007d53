"""Keys of creates that were answered, so that a retry makes no twin."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant


class IdempotencyKey(Base):
    """Inserted first in the create's own transaction; a twin waits on the unique index. Kept for seven days."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("actor_id", "route", "key"),)
    id: Mapped[BigId]
    actor_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    route: Mapped[str]
    key: Mapped[str]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    location: Mapped[str | None]
    created_at: Mapped[Instant]
