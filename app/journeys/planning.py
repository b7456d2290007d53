"""From a journey's text to dated steps of one person: which are for this job, when each opens and is due. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service_catalog.journey_schema import Condition, Counted, Journey, OwnerKind, Step
from sla.calendar import WorkingCalendar
from sla.statute import LegalDates, Statute
from sla.zone import ZONE, day_of

NOON = time(12)


@dataclass(frozen=True, slots=True)
class Job:
    """The engagement that a journey is about. `day` is what its steps are counted from."""

    day: date
    starts_on: date
    ends_on: date | None
    code: str
    function: str
    kind: str
    goes_on: bool = False
    """The person holds another job when this one is over."""


@dataclass(frozen=True, slots=True)
class Planned:
    key: str
    owner: OwnerKind
    opens_at: datetime
    due_at: datetime


def fits(condition: Condition, job: Job) -> bool:
    return (
        (not condition.codes or job.code in condition.codes)
        and (not condition.functions or job.function in condition.functions)
        and (not condition.kinds or job.kind in condition.kinds)
        and not (condition.last_job and job.goes_on)
    )


def planned(
    journey: Journey,
    job: Job,
    calendar: WorkingCalendar,
    statutes: Mapping[str, Statute],
    begun_at: datetime,
) -> tuple[Planned, ...]:
    """In the journey's order. A step opens no earlier than the journey began, and nobody is late on the day it begins."""
    earliest = calendar.add_days(begun_at, 1, end_of_day=True)
    return tuple(
        Planned(
            step.key,
            step.owner,
            _opens_at(step, job, calendar, begun_at),
            due_at(step, job, calendar, statutes, earliest),
        )
        for step in journey.steps
        if fits(step.when, job) and _day(step, job) is not None
    )


def due_at(
    step: Step,
    job: Job,
    calendar: WorkingCalendar,
    statutes: Mapping[str, Statute],
    earliest: datetime,
) -> datetime:
    """Law before plan: a step with a statute is due no later than the law says, whenever it was ordered."""
    day = _day(step, job) or job.day
    if step.calendar_days is not None:
        due = _closing(day + timedelta(days=step.calendar_days))
    else:
        due = calendar.add_days(_noon(day), step.due, end_of_day=True)
    due = max(due, earliest)
    statute = statutes.get(step.statute or "")
    if statute is None or statute.rule is None:
        return due
    return min(due, statute.due_at(LegalDates(job.starts_on, job.ends_on)))


def _opens_at(step: Step, job: Job, calendar: WorkingCalendar, begun_at: datetime) -> datetime:
    if step.opens is None:
        return begun_at
    day = _day(step, job) or job.day
    opening = calendar.add_days(_noon(day), step.opens, end_of_day=True)
    # That working day from its morning, not its closing.
    return max(begun_at, _noon(day_of(opening)) - timedelta(hours=5))


def _day(step: Step, job: Job) -> date | None:
    return job.ends_on if step.counted_from is Counted.LAST_DAY else job.day


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, tzinfo=ZONE).astimezone(UTC)


def _closing(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=ZONE).astimezone(UTC)


def is_for_day_one(step: Step) -> bool:
    """Whether it is to be done before somebody begins."""
    return step.counted_from is Counted.FIRST_DAY and step.calendar_days is None and step.due < 0


def is_in_time(at: datetime, day: date) -> bool:
    """Whether it is by the evening before the day."""
    return at < datetime.combine(day, time(), tzinfo=ZONE)
