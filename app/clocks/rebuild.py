"""Computing every clock again from the log, to prove that rows and steps are caches and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.compute import Course, Step, courses_of, read, steps_of
from app.clocks.deciding import COMPUTED, late, values_of
from app.clocks.log import Happened, Subject, among, house_of, logs_of
from app.clocks.models import ClockRow, ClockStep
from app.clocks.promised import House
from app.clocks.repair import write_right
from app.clocks.situation import BrokenLog
from app.database.model import NEVER
from app.database.session import Sessions, transaction
from app.events.models import Event

BATCH = 200
"""Subjects in one transaction: short, for it holds rows that people work on, and the readers of the log wait for it."""
HIGHEST = 2**63 - 1
SUBJECT_KINDS = ("ticket",)
NAMED = ("id", "subject_kind", "subject_id", "kind", "part")
COMPARED = (*COMPUTED, "event_seq", "last_event_at")
COLUMNS = [ClockRow.__table__.c[name] for name in (*NAMED, *COMPARED)]
Name = tuple[str, str]
"""Kind and part: which of its subject's clocks."""


@dataclass(frozen=True)
class Difference:
    """A clock that is not what its events say, and in what."""

    subject: Subject
    name: Name
    what: tuple[str, ...]

    def __str__(self) -> str:
        kind, part = self.name
        return (
            f"{self.subject[0]} {self.subject[1]} {kind}{f':{part}' if part else ''} ({', '.join(self.what)})"
        )


@dataclass
class Rebuilt:
    """How many clocks were computed, and those that differed."""

    read: int = 0
    different: list[Difference] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """Some subjects: what their logs say, and what stands in the tables."""

    house: House
    logs: Mapping[Subject, list[Happened]]
    rows: Mapping[Subject, Mapping[Name, Row[Any]]]
    steps: Mapping[int, list[Row[Any]]]
    logged: Mapping[int, int]
    """The number of events about each clock."""


async def rebuild(sessions: Sessions, *, repair: bool = True, first: int = 1, last: int = HIGHEST) -> Rebuilt:
    """Compute every clock of the subjects `first` to `last` as of its last event; `repair` writes right what differs.

    Finds wrong rows, rows that are missing or too many, and steps that are missing, moved or invented. A log that
    cannot be is told of as a difference, and left.
    """
    result = Rebuilt()
    for subject_kind in SUBJECT_KINDS:
        done = first - 1
        while True:
            async with transaction(sessions) as session:
                ids = await _subjects_within(session, subject_kind, done, last)
                if not ids:
                    break
                await _rebuild([(subject_kind, each) for each in ids], session, result, repair=repair)
                done = ids[-1]
    return result


async def extent(sessions: Sessions) -> tuple[int, int]:
    """The lowest and the highest subject that has events or clocks; (1, 0) when there is none."""
    async with sessions() as session:
        found: list[int] = []
        for column, kind in (
            (Event.subject_id, Event.subject_kind),
            (ClockRow.subject_id, ClockRow.subject_kind),
        ):
            query = select(func.min(column), func.max(column)).where(kind.in_(SUBJECT_KINDS))
            found += [each for each in (await session.execute(query)).one() if each is not None]
        return (min(found), max(found)) if found else (1, 0)


async def _rebuild(
    subjects: Sequence[Subject], session: AsyncSession, result: Rebuilt, *, repair: bool
) -> None:
    batch = await _read(session, subjects)
    result.read += sum(map(len, batch.rows.values()))
    suspected = sorted({found.subject for subject in subjects for found in _differences(subject, batch)})
    if not suspected:
        return
    # Somebody may have been at work between the queries; now we hold their rows, and read those subjects again.
    batch = await _read(session, suspected)
    found = [difference for subject in suspected for difference in _differences(subject, batch)]
    result.different += found
    if repair:
        for subject in dict.fromkeys(each.subject for each in found):
            courses = _courses(subject, batch)
            if courses is not None:
                ends = {name: _as_of(subject, batch, course) for name, course in courses.items()}
                await write_right(session, subject, courses, ends, batch.rows.get(subject, {}), batch.logged)


async def _subjects_within(session: AsyncSession, subject_kind: str, done: int, last: int) -> list[int]:
    """Those that were opened, and those that have clocks though they were not."""
    opened = select(Event.subject_id).where(Event.subject_kind == subject_kind, Event.seq == 1)
    clocked = select(ClockRow.subject_id).where(ClockRow.subject_kind == subject_kind).distinct()
    found: set[int] = set()
    for query, column in ((opened, Event.subject_id), (clocked, ClockRow.subject_id)):
        here = query.where(column > done, column <= last)
        found |= set(await session.scalars(here.order_by(column).limit(BATCH)))
    return sorted(found)[:BATCH]


