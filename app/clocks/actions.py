"""Keeping the rows of a subject's clocks equal to what its events say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.compute import ClockState, Course, Reading, courses_of, read
from app.clocks.deciding import Change, Kept, decide, values_of
from app.clocks.log import Subject, house_of, logs_of
from app.clocks.models import ClockRow
from app.clocks.promised import OUGHT_BY_THE_UNIT, ClockKind, House
from app.clocks.situation import Fact
from app.database.model import NEVER

CLOCKS: Table = ClockRow.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Dues:
    """What the subject keeps beside itself: the two due instants, and the nearest of all that the unit owes.

    `target` is that one's, in working time; None when nothing runs, or when the law set it in calendar time.
    """

    response: datetime | None
    solution: datetime | None
    nearest: datetime
    target: timedelta | None


def start(
    subject: Subject, facts: Sequence[Fact], *, published: Published
) -> tuple[list[dict[str, Any]], Dues]:
    """The clocks of a subject that was just opened, as rows to insert: computed from its first events alone."""
    house = House({published.version: published})
    at = facts[-1].at
    found = [(course, read(course, at=at)) for course in courses_of(facts, house)]
    return [new_row(subject, *each, at=at) for each in found], dues_of(found)


async def keep(session: AsyncSession, subject: Subject, *, published: Published, at: datetime) -> Dues:
    """Compute a subject's clocks again after an event; the caller holds the subject's lock and has flushed.

    What the sweep had not come to is decided here, so that whoever touches a subject never hides a broken promise.
    """
    rows = (await session.execute(_kept(subject))).all()
    logs = await logs_of(session, [subject])
    house = await house_of(session, logs.values(), published)
    courses = {(course.kind, course.part): course for course in courses_of(logs[subject], house)}
    changes = [
        # The sweep may have decided something between the verb's instant and this lock.
        Change(
            Kept(row.id, row.event_seq, row.last_event_at, row.period),
            subject,
            course,
            max(at, row.last_event_at),
        )
        for row in rows
        if (course := courses.get((row.kind, row.part))) is not None
    ]
    there = {(row.kind, row.part) for row in rows}
    new = [(course, read(course, at=at)) for name, course in courses.items() if name not in there]
    if new:
        await session.execute(insert(CLOCKS), [new_row(subject, *each, at=at) for each in new])
    await decide(session, changes)
    return dues_of([*((change.course, change.reading) for change in changes), *new])


def _kept(subject: Subject) -> Any:
    kept = (ClockRow.id, ClockRow.event_seq, ClockRow.last_event_at, ClockRow.period)
    query = select(*kept, ClockRow.kind, ClockRow.part).where(*_belongs_to(subject))
    return query.order_by(ClockRow.id).with_for_update()


def new_row(subject: Subject, course: Course, reading: Reading, *, at: datetime) -> dict[str, Any]:
    return values_of(course, reading) | {
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "kind": course.kind,
        "part": course.part,
        "event_seq": 0,
        "last_event_at": at,
    }


def dues_of(clocks: Iterable[tuple[Course, Reading]]) -> Dues:
    """Of two that are due at once, the one that was promised in less time. Source in SQL: `app.tickets.copies`."""
    due: dict[ClockKind, datetime | None] = {}
    running: list[tuple[datetime, timedelta]] = []
    for course, reading in clocks:
        due[course.kind] = reading.due_at
        runs = reading.state is ClockState.RUNNING and course.kind in OUGHT_BY_THE_UNIT
        if runs and reading.due_at is not None:
            legal = course.kind is ClockKind.STATUTORY
            running.append((reading.due_at, timedelta.max if legal else course.period.target))
    nearest, target = min(running, default=(NEVER, timedelta.max))
    return Dues(
        due.get(ClockKind.RESPONSE),
        due.get(ClockKind.SOLUTION),
        nearest,
        None if target == timedelta.max else target,
    )


def _belongs_to(subject: Subject) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ClockRow.subject_kind == subject[0], ClockRow.subject_id == subject[1]
