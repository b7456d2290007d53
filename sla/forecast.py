"""How long it takes: quantiles of what has taken time before, with what is open still counted as far as it has come."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, inf, sqrt

from sla.calendar import WorkingCalendar

MEDIAN, NINE_OF_TEN = 0.5, 0.9
LEVELS = tuple(n / 1000 for n in (*range(990, 100, -10), *range(100, 20, -2), *range(20, 0, -1)))
"""Shares still open, falling, finest where few are left: a ticket that is late asks about the end of the curve."""
FEWEST_FINISHED = 30
"""With fewer, the slowest tenth is a handful, and a promise of nine in ten a guess."""
FEWEST_AS_OLD = 8
"""A ticket is compared only when this many were open for as long as it has been."""
NO_QUEUE = 5
"""Added to every queue, so that one more in an empty one does not seem to double it."""
HALF_AN_HOUR = timedelta(minutes=30)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
ROUNDING = 1e-9


class Basis(StrEnum):
    """Which tickets are «such tickets»: the narrowest with enough of them."""

    SERVICE_AND_PRIORITY = "service_priority"
    SERVICE = "service"
    AGREEMENT = "agreement"
    """The same unit, under the same agreement."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How many are open still after a time: the Kaplan–Meier estimate, read at each of LEVELS.

    `times[i]` is the first time at which no more than the share LEVELS[i] is open. The list ends where what is
    known ends, so it is shorter than LEVELS when many are open still. Any unit of time will do.
    """

    times: tuple[float, ...]
    finished: int
    open: int
    """Counted as far as they had come."""

    def share_open(self, after: float) -> float:
        """The share not finished after this time, from 1 down."""
        place = bisect_right(self.times, after)
        return 1.0 if place == 0 else LEVELS[place - 1]

    def quantile(self, share: float, *, used: float = 0.0) -> float | None:
        """When `share` of those that were open after `used` are finished, counted from the start.

        None when that lies beyond what is known: too few were open as long, or too many are open still.
        """
        left = self.share_open(used) if used > 0 else 1.0
        if left < 1 and left * (self.finished + self.open) < FEWEST_AS_OLD:
            return None
        place = bisect_left(LEVELS, -(left * (1 - share) + ROUNDING), key=lambda level: -level)
        return max(used, self.times[place]) if place < len(self.times) else None


def curve_of(finished: Sequence[float], open_still: Sequence[float]) -> Curve:
    """From the times of those that are finished, and how far the others have come; each in any order.

    Source: Kaplan and Meier (1958). At each that is finished the estimate falls by its share of those left; from
    one that is open still to the next, that product is a fraction, so the work is with the few that are open.
    """
    done = sorted(finished)
    share, at_risk, first = 1.0, len(done) + len(open_still), 0
    times: list[float] = []
    for known_until in (*sorted(open_still), inf):
        last = bisect_right(done, known_until, first)
        while at_risk and len(times) < len(LEVELS):
            finished_by_then = max(1, ceil(at_risk * (1 - LEVELS[len(times)] / share) - ROUNDING))
            if finished_by_then > last - first:
                break
            times.append(done[first + finished_by_then - 1])
        if at_risk:
            share *= (at_risk - (last - first)) / at_risk
        at_risk -= last - first + 1
        first = last
    return Curve(tuple(times), len(done), len(open_still))


def scale_of(target: timedelta, queue: int) -> timedelta:
    """What a ticket's time is measured in, so that tickets can be compared: its promise, and the queue it met.

    The queue counts by its square root: four times as many waiting, twice the time. Chosen by `skranke sla backtest`
    over powers from 0 (the queue ignored) to 1: best calibrated from month to month in the ordinary history.
    """
    return target * sqrt(queue + NO_QUEUE)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Working time from the opening until half, and nine in ten, of such tickets are finished."""

    median: timedelta
    nine_of_ten: timedelta
    basis: Basis
    sample: int
    """How many finished tickets it stands on."""


def forecast(
    curves: Iterable[tuple[Basis, Curve]], *, scale: timedelta, used: timedelta = timedelta()
) -> Forecast | None:
    """From the first curve that knows enough, narrowest first; None when none does.

    Curves are in units of `scale`. `used`: the working time since the ticket was opened, pauses and all; only
    those that took longer are then such tickets.
    """
    so_far = used / scale
    for basis, curve in curves:
        if curve.finished < FEWEST_FINISHED:
            continue
        median, nine = curve.quantile(MEDIAN, used=so_far), curve.quantile(NINE_OF_TEN, used=so_far)
        if median is not None and nine is not None:
            return Forecast(scale * median, scale * nine, basis, curve.finished)
    return None


def plan_by(at: datetime, calendar: WorkingCalendar) -> datetime:
    """A time one can plan by: the next whole or half hour that the calendar is open, or closes on. Never earlier."""
    while True:
        rounded = EPOCH + -((EPOCH - at) // HALF_AN_HOUR) * HALF_AN_HOUR
        if calendar.is_open(rounded) or calendar.prev_open(rounded) == rounded:
            return rounded
        at = calendar.next_open(rounded)
