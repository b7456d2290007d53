"""What the clock on the wall means in UTC, in whole microseconds since 1970.

A moment is open when the clock on the wall then shows a time inside a window. So an opening in the hour that
spring skips is the moment the clock jumps, and a window in the hour that autumn repeats is open both times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_MICROS = 1_000_000
MINUTE_MICROS = 60 * SECOND_MICROS
DAY_MICROS = 24 * 60 * MINUTE_MICROS

Interval = tuple[int, int]


def utc(at: datetime) -> datetime:
    """In UTC, before anything is compared: two datetimes of one ZoneInfo compare by the wall clock."""
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)


def micros_of(at: datetime) -> int:
    try:
        return (at - EPOCH) // MICROSECOND  # no other datetime has EPOCH's zone but in UTC: this is real time
    except TypeError:
        raise ValueError(f"{at.isoformat()} has no time zone") from None


def instant_of(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def midnight(day: date) -> int:
    """The start of the day, read as if its wall clock were UTC."""
    return (day.toordinal() - EPOCH.toordinal()) * DAY_MICROS


@dataclass(frozen=True, slots=True)
class Stretch:
    """Instants from `start` until `end` in which the zone keeps one offset: wall = instant + offset."""

    start: int
    end: int
    offset: int


@cache
def stretches(zone: ZoneInfo, year: int) -> tuple[Stretch, ...]:
    """The zone's offsets over the year and some days on each side; a zone may jump by a whole day."""
    start, end = midnight(date(year, 1, 1)) - 3 * DAY_MICROS, midnight(date(year + 1, 1, 1)) + 3 * DAY_MICROS
    bounds = [start]
    for day in range(start, end, DAY_MICROS):
        bounds += _changes(zone, day, day + DAY_MICROS)
    bounds.append(end)
    return tuple(
        Stretch(begin, until, _offset(zone, begin)) for begin, until in pairwise(bounds) if begin < until
    )


def open_within(parts: Sequence[Stretch], opens: int, closes: int) -> Iterator[Interval]:
    """The instants at which the wall clock shows a time from `opens` until `closes`."""
    for part in parts:
        start, end = max(part.start, opens - part.offset), min(part.end, closes - part.offset)
        if start < end:
            yield start, end


def first_showing(parts: Sequence[Stretch], wall: int) -> int:
    """The first instant at which the wall clock shows this time or, where it was skipped, a later one."""
    for part in parts:
        at = max(part.start, wall - part.offset)
        if at < part.end:
            return at
    raise ValueError("the wall clock does not show this time in the given days")


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """In order, with overlapping and adjacent ones joined, so that no moment counts twice."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = instant_of(at).astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return offset // MICROSECOND


def _changes(zone: ZoneInfo, start: int, end: int) -> list[int]:
    """The instants after `start` and up to `end` at which the offset changes, on whole seconds."""
    if _offset(zone, start) == _offset(zone, end):
        return []
    if end - start <= SECOND_MICROS:
        return [end]
    middle = (start + end) // 2 // SECOND_MICROS * SECOND_MICROS
    return _changes(zone, start, middle) + _changes(zone, middle, end)
