"""How a deadline came about: every span of time that counted or did not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sla.calendar import CalendarSource, WorkingCalendar
from sla.wall_clock import utc

A_DAY = timedelta(days=1)
SATURDAY = 5


class Why(StrEnum):
    """Why a span counted, or did not."""

    OPEN = "open"
    NIGHT = "night"
    """Between the hours of one day and those of the next."""
    BREAK = "break"
    """Between two windows of one day."""
    WEEKEND = "weekend"
    CLOSED = "closed"
    """Public holidays and days that the unit itself keeps closed; their names are told."""
    AWAY = "away"
    """The clock stood still, for a reason of its own."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time in which a clock ran (`away` is None) or stood still, and for what."""

    start: datetime
    end: datetime
    away: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One span of the reckoning; `counted` is nothing unless it was open."""

    start: datetime
    end: datetime
    counted: timedelta
    why: tuple[Why, ...]
    """More than one where a night runs into a weekend or holidays."""
    names: tuple[str, ...] = ()
    """Of the closed days in it, as the calendar calls them."""
    away: str | None = None


def lines_of(
    stretches: Sequence[Stretch], calendar: WorkingCalendar, source: CalendarSource
) -> tuple[Line, ...]:
    """The spans in order, none left out; what counted in them adds up to the working time of the stretches."""
    zone = ZoneInfo(source.timezone)
    found: list[Line] = []
    for stretch in stretches:
        start, end = utc(stretch.start), utc(stretch.end)
        if stretch.away is not None:
            found.append(Line(start, end, timedelta(), (Why.AWAY,), away=stretch.away))
        else:
            found += _running(start, end, calendar, source, zone)
    return tuple(line for line in found if line.start < line.end)


def counted_in(lines: Iterable[Line]) -> timedelta:
    return sum((line.counted for line in lines), timedelta())


def _running(
    start: datetime, end: datetime, calendar: WorkingCalendar, source: CalendarSource, zone: ZoneInfo
) -> Iterator[Line]:
    at = start
    while at < end:
        if calendar.is_open(at):
            until = min(end, calendar.closing(at))
            yield Line(at, until, until - at, (Why.OPEN,))
        else:
            until = min(end, calendar.next_open(at))
            yield _shut(at, until, source, zone)
        at = until


def _shut(start: datetime, end: datetime, source: CalendarSource, zone: ZoneInfo) -> Line:
    """A stretch between two openings, told by the whole days in it that had none."""
    days = list(_days(start.astimezone(zone).date(), end.astimezone(zone).date()))
    names, why = [], []
    for day in days:
        if source.windows_on(day):
            continue
        name = source.closed_on(day)
        if name is not None:
            names.append(name)
        why.append(
            Why.CLOSED if name is not None else Why.WEEKEND if day.weekday() >= SATURDAY else Why.NIGHT
        )
    usual = Why.BREAK if _is_between_windows(start, end, source, zone) else Why.NIGHT
    return Line(start, end, timedelta(), tuple(dict.fromkeys(why)) or (usual,), tuple(dict.fromkeys(names)))


def _is_between_windows(start: datetime, end: datetime, source: CalendarSource, zone: ZoneInfo) -> bool:
    """Whether that day was open before and is open again after."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.date() != last.date():
        return False
    minutes = [at.hour * 60 + at.minute for at in (first, last)]
    windows = source.windows_on(first.date())
    return any(window.closes <= minutes[0] for window in windows) and any(
        window.opens >= minutes[1] for window in windows
    )


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += A_DAY
