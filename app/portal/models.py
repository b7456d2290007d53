"""What the portal keeps of its own."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from app.database.model import Base, BigId, Instant


class FormTime(Base):
    """One form that was sent. `tries`: how often it was refused before."""

    __tablename__ = "form_times"
    __table_args__ = (
        CheckConstraint("seconds BETWEEN 0 AND 7200", name="seconds"),
        CheckConstraint("tries BETWEEN 0 AND 20", name="tries"),
        Index("ix_form_times_service", "service", "sent_at"),
    )
    id: Mapped[BigId]
    service: Mapped[str]
    by_leader: Mapped[bool]
    seconds: Mapped[int]
    tries: Mapped[int]
    sent_at: Mapped[Instant]
