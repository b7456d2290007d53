"""What the random histories met: a proof that never crossed a clock change would prove little."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from sla.proof.calendars import YEARS, own_days, season_ends
from sla.proof.histories import History
from sla.proof.reference import (
    MINUTE,
    BeyondMinutes,
    SlowCalendar,
    easter_sunday,
    midnight_of,
    norwegian_holidays,
)


class Met(StrEnum):
    CLOCK_FORWARD = "a night when the clock goes forward"
    CLOCK_BACK = "a night when the clock goes back"
    REPEATED = "something in an hour that comes twice"
    DUE_REPEATED = "due in an hour that comes twice"
    DUE_AT_CLOSING = "due exactly at closing"
    PAUSE_OVER_CLOSING = "a pause partly while closed"
    PAUSE_WHILE_CLOSED = "a pause wholly while closed"
    PAUSES_MEET = "pauses inside or beside each other"
    STILL_PAUSED = "a pause that still goes on"
    PRIORITY = "a change of priority"
    MOVABLE_FEAST = "a movable feast that is kept"
    FIXED_HOLIDAY = "a holiday with a fixed date that is kept"
    OWN_DAY = "a closing day or a day with hours of its own"
    SEASON = "a day on which a season begins or ends"
    OVER_MIDNIGHT = "midnight while open"
    NEW_YEAR = "New Year"
    LEAP_DAY = "29 February"
    INSIDE_A_MINUTE = "an instant inside a minute"
    WORKING_DAYS = "a promise in working days"


class Landmarks:
    """Where a calendar's histories may pass: instants in order, by what is met there."""

    def __init__(self, slow: SlowCalendar) -> None:
        self._slow = slow
        kept = YEARS if slow.written.get("holidays") == "NO" else ()
        moved = {
            easter_sunday(year) + timedelta(days=days) for year in kept for days in (-3, -2, 0, 1, 39, 49, 50)
        }
        days = {
            Met.MOVABLE_FEAST: moved,
            Met.FIXED_HOLIDAY: {day for year in kept for day in norwegian_holidays(year)} - moved,
            Met.OWN_DAY: own_days(slow.written),
            Met.SEASON: season_ends(slow.written),
            Met.NEW_YEAR: [date(year, 1, 1) for year in YEARS],
            Met.LEAP_DAY: [date(year, 2, 29) for year in YEARS if year % 4 == 0],
        }
        self._instants = {met: sorted(map(midnight_of, found)) for met, found in days.items()}
        self._instants[Met.CLOCK_FORWARD] = [each.at for each in slow.changes if each.minutes > 0]
        self._instants[Met.CLOCK_BACK] = [each.at for each in slow.changes if each.minutes < 0]
        self._repeated = [
            (each.at + each.minutes * MINUTE, each.at - each.minutes * MINUTE)
            for each in slow.changes
            if each.minutes < 0
        ]

    def met(self, history: History, due: int | None) -> Iterator[Met]:
        """`due`: when the last target is used up, if it is."""
        ends = [end for _, end in history.pauses if end is not None]
        events = [history.opened, *(start for start, _ in history.pauses), *ends]
        last = max(*events, history.looked)
        yield from (met for met, found in self._instants.items() if _between(found, history.opened, last))
        if any(map(self._is_repeated, events)):
            yield Met.REPEATED
        if due is not None and self._is_repeated(due):
            yield Met.DUE_REPEATED
        if due is not None and self._closes_at(due):
            yield Met.DUE_AT_CLOSING
        if self._is_open_at_midnight(history.opened):
            yield Met.OVER_MIDNIGHT
        if len(history.targets) > 1:
            yield Met.PRIORITY
        if any(at % MINUTE for at in events):
            yield Met.INSIDE_A_MINUTE
        if history.days is not None:
            yield Met.WORKING_DAYS
        yield from self._met_by_pauses(history)

    def _met_by_pauses(self, history: History) -> Iterator[Met]:
        ended = sorted((start, end) for start, end in history.pauses if end is not None)
        if len(ended) < len(history.pauses):
            yield Met.STILL_PAUSED
        if any(later[0] <= earlier[1] for earlier, later in pairwise(ended)):
            yield Met.PAUSES_MEET
        try:
            shares = [(self._slow.between(*pause), pause[1] - pause[0]) for pause in ended]
        except BeyondMinutes:
            return
        if any(0 < share < whole for share, whole in shares):
            yield Met.PAUSE_OVER_CLOSING
        if any(share == 0 < whole for share, whole in shares):
            yield Met.PAUSE_WHILE_CLOSED

    def _is_repeated(self, at: int) -> bool:
        return any(start <= at < end for start, end in self._repeated)

    def _closes_at(self, at: int) -> bool:
        return self._slow.is_open(at - 1) and not self._slow.is_open(at)

    def _is_open_at_midnight(self, opened: int) -> bool:
        """The first one after the opening."""
        midnight = self._slow.next_midnight(opened)
        return self._slow.is_open(midnight - 1) and self._slow.is_open(midnight)


def _between(instants: Sequence[int], start: int, end: int) -> bool:
    return bisect_right(instants, start) < bisect_right(instants, end)
