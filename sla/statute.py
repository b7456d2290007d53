"""Deadlines set by law: calendar days from a date in the ticket's answers, whatever has been agreed.

They never pause, no holiday moves them, and no agreement makes them shorter or longer.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sla.hours import Day, Title
from sla.zone import ZONE

MICROSECOND = timedelta(microseconds=1)
A_DAY = timedelta(days=1)


class Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Written):
    """The deadline as data: so many days after the date; fewer when what begins then is short."""

    days: int = Field(ge=0, le=366)
    short_days: int | None = Field(default=None, ge=0, le=366)
    """For what lasts a month or less; None: it makes no difference."""


class Concern(Written):
    """A service whose tickets the law follows, and where their answers hold its dates."""

    service: str
    when: dict[str, tuple[str, ...]] = {}
    """Field → the answers it concerns; every field named must have one of its answers."""
    starts_on: str
    """Key of the field with the date it counts from."""
    ends_on: tuple[str, ...] = ()
    """Keys of fields with a last day, the first that is answered counts; none answered is without end."""

    def follows(self, answers: Mapping[str, Any]) -> bool:
        return all(_chosen(answers.get(field)) & set(wanted) for field, wanted in self.when.items())


class Content(Written):
    """One thing that the document must say. `field`: the form's own question about it, if it has one."""

    letter: str = Field(pattern=r"^[a-z]$")
    text: Title
    field: str | None = None


class Statute(Written):
    """One paragraph, in our own words, with its source and who last compared the two."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Title
    paragraph: str = Field(min_length=1)
    text: Title
    source: str = Field(pattern=r"^https://")
    checked_on: Day
    checked_by: str = Field(min_length=1)
    rule: Rule | None = None
    """None for a paragraph that sets no deadline."""
    concerns: tuple[Concern, ...] = ()
    warn_at: tuple[Annotated[int, Field(ge=1, lt=100)], ...] = ()
    """Percent of the calendar time from opening to deadline at which the unit is warned."""
    contents: tuple[Content, ...] = ()

    def dates_of(self, service: str, answers: Mapping[str, Any]) -> LegalDates | None:
        """What the deadline of a ticket is counted from; None when this law says nothing of it."""
        for concern in self.concerns if self.rule else ():
            starts_on = answers.get(concern.starts_on)
            if concern.service == service and starts_on is not None and concern.follows(answers):
                ends_on = next((answers[key] for key in concern.ends_on if answers.get(key)), None)
                return LegalDates(
                    date.fromisoformat(starts_on), date.fromisoformat(ends_on) if ends_on else None
                )
        return None

    def last_day(self, dates: LegalDates) -> date:
        """The last day on which the law is kept; the day it counts from is not one of the days."""
        if self.rule is None:
            raise ValueError(f"{self.name} sets no deadline")
        days = self.rule.days
        if self.rule.short_days is not None and not dates.lasts_over_a_month:
            days = self.rule.short_days
        return dates.starts_on + days * A_DAY

    def due_at(self, dates: LegalDates) -> datetime:
        """The last moment of that day."""
        midnight = datetime.combine(self.last_day(dates) + A_DAY, time(), tzinfo=ZONE)
        return midnight.astimezone(UTC) - MICROSECOND


@dataclass(frozen=True, slots=True)
class LegalDates:
    """From when the law counts, and the last day of what begins then (None: without end)."""

    starts_on: date
    ends_on: date | None = None

    @property
    def lasts_over_a_month(self) -> bool:
        """1 to 31 January is a month, 1 January to 1 February is more."""
        return self.ends_on is None or self.ends_on >= _a_month_after(self.starts_on)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A legal clock: read like `sla.clock.Clock`, in calendar time. It may be past when it begins."""

    begun_at: datetime
    due: datetime

    def due_at(self) -> datetime:
        return self.due

    def warns_at(self, percent: int) -> datetime:
        """After this share of the way to the deadline; what was past at the beginning, just after it."""
        at = self.due if self.due <= self.begun_at else self.begun_at + self.target * percent // 100
        return max(at, self.begun_at + MICROSECOND)

    def used_at(self, at: datetime) -> timedelta:
        return max(timedelta(), at - self.begun_at)

    @property
    def target(self) -> timedelta:
        return self.due - self.begun_at


def _a_month_after(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _chosen(answer: Any) -> set[str]:
    """An answer as the set of what was chosen, one or several."""
    return set(answer) if isinstance(answer, list | tuple) else {str(answer)} if answer is not None else set()
