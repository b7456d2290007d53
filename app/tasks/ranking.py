"""In which order tasks are shown: by what happens when they are late, and when that is. No database, no «now»."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from app.database.model import NEVER
from app.tasks.models import Consequence
from sla.calendar import WorkingCalendar


class Group(StrEnum):
    NOW = "now"
    THIS_WEEK = "this_week"
    LATER = "later"
    WAITING = "waiting"
    """Somebody else has been asked to do it."""


GRAVITY: dict[Consequence, int] = {each: place for place, each in enumerate(Consequence)}
NOW_WITHIN: dict[Consequence, int] = {
    Consequence.SEVERE: 3,
    Consequence.SERIOUS: 2,
    Consequence.NOTICEABLE: 1,
    Consequence.SLIGHT: 1,
}
"""Working days before it is due that a task is one for now: the graver, the earlier."""
WEEK = 5
"""Working days that «this week» reaches ahead, whichever day today is."""
WITHOUT_DATE: dict[Consequence, Group] = {
    Consequence.SEVERE: Group.NOW,
    Consequence.SERIOUS: Group.THIS_WEEK,
    Consequence.NOTICEABLE: Group.THIS_WEEK,
    Consequence.SLIGHT: Group.LATER,
}


class Ranked(Protocol):
    """What the order depends on."""

    @property
    def id(self) -> int: ...
    @property
    def consequence(self) -> Consequence: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def postponed_to(self) -> date | None: ...
    @property
    def is_with_others(self) -> bool: ...


@dataclass(frozen=True)
class Horizon:
    """How far ahead each group reaches, on one day: worked out once for a whole list."""

    today: date
    now_until: dict[Consequence, datetime]
    week_until: datetime


def horizon(calendar: WorkingCalendar, at: datetime, zone: ZoneInfo) -> Horizon:
    return Horizon(
        at.astimezone(zone).date(),
        {each: calendar.add_days(at, days, end_of_day=True) for each, days in NOW_WITHIN.items()},
        calendar.add_days(at, WEEK, end_of_day=True),
    )


def group_of(task: Ranked, ahead: Horizon) -> Group:
    if task.is_with_others:
        return Group.WAITING
    if task.postponed_to is not None and task.postponed_to > ahead.today:
        return Group.LATER
    if task.due_at is None:
        return WITHOUT_DATE[task.consequence]
    if task.due_at <= ahead.now_until[task.consequence]:
        return Group.NOW
    return Group.THIS_WEEK if task.due_at <= ahead.week_until else Group.LATER


def ranked(tasks: Iterable[Ranked], ahead: Horizon) -> dict[Group, list[int]]:
    """The tasks' ids by group; within each the gravest first, then the one that is due first."""
    groups: dict[Group, list[Ranked]] = {group: [] for group in Group}
    for task in tasks:
        groups[group_of(task, ahead)].append(task)
    return {group: [task.id for task in sorted(found, key=_place)] for group, found in groups.items()}


def _place(task: Ranked) -> tuple[int, datetime, int]:
    return GRAVITY[task.consequence], task.due_at or NEVER, task.id