async def _read(session: AsyncSession, subjects: Sequence[Subject]) -> Batch:
    """Rows first, with their locks: then no verb can add to a log before we are done."""
    kind, ids = subjects[0][0], [subject_id for _, subject_id in subjects]
    rows: dict[Subject, dict[Name, Row[Any]]] = defaultdict(dict)
    query = select(*COLUMNS).where(ClockRow.subject_kind == kind, among(ClockRow.subject_id, ids))
    clock_ids = []
    for row in await session.execute(query.order_by(ClockRow.id).with_for_update()):
        rows[row.subject_kind, row.subject_id][row.kind.value, row.part] = row
        clock_ids.append(row.id)
    steps: dict[int, list[Row[Any]]] = defaultdict(list)
    for step in await session.execute(
        select(*ClockStep.__table__.c).where(among(ClockStep.clock_id, clock_ids))
    ):
        steps[step.clock_id].append(step)
    logged = select(Event.subject_id, func.max(Event.seq)).where(
        Event.subject_kind == "clock", among(Event.subject_id, clock_ids)
    )
    counted = {row[0]: row[1] for row in await session.execute(logged.group_by(Event.subject_id))}
    logs = await logs_of(session, subjects)
    return Batch(await house_of(session, logs.values()), logs, rows, steps, counted)


def _courses(subject: Subject, batch: Batch) -> dict[Name, Course] | None:
    """None when the log cannot be."""
    try:
        courses = courses_of(batch.logs.get(subject, []), batch.house)
    except BrokenLog:
        return None
    return {(course.kind.value, course.part): course for course in courses}


def _differences(subject: Subject, batch: Batch) -> Iterator[Difference]:
    rows = batch.rows.get(subject, {})
    courses = _courses(subject, batch)
    if courses is None:
        yield Difference(subject, ("", ""), ("broken log",))
        return
    for name in courses.keys() - rows.keys():
        yield Difference(subject, name, ("missing",))
    for name, row in rows.items():
        course = courses.get(name)
        what = ("not in the log",) if course is None else tuple(_wrong(subject, batch, course, row))
        if what:
            yield Difference(subject, name, what)


def _as_of(subject: Subject, batch: Batch, course: Course) -> datetime:
    """The instant its row stands for: that of the last event, or of the last step decided since."""
    row = batch.rows.get(subject, {}).get((course.kind.value, course.part))
    stored = batch.steps.get(row.id, ()) if row is not None else ()
    return _last(batch.logs[subject][-1].at, stored, list(steps_of(course, at=NEVER)) if stored else [])


def _last(event_at: datetime, stored: Sequence[Row[Any]], possible: Sequence[Step]) -> datetime:
    """A step that cannot have been decided then, or at all, moves nothing."""
    instants = {(step.period, step.percent): step.at for step in possible}
    decided = (
        step.decided_at
        for step in stored
        if step.decided_at >= step.at and instants.get((step.period, step.step)) == step.at
    )
    last: datetime = max((event_at, *decided))
    return last


def _wrong(subject: Subject, batch: Batch, course: Course, row: Row[Any]) -> Iterator[str]:
    """Names of the columns and steps that are not what the log says, to the microsecond."""
    stored, possible = batch.steps.get(row.id, []), list(steps_of(course, at=NEVER))
    at = _last(batch.logs[subject][-1].at, stored, possible)
    right = (*values_of(course, read(course, at=at)).values(), batch.logged.get(row.id, 0), at)
    kept = tuple(row)[len(NAMED) :]
    if kept != right:
        yield from (name for name, was, is_ in zip(COMPARED, kept, right, strict=True) if was != is_)
    yield from _wrong_steps({(step.period, step.step): step for step in stored}, possible, at)


def _wrong_steps(
    stored: Mapping[tuple[int, int], Row[Any]], possible: Sequence[Step], at: datetime
) -> Iterator[str]:
    right = {(step.period, step.percent): step for step in possible if step.at <= at}
    for key in sorted(right.keys() | stored.keys()):
        step, found = right.get(key), stored.get(key)
        if (
            step is None
            or found is None
            or (step.at, step.sent) != (found.at, found.sent)
            or not found.at <= found.decided_at <= at
            or found.late != late(found.sent, found.at, found.decided_at)
        ):
            yield f"step {key[1]} of period {key[0]}"
