"""Writing a subject's clocks as its log has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.actions import CLOCKS, new_row
from app.clocks.compute import Course, read, steps_of
from app.clocks.deciding import step_row, values_of
from app.clocks.log import Subject
from app.clocks.models import ClockRow, ClockStep


async def write_right(
    session: AsyncSession,
    subject: Subject,
    courses: Mapping[tuple[str, str], Course],
    as_of: Mapping[tuple[str, str], datetime],
    rows: Mapping[tuple[str, str], Row[Any]],
    logged: Mapping[int, int],
) -> None:
    """Rows and steps of one subject, each as of its instant. Nobody is told: what is due is left to the sweep.

    A step keeps when it was decided, if it can have been decided then. Events and deliveries are no caches, and stay.
    """
    for name in rows.keys() - courses.keys():
        await session.execute(delete(ClockStep).where(ClockStep.clock_id == rows[name].id))
        await session.execute(delete(ClockRow).where(ClockRow.id == rows[name].id))
    for name, course in courses.items():
        at = as_of[name]
        reading = read(course, at=at)
        if name in rows:
            clock_id = rows[name].id
            values = values_of(course, reading) | {"last_event_at": at, "event_seq": logged.get(clock_id, 0)}
            await session.execute(update(CLOCKS).where(CLOCKS.c.id == clock_id).values(values))
        else:
            written = insert(CLOCKS).values(new_row(subject, course, reading, at=at)).returning(CLOCKS.c.id)
            clock_id = (await session.execute(written)).scalar_one()
        await _write_steps(session, clock_id, course, at)


async def _write_steps(session: AsyncSession, clock_id: int, course: Course, at: datetime) -> None:
    removed = delete(ClockStep).where(ClockStep.clock_id == clock_id)
    kept = {
        (row.period, row.step): row.decided_at
        for row in await session.execute(
            removed.returning(ClockStep.period, ClockStep.step, ClockStep.decided_at)
        )
    }
    steps = []
    for step in steps_of(course, at=at):
        decided_at = kept.get((step.period, step.percent), at)
        possible = step.at <= decided_at <= at
        steps.append(step_row(clock_id, step, decided_at=decided_at if possible else at))
    if steps:
        await session.execute(insert(ClockStep), steps)
