"""Working time the slow way: look at the clock on the wall every minute. Shares nothing with the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Pair = tuple[str, str]


@dataclass(frozen=True)
class SlowCalendar:
    """Windows as pairs of wall-clock times, by weekday (0 is Monday) and by date."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[Pair]]
    closed: frozenset[date] = frozenset()
    overrides: Mapping[date, Sequence[Pair]] = field(default_factory=dict)
    summer: tuple[date, date, Mapping[int, Sequence[Pair]]] | None = None

    def is_open(self, at: datetime) -> bool:
        wall = at.astimezone(self.zone).replace(tzinfo=None)
        today, yesterday = wall.date(), wall.date() - timedelta(days=1)
        time = wall.strftime("%H:%M")
        for opens, closes in self.pairs(today):
            if opens <= closes and opens <= time < closes:
                return True
            if opens > closes and opens <= time:
                return True
        return any(opens > closes and time < closes for opens, closes in self.pairs(yesterday))

    def pairs(self, day: date) -> Sequence[Pair]:
        if day in self.overrides:
            return self.overrides[day]
        if day in self.closed:
            return []
        if self.summer is not None and self.summer[0] <= day <= self.summer[1]:
            return self.summer[2].get(day.weekday(), [])
        return self.weekly.get(day.weekday(), [])

    def working_minutes(self, start: datetime, end: datetime) -> int:
        return sum(self.is_open(minute) for minute in _minutes(start, end))

    def after(self, start: datetime, minutes: int, until: datetime) -> datetime | None:
        """The end of the last of so many open minutes; None when there are fewer before `until`."""
        for minute in _minutes(start, until):
            if self.is_open(minute):
                minutes -= 1
                if minutes == 0:
                    return minute + MINUTE
        return None

    def before(self, end: datetime, minutes: int, since: datetime) -> datetime | None:
        for minute in reversed(list(_minutes(since, end))):
            if self.is_open(minute):
                minutes -= 1
                if minutes == 0:
                    return minute
        return None

    def running_minutes(self, spans: Sequence[tuple[datetime, datetime]]) -> Iterator[datetime]:
        """The open minutes inside the spans, in order."""
        for start, end in spans:
            yield from (minute for minute in _minutes(start, end) if self.is_open(minute))


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start.astimezone(UTC)
    while at < end.astimezone(UTC):
        yield at
        at += MINUTE
