"""What can be ready by the first day, and what cannot: from the promises of those who do it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.catalogue.published import Published
from app.journeys.lifecycle import SETTLED
from app.journeys.models import StepState
from app.journeys.starting import CALENDAR
from app.tickets.lifecycle import PRIORITY
from service_catalog.journey_schema import Journey, OwnerKind, Step
from service_catalog.schema import Service


@dataclass(frozen=True, slots=True)
class Left:
    """A step that is not done, and when it can be, if everybody keeps what they have promised."""

    key: str
    ready_at: datetime


def ready_by(
    journey: Journey, steps: Iterable[tuple[str, StepState]], published: Published, at: datetime
) -> dict[str, Left]:
    """By key, of the steps that are left. What waits for another is counted from when that one is ready."""
    states = dict(steps)
    found: dict[str, Left] = {}
    for step in journey.steps:
        state = states.get(step.key)
        if state is None or state in SETTLED:
            continue
        begins = max((found[key].ready_at for key in step.after if key in found), default=at)
        found[step.key] = Left(step.key, _finished(step, begins, published))
    return found


def promised_at(service: Service, published: Published, at: datetime) -> datetime:
    """When an ordinary ticket that is opened at this instant is to be solved."""
    agreement = published.agreement_at(service.agreement, at)
    calendar = published.calendar(agreement.calendar)
    promise = agreement.promise(PRIORITY[service.impact, service.urgency])
    return calendar.after(at, promise.solution.target(calendar, at))


def _finished(step: Step, begins: datetime, published: Published) -> datetime:
    if step.days:
        return published.calendar(CALENDAR).add_days(begins, step.days, end_of_day=True)
    if step.owner is OwnerKind.UNIT and step.ticket is not None:
        return promised_at(published.service(step.ticket.service), published, begins)
    return begins
