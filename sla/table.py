"""Open intervals in UTC with running totals, so that adding and measuring working time is a bisect."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, chain
from zoneinfo import ZoneInfo

from sla.hours import DAY_MINUTES, FIRST_YEAR, LAST_YEAR, Window
from sla.wall_clock import (
    DAY_MICROS,
    MINUTE_MICROS,
    Interval,
    instant_of,
    merged,
    midnight,
    open_within,
    stretches,
)

# A window spills at most a day over midnight and a zone is at most a day from UTC: this near the ends of the
# table, the neighbouring year has a say.
MARGIN = 3 * DAY_MICROS
A_DAY = timedelta(days=1)
MOST_YEARS_AT_ONCE = 32
EMPTY_YEARS_MEAN_NEVER = 15


class NeverOpen(ValueError):
    """The calendar has no open time where some was needed."""


class BeyondYears(ValueError):
    """A date no promise reaches; refused, because compiling the years up to it would take long."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The open intervals of whole years, in order and apart from each other."""

    first_year: int
    last_year: int
    since: int
    """Answers are trusted from here until `until`."""
    until: int
    opens: list[int]
    closes: list[int]
    worked: list[int]
    """Open time before each interval; one more at the end, the whole."""

    def worked_until(self, at: int) -> int:
        place = bisect_right(self.opens, at) - 1
        if place < 0:
            return 0
        return self.worked[place] + min(at, self.closes[place]) - self.opens[place]


