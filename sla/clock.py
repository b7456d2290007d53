"""A promise being kept: a target of working time, and the spans in which its clock ran."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sla.calendar import WorkingCalendar
from sla.wall_clock import utc


@dataclass(frozen=True)
class Span:
    """Time passing from `start` until `end`; None means it still goes on. Kept in UTC."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", utc(self.end))
            if self.end < self.start:
                raise ValueError(f"a span cannot end at {self.end} before it starts at {self.start}")


@dataclass(frozen=True)
class Clock:
    calendar: WorkingCalendar
    target: timedelta
    """Working time."""
    spans: tuple[Span, ...]
    """In order, not overlapping; only the last may still go on."""

    def __post_init__(self) -> None:
        if self.target < timedelta():
            raise ValueError(f"a target cannot be negative: {self.target}")
        for span, following in pairwise(self.spans):
            if span.end is None or following.start < span.end:
                raise ValueError(f"the span from {following.start} starts before the one before it ended")

    def due_at(self) -> datetime | None:
        """The instant the target is used up; None if the clock stopped or paused before it."""
        return self._used_up(self.target)

    def warns_at(self, percent: int) -> datetime | None:
        """The instant this much of the target is used up; None as in `due_at`."""
        return self._used_up(self.target * percent // 100)

    def used_at(self, at: datetime) -> timedelta:
        """Working time passed in the spans until `at`."""
        until = utc(at)
        used = timedelta()
        for span in self.spans:
            if span.start < until:
                end = until if span.end is None else min(span.end, until)
                used += self.calendar.working_time(span.start, end)
        return used

    def remaining_at(self, at: datetime) -> timedelta:
        """What is left of the target; negative once it is overrun."""
        return self.target - self.used_at(at)

    def _used_up(self, left: timedelta) -> datetime | None:
        for span in self.spans:
            if span.end is None:
                return self.calendar.after(span.start, left)
            worked = self.calendar.working_time(span.start, span.end)
            if worked and left <= worked:
                return self.calendar.after(span.start, left)
            left -= worked
        return None


def running_spans(start: datetime, pauses: Iterable[Span]) -> tuple[Span, ...]:
    """When a clock started at `start` runs, given its pauses in any order; one of them may still go on."""
    spans: list[Span] = []
    running_from = utc(start)
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.start > running_from:
            spans.append(Span(running_from, pause.start))
        if pause.end is None:
            return tuple(spans)
        running_from = max(running_from, pause.end)
    return (*spans, Span(running_from))
