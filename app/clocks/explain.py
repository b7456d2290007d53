"""How each clock of a subject came to its deadline: which time counted, which did not, and what changed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.clocks.compute import Course, Reading, courses_of, read
from app.clocks.promised import ClockKind, House
from app.clocks.situation import Fact, Moment, Situation, moments_of
from sla.calendar import CalendarSource
from sla.clock import Clock
from sla.reckoning import Line, Stretch, lines_of
from sla.statute import LegalDates, Statute


@dataclass(frozen=True, slots=True)
class Changed:
    """A new period: when it began, and the kind of event that began it."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Law:
    """What a legal clock follows, and the dates it was given."""

    statute: Statute
    dates: LegalDates


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One clock as it reads at an instant, and the whole way there.

    `lines` reach from where it is counted to its due instant while it runs, else to where it stopped or stands.
    """

    course: Course
    reading: Reading
    source: CalendarSource
    lines: tuple[Line, ...]
    changes: tuple[Changed, ...]
    law: Law | None


def reckon(facts: Iterable[Fact], house: House, *, at: datetime) -> list[Reckoned]:
    """Every clock of one subject, explained at `at`, which is not before the last fact."""
    known = list(facts)
    moments = moments_of(known)
    return [_reckoned(course, moments, house, at=at) for course in courses_of(known, house)]


def _reckoned(course: Course, moments: Sequence[Moment], house: House, *, at: datetime) -> Reckoned:
    period, reading = course.period, read(course, at=at)
    source = house.versions[period.terms.catalogue_version].calendar_sources[
        course.promised.agreement.calendar
    ]
    lines: tuple[Line, ...] = ()
    if isinstance(period.counted, Clock):
        until = reading.stopped_at or reading.due_at or at
        stretches = list(_stretches(course, period.counted, moments, until=until))
        lines = lines_of(stretches, course.promised.calendar, source)
    return Reckoned(course, reading, source, lines, _changes(course, moments), _law(course, moments))


def _stretches(
    course: Course, clock: Clock, moments: Sequence[Moment], *, until: datetime
) -> Iterator[Stretch]:
    """When it ran and when it stood still, from where it is counted until `until`, without holes."""
    at = course.period.begun_at
    for span in clock.spans:
        yield from _standing(course, moments, at, min(span.start, until))
        end = until if span.end is None else min(span.end, until)
        if span.start < end:
            yield Stretch(span.start, end)
        at = max(at, end)
    yield from _standing(course, moments, at, until)


def _standing(course: Course, moments: Sequence[Moment], start: datetime, end: datetime) -> Iterator[Stretch]:
    """The time between, parted where what it stood still for changed."""
    turns = [moment.at for moment in moments if start < moment.at < end]
    at = start
    for turn in (*turns, end):
        if at < turn:
            now = [moment.now for moment in moments if moment.at <= at][-1]
            yield Stretch(at, turn, away=_reason(course, now))
            at = turn


def _reason(course: Course, now: Situation) -> str:
    """What it stands still for: what the subject waits for, an ending, or that another unit holds it."""
    if not now.is_open:
        return "resolved"
    if course.kind is ClockKind.LEG and now.holder != course.part:
        return "elsewhere"
    return now.waiting or "stopped"


def _changes(course: Course, moments: Sequence[Moment]) -> tuple[Changed, ...]:
    """The last event of each instant that began a period; those of the same instant are one."""
    kinds = {moment.at: moment.kind for moment in moments}
    return tuple(
        Changed(period.since, kinds[period.since]) for period in course.periods[1:] if period.since in kinds
    )


def _law(course: Course, moments: Sequence[Moment]) -> Law | None:
    if course.kind is not ClockKind.STATUTORY:
        return None
    dates = dict(moments[-1].now.legal).get(course.part)
    return Law(course.promised.statutes[course.part], dates) if dates else None
