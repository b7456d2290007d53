"""Keeping the rows of a subject's clocks equal to what its events say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.breach import tell_breach
from app.clocks.compute import EFFECTS, ClockKind, ClockState, Course, Fact, Reading, course_of, read
from app.clocks.models import ClockRow
from app.database.model import NEVER
from app.events.models import Event
from sla.agreement import Agreement


@dataclass(frozen=True)
class Promised:
    """The agreement a subject was opened under."""

    catalogue_version: int
    agreement: str
    agreement_version: int


@dataclass(frozen=True)
class Read:
    """A clock's reading, with what it was read against."""

    reading: Reading
    target: timedelta
    priority: str
    started_at: datetime


@dataclass(frozen=True)
class Dues:
    """What the subject keeps beside itself: the two due instants, and the nearest one that runs."""

    response: datetime | None
    solution: datetime | None
    nearest: datetime


def target_of(published: Published, agreed: Agreement, course: Course, kind: ClockKind) -> timedelta:
    """Working time, from the opening: so many working days are more in winter than in summer."""
    promise = agreed.promise(course.priority)
    amount = promise.response if kind is ClockKind.RESPONSE else promise.solution
    return amount.target(published.calendar(agreed.calendar), course.started_at)


def reading_of(
    kind: ClockKind,
    facts: Iterable[Fact],
    *,
    published: Published,
    agreement: str,
    version: int,
    at: datetime,
) -> Read:
    """What one clock of an agreement says at `at`, from its events alone."""
    agreed = published.agreement(agreement, version)
    course = course_of(kind, facts, pauses_on=frozenset(agreed.pauses_on))
    target = target_of(published, agreed, course, kind)
    reading = read(course, calendar=published.calendar(agreed.calendar), target=target, at=at)
    return Read(reading, target, course.priority, course.started_at)


def start(
    session: AsyncSession,
    subject: tuple[str, int],
    facts: Sequence[Fact],
    *,
    promised: Promised,
    published: Published,
    at: datetime,
) -> Dues:
    """The clocks of a subject that was just opened."""
    rows = []
    agreed = published.agreement(promised.agreement, promised.agreement_version)
    for kind in ClockKind:
        now = reading_of(
            kind, facts, published=published, agreement=agreed.name, version=agreed.version, at=at
        )
        row = ClockRow(
            subject_kind=subject[0],
            subject_id=subject[1],
            kind=kind,
            catalogue_version=promised.catalogue_version,
            agreement=promised.agreement,
            agreement_version=agreed.version,
            calendar=agreed.calendar,
            started_at=now.started_at,
            event_seq=0,
        )
        _write(row, now, at=at)
        rows.append(row)
    session.add_all(rows)
    return dues_of(rows)


async def keep(
    session: AsyncSession,
    subject: tuple[str, int],
    *,
    published: Published,
    at: datetime,
) -> Dues:
    """Compute a subject's clocks again after an event; the caller holds the subject's lock and has flushed."""
    facts = await facts_of(session, subject)
    rows = (await session.scalars(select(ClockRow).where(*_belongs_to(subject)).with_for_update())).all()
    for row in rows:
        was_kept = row.breached_at is None
        _write(
            row,
            reading_of(
                row.kind,
                facts,
                published=published,
                agreement=row.agreement,
                version=row.agreement_version,
                at=at,
            ),
            at=at,
        )
        if was_kept and row.breached_at is not None:
            # Found by this event before the sweep came: it no longer will, so it is told here.
            await tell_breach(session, row, at=at)
    return dues_of(rows)


async def facts_of(session: AsyncSession, subject: tuple[str, int]) -> Sequence[Event]:
    """The events that move clocks, in order."""
    query = (
        select(Event)
        .where(
            Event.subject_kind == subject[0],
            Event.subject_id == subject[1],
            Event.kind.in_(list(EFFECTS)),
        )
        .order_by(Event.seq)
    )
    return (await session.scalars(query)).all()


def dues_of(rows: Iterable[ClockRow]) -> Dues:
    by_kind = {row.kind: row for row in rows}
    running = [
        row.due_at for row in by_kind.values() if row.state is ClockState.RUNNING and row.due_at is not None
    ]
    response, solution = (
        by_kind.get(ClockKind.RESPONSE),
        by_kind.get(ClockKind.SOLUTION),
    )
    return Dues(
        response=response.due_at if response else None,
        solution=solution.due_at if solution else None,
        nearest=min(running, default=NEVER),
    )


def _belongs_to(subject: tuple[str, int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ClockRow.subject_kind == subject[0], ClockRow.subject_id == subject[1]


def _write(row: ClockRow, now: Read, *, at: datetime) -> None:
    row.recompute(now.reading, target=now.target, priority=now.priority)
    row.last_event_at = at
