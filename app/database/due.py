"""Claiming recurring work: whoever inserts the slot's row owns the run."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, exists, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.database.model import Base, BigId, Instant


class JobRun(Base):
    """One run of one recurring job. No leader, no lock: the unique key decides (design decision 3)."""

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("job", "slot"),)
    id: Mapped[BigId]
    job: Mapped[str]
    slot: Mapped[Instant]
    started_at: Mapped[Instant] = mapped_column(server_default=text("clock_timestamp()"))


async def slot_is_taken(session: AsyncSession, job: str, *, every: timedelta, at: datetime) -> bool:
    """Before long work that is claimed only as it is written: whether somebody has done it already."""
    taken = select(JobRun.id).where(JobRun.job == job, JobRun.slot == _slot(every, at))
    return (await session.execute(taken)).scalar_one_or_none() is not None


async def own_slot(session: AsyncSession, job: str, *, every: timedelta, at: datetime) -> bool:
    """True for the one caller that may run `job` in the slot that `at` (database time) falls in."""
    slot = {"job": job, "slot": _slot(every, at)}
    claim = insert(JobRun).values(slot).on_conflict_do_nothing().returning(JobRun.id)
    return (await session.execute(claim)).scalar_one_or_none() is not None


def _slot(every: timedelta, at: datetime) -> datetime:
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=at.tzinfo)


async def forget_old_runs(
    session: AsyncSession, *, at: datetime, kept: timedelta = timedelta(days=30)
) -> None:
    """Old slots are never claimed again; the newest of each job stays, to tell when it last ran."""
    newer = aliased(JobRun)
    followed = exists().where(newer.job == JobRun.job, newer.slot > JobRun.slot)
    await session.execute(delete(JobRun).where(JobRun.started_at < at - kept, followed))
