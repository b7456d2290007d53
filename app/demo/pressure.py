"""How busy each unit is, day by day: what waits from before makes the next ticket slower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sla.agreement import Priority

PLANNED_OVER_DAYS = 28
"""To each side: units staff for the season they expect."""
STAFFING = 1.12
"""Hands over demand, in a planned season; more would leave no queue, less a queue that never ends."""
ILLNESS = 0.16
"""Spread of a unit's staffing from one week to the next."""
QUIET, HEAVIEST = 0.8, 5.0
PER_DAY_WAITING = 0.3
FEELS: Mapping[Priority, float] = {
    Priority.CRITICAL: 0.25,
    Priority.HIGH: 0.6,
    Priority.NORMAL: 1.0,
    Priority.LOW: 1.2,
}
"""What matters most is taken first, and notices a queue least."""


@dataclass(frozen=True)
class Trouble:
    """What changes in the last `days` of a history, and stays so: fewer hands, or more who ask."""

    staffing: float = 1.0
    inflow: float = 1.0
    days: int = 60

    def begins_on(self, last: date) -> date:
        return last - timedelta(days=self.days)


ORDINARY = Trouble()


@dataclass(frozen=True)
class Demand:
    """One day: how many ask each unit, how many were expected to, and whether the units work."""

    day: date
    asked: Mapping[str, float]
    expected: Mapping[str, float]
    is_open: bool


@dataclass(frozen=True)
class Pressure:
    """The pace of each unit and day; 1 is ordinary, 2 takes twice as long."""

    slower: Mapping[tuple[str, date], float]

    def on(self, unit: str, day: date, priority: Priority) -> float:
        """1 for a day or a unit that nothing is known about."""
        return float(self.slower.get((unit, day), 1.0) ** FEELS[priority])


def pressure_of(days: Iterable[Demand], *, seed: int, trouble: Trouble = ORDINARY) -> Pressure:
    """Follow each unit's queue through the days, in order: what is asked, less what its people get done."""
    known = list(days)
    if not known:
        return Pressure({})
    troubled_from = trouble.begins_on(known[-1].day)
    slower: dict[tuple[str, date], float] = {}
    for unit in known[0].expected:
        capacity = _planned([one.expected[unit] for one in known], [one.is_open for one in known])
        waiting = 0.0
        for one, planned in zip(known, capacity, strict=True):
            hands = planned * STAFFING * _present(seed, unit, one.day)
            if one.day >= troubled_from:
                hands *= trouble.staffing
            slower[unit, one.day] = min(HEAVIEST, QUIET + PER_DAY_WAITING * waiting / max(planned, 0.01))
            waiting = max(0.0, waiting + one.asked[unit] - (hands if one.is_open else 0.0))
    return Pressure(slower)


def _planned(expected: list[float], is_open: list[bool]) -> list[float]:
    """What each open day must get done for the season around it to come out even."""
    planned = []
    for place in range(len(expected)):
        around = slice(max(0, place - PLANNED_OVER_DAYS), place + PLANNED_OVER_DAYS + 1)
        planned.append(sum(expected[around]) / max(1, sum(is_open[around])))
    return planned


def _present(seed: int, unit: str, day: date) -> float:
    week = day.isocalendar()
    drawn = Random(f"{seed}:{unit}:{week.year}-{week.week}").lognormvariate(0, ILLNESS)
    return min(1.3, max(0.5, drawn))
