"""What the sweep looks for, and what was decided; everything here can be computed again from the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, Double, ForeignKey, Index, Interval, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.clocks.compute import ClockState
from app.clocks.promised import ClockKind
from app.database.model import Base, BigId, Instant, Logged
from sla.forecast import Basis


class ClockRow(Logged, Base):
    """A promise on one subject. Durations are working time of `calendar` in the published `catalogue_version`.

    `last_event_at` is the instant that the row was computed for: every step up to it is decided.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind", "part"),
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
    part: Mapped[str] = mapped_column(server_default="")
    """Of a leg the unit, of a legal clock the statute; empty of all others."""
    period: Mapped[int] = mapped_column(server_default="1")
    """From 1; rises by one when it is reopened, begins anew, or gets another target."""
    catalogue_version: Mapped[int]
    agreement: Mapped[str]
    """Empty of a legal clock, as is `calendar`: no agreement touches it."""
    agreement_version: Mapped[int]
    calendar: Mapped[str]
    priority: Mapped[str]
    target: Mapped[timedelta] = mapped_column(Interval)
    """Of a legal clock, calendar time, negative when it was too late from the start; nothing when cancelled."""
    used: Mapped[timedelta] = mapped_column(Interval)
    """As of `last_event_at`."""
    state: Mapped[ClockState]
    started_at: Mapped[Instant]
    due_at: Mapped[datetime | None]
    """None while paused."""
    next_at: Mapped[datetime | None]
    """When the next step is to be decided; None when nothing more can happen by itself."""
    stopped_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]


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


class ClockStep(Base):
    """One step of one clock in one period, decided once: the key decides who decides."""

    __tablename__ = "clock_steps"
    clock_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("clocks.id"), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    """Percent of the target."""
    at: Mapped[Instant]
    """When that much was used up."""
    decided_at: Mapped[Instant]
    sent: Mapped[bool]
    """False: it had passed when the period began, and is only recorded."""
    late: Mapped[bool]
    """Nobody looked in time: decided more than LATE_AFTER after it was due."""