class OpenTable:
    """Grows by whole years when a question reaches beyond it. Instants are microseconds since 1970."""

    def __init__(self, zone: ZoneInfo, windows_on: Callable[[date], Sequence[Window]]) -> None:
        self._zone = zone
        self._windows_on = windows_on
        self._years: dict[int, list[Interval]] = {}
        self._days: dict[date, tuple[Interval, ...]] = {}
        # Replaced as a whole, never changed: threads may share a calendar.
        self._table: _Compiled | None = None

    def between(self, start: int, end: int) -> int:
        table = self._covering(start, end)
        return table.worked_until(end) - table.worked_until(start)

    def forward(self, start: int, amount: int) -> int:
        """The first instant with `amount` > 0 of open time since `start`."""
        table = self._covering(start, start)
        while True:
            goal = table.worked_until(start) + amount
            if goal <= table.worked[-1]:
                place = bisect_left(table.worked, goal) - 1
                at = table.opens[place] + goal - table.worked[place]
                if at <= table.until:
                    return at
            table = self._grown(table, later=True)

    def backward(self, end: int, amount: int) -> int:
        """The last instant with `amount` > 0 of open time until `end`."""
        table = self._covering(end, end)
        while True:
            goal = table.worked_until(end) - amount
            if goal >= 0:
                place = bisect_right(table.worked, goal) - 1
                at = table.opens[place] + goal - table.worked[place]
                if at >= table.since:
                    return at
            table = self._grown(table, later=False)

    def next_open(self, at: int) -> int:
        table = self._covering(at, at)
        while True:
            place = bisect_right(table.closes, at)
            if place < len(table.opens):
                found = max(at, table.opens[place])
                if found <= table.until:
                    return found
            table = self._grown(table, later=True)

    def prev_open(self, at: int) -> int:
        table = self._covering(at, at)
        while True:
            place = bisect_left(table.opens, at) - 1
            if place >= 0:
                found = min(at, table.closes[place])
                if found >= table.since:
                    return found
            table = self._grown(table, later=False)

    def closing(self, at: int) -> int:
        """The end of the open interval that `at` lies in; `at` when it lies in none."""
        table = self._covering(at, at)
        place = bisect_right(table.opens, at) - 1
        return max(at, table.closes[place]) if place >= 0 else at

    def is_open(self, at: int) -> bool:
        table = self._covering(at, at)
        place = bisect_right(table.opens, at) - 1
        return place >= 0 and at < table.closes[place]

    def opened_on(self, day: date) -> tuple[Interval, ...]:
        """The open time of the windows that open on this day."""
        if day not in self._days:
            self._days[day] = tuple(merged(self._opened_on(day)))
        return self._days[day]

    def opening_of(self, at: int) -> int:
        """When the open interval that `at` lies in began; `at` is open."""
        opens = self._covering(at, at).opens
        return opens[bisect_right(opens, at) - 1]

    def apart(self, day: date, other: date, opening: int) -> int | None:
        """Open time from any moment of the interval that opens on `day` to the same wall clock on `other`.

        Between two days with the same hours, none of which the clock change touches, it is the same all day; None
        when it is not, or cannot be told so simply.
        """
        here = self.opened_on(day)
        if (opening, self.closing(opening)) not in here or not self._are_alike(day, other):
            return None
        return self.between(here[0][0], self.opened_on(other)[0][0])

    def _are_alike(self, day: date, other: date) -> bool:
        here, there, windows = self.opened_on(day), self.opened_on(other), self._windows_on(day)
        if not here or windows != self._windows_on(other):
            return False
        shift = there[0][0] - here[0][0]
        wall = sum(window.closes - window.opens for window in windows) * MINUTE_MICROS
        return (
            not any(map(self._meets_a_night, (day, other)))
            and sum(closes - opens for opens, closes in here) == wall
            and there == tuple((opens + shift, closes + shift) for opens, closes in here)
        )

    def _meets_a_night(self, day: date) -> bool:
        """Does a window run over the midnight at either end of the day?"""
        around = (*self._windows_on(day - A_DAY), *self._windows_on(day))
        return any(window.closes > DAY_MINUTES for window in around)

    def _opened_on(self, day: date) -> list[Interval]:
        parts = stretches(self._zone, day.year)
        return [
            interval
            for window in self._windows_on(day)
            for interval in open_within(
                parts,
                midnight(day) + window.opens * MINUTE_MICROS,
                midnight(day) + window.closes * MINUTE_MICROS,
            )
        ]

    def _year(self, year: int) -> list[Interval]:
        if year not in self._years:
            days = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
            opened = (self._opened_on(date.fromordinal(day)) for day in days)
            self._years[year] = merged(chain.from_iterable(opened))
        return self._years[year]

    def _covering(self, start: int, end: int) -> _Compiled:
        table = self._table
        low, high = min(start, end), max(start, end)
        if table is None or low < table.since or high > table.until:
            first, last = instant_of(low - 2 * MARGIN).year, instant_of(high + 2 * MARGIN).year
            if table is not None:
                first, last = min(first, table.first_year), max(last, table.last_year)
            table = self._table = self._compiled(first, last)
        return table

    def _compiled(self, first: int, last: int) -> _Compiled:
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise BeyondYears(
                f"asked for {first} to {last}; calendars reach from {FIRST_YEAR} to {LAST_YEAR}"
            )
        intervals = merged(chain.from_iterable(map(self._year, range(first, last + 1))))
        return _Compiled(
            first_year=first,
            last_year=last,
            since=midnight(date(first, 1, 1)) + MARGIN,
            until=midnight(date(last + 1, 1, 1)) - MARGIN,
            opens=[start for start, _ in intervals],
            closes=[end for _, end in intervals],
            worked=list(accumulate((end - start for start, end in intervals), initial=0)),
        )

    def _grown(self, table: _Compiled, *, later: bool) -> _Compiled:
        """About twice as many years; NeverOpen when many of them are all closed."""
        step = min(table.last_year - table.first_year + 1, MOST_YEARS_AT_ONCE)
        first, last = table.first_year, table.last_year
        if later:
            last = max(min(last + step, LAST_YEAR), last + 1)
        else:
            first = min(max(first - step, FIRST_YEAR), first - 1)
        grown = self._compiled(first, last)
        if step > EMPTY_YEARS_MEAN_NEVER and grown.worked[-1] == table.worked[-1]:
            raise NeverOpen(f"no open time from {first} to {last} where some was needed")
        self._table = grown
        return grown
