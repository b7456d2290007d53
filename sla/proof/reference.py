"""Working time the slow way: look at the clock on the wall every minute, and count the open minutes.

Shares nothing with the engine but the text of a calendar. Instants are microseconds of UTC since 1970.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import compress, count, pairwise
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = 60_000_000
DAY = 24 * 60
"""In minutes."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = timedelta(days=2)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Written = Mapping[str, Any]
"""A calendar as its YAML holds it: `{timezone: …, weekly: {mon: ["08:00-15:30"]}, …}`."""
Minutes = tuple[int, int]


class BeyondMinutes(Exception):
    """The answer lies before or after the minutes that were looked at."""


@dataclass(frozen=True, slots=True)
class Change:
    """The clock on the wall is set forward by so many minutes, or back."""

    at: int
    minutes: int


@dataclass(frozen=True, slots=True)
class WallClock:
    """What it shows at each minute of UTC: minutes since it was midnight MARGIN before the first day."""

    shown: array[int]
    changes: tuple[Change, ...]


class SlowCalendar:
    """A bit for each minute of UTC from the first day to the last; every question counts bits."""

    def __init__(self, written: Written, first: date, last: date) -> None:
        self.written = written
        clock = wall_clock(written["timezone"], first, last)
        self._wall, self.changes = clock.shown, clock.changes
        self._first = first
        self.start, self.end = midnight_of(first), midnight_of(last + timedelta(days=1))
        open_on_wall = bytearray(self._shown_at_midnight(last + timedelta(days=4)))
        for day in _days(first - MARGIN, last + timedelta(days=1)):
            start = self._shown_at_midnight(day)
            for opens, closes in self.windows(day):
                open_on_wall[start + opens : start + closes] = b"\1" * (closes - opens)
        self._bits = bytes(map(open_on_wall.__getitem__, self._wall))
        self._open = array("i", compress(count(), self._bits))
        self._opens_on: dict[date, bool] = {}

    def windows(self, day: date) -> Sequence[Minutes]:
        """Minutes after midnight; one over midnight ends after 24:00."""
        written, iso = self.written, day.isoformat()
        if iso in written.get("overrides", {}):
            return _read(written["overrides"][iso])
        if iso in written.get("closed", {}):
            return []
        if written.get("holidays") == "NO" and day in norwegian_holidays(day.year):
            return _read(written.get("holiday_hours", []))
        weekly = next((each["weekly"] for each in written.get("seasons", []) if _in_season(each, day)), None)
        return _read((written["weekly"] if weekly is None else weekly).get(NAMES[day.weekday()], []))

    def is_open(self, at: int) -> bool:
        return self._bits[self._place(at)] == 1

    def between(self, start: int, end: int) -> int:
        """Open microseconds; negative when `end` is before `start`."""
        if end < start:
            return -self.between(end, start)
        first, last = self._place(start), self._place(end)
        whole = (bisect_left(self._open, last) - bisect_left(self._open, first)) * MINUTE
        return whole - start % MINUTE * self._bits[first] + end % MINUTE * self._bits[last]

    def after(self, start: int, amount: int) -> int:
        """The end of the last open microsecond of `amount` since `start`; the next opening for nothing."""
        place = self._place(start)
        if amount == 0:
            return start if self._bits[place] else self._at(self._nth(place, 0))
        amount += start % MINUTE * self._bits[place]
        whole = -(-amount // MINUTE)
        return self._at(self._nth(place, whole - 1)) + amount - (whole - 1) * MINUTE

    def before(self, end: int, amount: int) -> int:
        """The start of the first of the `amount` open microseconds until `end`; the last closing for nothing."""
        place = self._place(end)
        begun = end % MINUTE * self._bits[place]
        if amount <= begun and begun:
            return end - amount
        if amount == 0:
            return self._at(self._nth(place, -1)) + MINUTE
        amount -= begun
        whole = -(-amount // MINUTE)
        return self._at(self._nth(place, -whole)) + MINUTE - (amount - (whole - 1) * MINUTE)

    def turns_after(self, at: int) -> int:
        """The next instant at which it opens or closes."""
        place = self._place(at)
        turned = self._bits.find(1 - self._bits[place], place)
        return self.end if turned < 0 else self._at(turned)

    def next_midnight(self, at: int) -> int:
        """When the wall clock next shows 00:00, unless it is changed before that."""
        place = self._place(at)
        return self._at(place + DAY - self._wall[place] % DAY)

    def add_days(self, start: int, days: int) -> int:
        """The same wall clock on that working day; where it is skipped, the jump."""
        wall, day = self._wall[self._place(start)], self.working_day(start, days)
        if day == self._day(wall):
            return start
        wanted = self._shown_at_midnight(day) + wall % DAY
        place = next(n for n in self._around(day) if self._wall[n] >= wanted)
        return self._at(place) + (start % MINUTE if self._wall[place] == wanted else 0)

    def last_closing(self, start: int, days: int) -> int:
        """Of the windows that open on that working day."""
        return self._at(max(self._places_of(self.working_day(start, days)))) + MINUTE

    def working_day(self, start: int, days: int) -> date:
        """The nth day later, or earlier, on which a window opens; for none, this day or the first one after it."""
        day = self._day(self._wall[self._place(start)])
        if days == 0 and self.opens_on(day):
            return day
        step = timedelta(days=-1 if days < 0 else 1)
        left = max(abs(days), 1)
        while left:
            day += step
            left -= self.opens_on(day)
        return day

    def opens_on(self, day: date) -> bool:
        """Is the wall clock ever inside a window that opens on this day?"""
        if day not in self._opens_on:
            self._opens_on[day] = any(True for _ in self._places_of(day))
        return self._opens_on[day]

    def _places_of(self, day: date) -> Iterator[int]:
        """The minutes at which the wall clock is inside a window that opens on this day."""
        midnight, inside = self._shown_at_midnight(day), bytearray(2 * DAY)
        for opens, closes in self.windows(day):
            inside[opens:closes] = b"\1" * (closes - opens)
        for place in self._around(day) if any(inside) else ():
            if 0 <= (shown := self._wall[place] - midnight) < 2 * DAY and inside[shown]:
                yield place

    def _around(self, day: date) -> range:
        """Every minute at which the wall clock, at most 14 hours from UTC, may show this day or the next."""
        start = (day - self._first).days * DAY - 14 * 60
        end = start + 3 * DAY + 4 * 60
        if start < 0 or end > len(self._wall):
            raise BeyondMinutes
        return range(start, end)

    def _day(self, shown: int) -> date:
        return self._first - MARGIN + timedelta(days=shown // DAY)

    def _shown_at_midnight(self, day: date) -> int:
        return (day - self._first + MARGIN).days * DAY

    def _place(self, at: int) -> int:
        place = (at - self.start) // MINUTE
        if not 0 <= place < len(self._bits):
            raise BeyondMinutes
        return place

    def _nth(self, place: int, n: int) -> int:
        """The nth open minute from this one on; -1 is the last open one before it."""
        wanted = bisect_left(self._open, place) + n
        if not 0 <= wanted < len(self._open):
            raise BeyondMinutes
        return self._open[wanted]

    def _at(self, place: int) -> int:
        return self.start + place * MINUTE


def running(opened: int, pauses: Sequence[tuple[int, int | None]], until: int) -> Iterator[tuple[int, int]]:
    """The stretches from `opened` to `until` that lie in no pause; None: it still goes on."""
    ended = [(start, until if end is None else end) for start, end in pauses]
    bounds = {opened, until, *(bound for pause in ended for bound in pause)}
    for start, end in pairwise(sorted(bound for bound in bounds if opened <= bound <= until)):
        if not any(first <= start < last for first, last in ended):
            yield start, end


@lru_cache(maxsize=100)
def wall_clock(zone: str, first: date, last: date) -> WallClock:
    """Asked every minute, by the zone's own rules."""
    at, here = datetime.combine(first, time(), UTC), ZoneInfo(zone)
    minute, since = timedelta(minutes=1), (first - MARGIN).toordinal()
    shown, changes = array("i"), []
    while at.date() <= last:
        wall = at.astimezone(here)
        shown.append((wall.toordinal() - since) * DAY + wall.hour * 60 + wall.minute)
        if len(shown) > 1 and shown[-1] != shown[-2] + 1:
            changes.append(Change((at - EPOCH) // timedelta(microseconds=1), shown[-1] - shown[-2] - 1))
        at += minute
    return WallClock(shown, tuple(changes))


@cache
def norwegian_holidays(year: int) -> frozenset[date]:
    """Source: lov om helligdager og helligdagsfred § 2, lov om 1 og 17 mai som høgtidsdager."""
    easter = easter_sunday(year)
    moved = {easter + timedelta(days=days) for days in (-3, -2, 0, 1, 39, 49, 50)}
    return frozenset(
        moved | {date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))}
    )


def easter_sunday(year: int) -> date:
    """By the anonymous Gregorian computus."""
    golden, century, of_century = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * to_sunday) // 451
    month, day = divmod(moon + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _read(windows: Sequence[str]) -> list[Minutes]:
    read = []
    for window in windows:
        opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in window.split("-"))
        read.append((opens, closes if closes >= opens else closes + DAY))
    return read


def _in_season(season: Mapping[str, Any], day: date) -> bool:
    first, last = (tuple(int(part) for part in season[end].split("-")) for end in ("first", "last"))
    shown = (day.year, day.month, day.day)[-len(first) :]
    return first <= shown <= last if first <= last else shown >= first or shown <= last


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def midnight_of(day: date) -> int:
    """In UTC."""
    return (day.toordinal() - EPOCH.toordinal()) * DAY * MINUTE
