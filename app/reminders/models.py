"""How somebody wants to be told; without a row, as everybody is from the start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base


class ReminderChoice(Base):
    __tablename__ = "reminder_choices"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 4", name="weekday"),
        CheckConstraint("(teams_sealed IS NULL) = (teams_made_at IS NULL)", name="teams"),
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    digest: Mapped[bool] = mapped_column(server_default=text("true"))
    weekday: Mapped[int] = mapped_column(server_default=text("0"))
    """Of the weekly mail; 0 is Monday."""
    reminders: Mapped[bool] = mapped_column(server_default=text("true"))
    """What is severe, or a duty by law, is reminded of all the same."""
    asked: Mapped[bool] = mapped_column(server_default=text("true"))
    """A mail when somebody asks for a yes or a no, or gives them a task."""
    teams_sealed: Mapped[bytes | None]
    """Where cards are posted, as `sealing.seal` keeps it. Whoever knows it can write there: it is never shown again."""
    teams_made_at: Mapped[datetime | None]
