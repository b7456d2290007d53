"""When the activities of the annual wheel are due in a year, by the days on which people work. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service_catalog.values import Text
from service_catalog.wheel_schema import Activity, Rule

IsWorking = Callable[[date], bool]
DAY = timedelta(days=1)
PREFIX = "wheel:"
LONGEST_HOLIDAY = 60
"""Days off in a row that are believed; more, and the calendar never opens."""


class NobodyWorks(ValueError):
    """There is no working day where one was looked for."""


@dataclass(frozen=True, order=True)
class Occurrence:
    """One activity, once. The name is the rule's and not the day's, so that a changed calendar moves it."""

    due_on: date
    opens_on: date
    """The first day it is a task; never after `due_on`."""
    activity: str
    name: str


def occurrences(activity: Activity, year: int, works_on: IsWorking) -> list[Occurrence]:
    """Those whose rules name this year, in order. A day counted back from early January may lie in the year before."""
    found = (each for rule in activity.due for each in _of_rule(activity, rule, year, works_on))
    return sorted(found)


def occurrences_due_in(
    activities: Iterable[Activity], first: date, last: date, works_on: IsWorking
) -> list[Occurrence]:
    """Those of all of them that are due from the first to the last day, both included; in order."""
    return sorted(
        found
        for activity in activities
        for year in range(first.year, last.year + 2)
        for found in occurrences(activity, year, works_on)
        if first <= found.due_on <= last
    )


def _of_rule(activity: Activity, rule: Rule, year: int, works_on: IsWorking) -> Iterator[Occurrence]:
    for name, day in _days(rule, year, works_on):
        yield Occurrence(day, working_days_before(day, activity.notice, works_on), activity.key, name)


def _days(rule: Rule, year: int, works_on: IsWorking) -> Iterator[tuple[str, date]]:
    if rule.date is not None:
        name = f"{year}-{rule.date}"
        yield name, working_days_before(date.fromisoformat(name), rule.working_days_before, works_on)
        return
    for month in rule.in_months:
        yield f"{year}-{month:02}", working_day_of(year, month, rule.working_day, works_on)


def working_day_of(year: int, month: int, number: int, works_on: IsWorking) -> date:
    """The nth working day of the month, counted from its end when negative; the furthest one when there are fewer.

    Raises NobodyWorks for a month without any.
    """
    day, days = date(year, month, 1), []
    while day.month == month:
        if works_on(day):
            days.append(day)
        day += DAY
    if not days:
        raise NobodyWorks(f"{year}-{month:02}")
    place = min(number - 1, len(days) - 1) if number > 0 else max(number, -len(days))
    return days[place]


def working_days_before(day: date, count: int, works_on: IsWorking) -> date:
    """So many working days earlier; none is the day itself, or the last working day before it.

    Raises NobodyWorks when there is none for two months.
    """
    closed = 0
    while True:
        if works_on(day):
            if count == 0:
                return day
            count -= 1
            closed = 0
        elif (closed := closed + 1) > LONGEST_HOLIDAY:
            raise NobodyWorks(day.isoformat())
        day -= DAY


def task_key(occurrence: Occurrence, place: str) -> str:
    """What a task of the wheel is known by: asked for once, whoever leads the place meanwhile."""
    return f"{PREFIX}{occurrence.activity}:{occurrence.name}:{place}"


def activity_of(key: str) -> str | None:
    """Which activity the task with this key is; None for a task that is not of the wheel."""
    return key.removeprefix(PREFIX).partition(":")[0] if key.startswith(PREFIX) else None


def step_key(step: Text) -> str:
    """What one step of a checklist is known by, wherever it stands in it; one that is worded anew is another."""
    return hashlib.sha256(step.nb.encode()).hexdigest()[:12]
