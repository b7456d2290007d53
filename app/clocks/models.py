"""What the sweep looks for; everything here can be computed again from the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Double, Index, Interval, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.clocks.compute import ClockKind, ClockState, Reading
from app.database.model import Base, BigId, Instant, Logged
from sla.forecast import Basis


class ClockRow(Logged, Base):
    """A promise on one subject. Durations are working time of `calendar` in the published `catalogue_version`."""

    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind"),
        Index(
            "ix_clocks_next_at",
            "next_at",
            "id",
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )
    id: Mapped[BigId]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    kind: Mapped[ClockKind]
    catalogue_version: Mapped[int]
    agreement: Mapped[str]
    agreement_version: Mapped[int]
    calendar: Mapped[str]
    priority: Mapped[str]
    target: Mapped[timedelta] = mapped_column(Interval)
    used: Mapped[timedelta] = mapped_column(Interval)
    """Working time used at the subject's last event; exact while paused or stopped, a floor while running."""
    state: Mapped[ClockState]
    started_at: Mapped[Instant]
    due_at: Mapped[datetime | None]
    """None while paused."""
    next_at: Mapped[datetime | None]
    """When the sweep must look again; None when nothing more can happen by itself."""
    stopped_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]

    def recompute(self, reading: Reading, *, target: timedelta, priority: str) -> None:
        """Write what the events say. Everything here is a cache of that."""
        self.target, self.priority = target, priority
        self.state, self.due_at, self.next_at = reading.state, reading.due_at, reading.next_at
        self.used, self.stopped_at, self.breached_at = reading.used, reading.stopped_at, reading.breached_at


class ExpectedFinish(Base):
    """How long a group of tickets has taken: the curve of `sla.forecast`, as the last refresh learnt it."""

    __tablename__ = "expected_finish"
    basis: Mapped[Basis] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """Which group of this basis: `sla.experience.groups_of`."""
    times: Mapped[list[float]] = mapped_column(ARRAY(Double))
    finished: Mapped[int]
    open: Mapped[int]


class ExpectedQueue(Base):
    """How many of a unit's newer tickets were open at the last refresh. None of a unit is no row."""

    __tablename__ = "expected_queues"
    unit: Mapped[str] = mapped_column(primary_key=True)
    waiting: Mapped[int]
