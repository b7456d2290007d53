"""Beginning a journey for one engagement, and moving its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.events.log import record
from app.identity.actor import Actor
from app.journeys.lifecycle import SETTLED
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, StepState
from app.journeys.planning import Job, planned
from app.people.models import Engagement, OrgUnit
from service_catalog.journey_schema import Journey

CALENDAR = "kontortid"
"""Whose working days the steps are counted in."""


@dataclass(frozen=True)
class Beginning:
    """What is begun, for whom, and who answers for it."""

    template: Journey
    engagement: Engagement
    function: str
    owner_id: int
    day: date
    goes_on: bool = False
    """The person holds another job when this one is over."""
    told_by_feed: bool = False
    ended_on_before: date | None = None
    """Of whoever leaves by their leader's word: the last day that the job had until then."""


async def begin(
    session: AsyncSession, what: Beginning, *, by: Actor, at: datetime, published: Published
) -> JourneyRow:
    """The journey with its steps, waiting; the caller advances it. The engagement is saved and has its id."""
    engagement = what.engagement
    row = JourneyRow(
        template=what.template.key,
        kind=what.template.kind,
        catalogue_version=published.version,
        person_id=engagement.person_id,
        engagement_id=engagement.id,
        owner_id=what.owner_id,
        ordered_by_id=by.person_id or what.owner_id,
        day=what.day,
        told_by_feed=what.told_by_feed,
        ended_on_before=what.ended_on_before,
        state=JourneyState.ACTIVE,
        begun_at=at,
        next_at=at,
        last_event_at=at,
        event_seq=0,
    )
    session.add(row)
    await session.flush()
    record(row, "journey.begun", by=by, at=at, journey=row.kind, person_id=row.person_id)
    steps = planned(
        what.template,
        job_of(engagement, what.function, what.day, goes_on=what.goes_on),
        published.calendar(CALENDAR),
        published.statutes,
        at,
    )
    for place, step in enumerate(steps):
        session.add(
            JourneyStep(
                journey_id=row.id,
                place=place,
                key=step.key,
                owner=step.owner,
                state=StepState.WAITING,
                opens_at=step.opens_at,
                due_at=step.due_at,
            )
        )
    await session.flush()
    return row


def job_of(engagement: Engagement, function: str, day: date, *, goes_on: bool = False) -> Job:
    return Job(
        day=day,
        starts_on=engagement.starts_on,
        ends_on=engagement.ends_on,
        code=engagement.position_code,
        function=function,
        kind=engagement.kind,
        goes_on=goes_on,
    )


async def move_day(
    session: AsyncSession, row: JourneyRow, day: date, *, by: Actor, at: datetime, published: Published
) -> None:
    """The day is another: what is not done gets its dates anew. The caller holds the row."""
    engagement, function = (
        await session.execute(
            select(Engagement, OrgUnit.tjeneste)
            .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
            .where(Engagement.id == row.engagement_id)
        )
    ).one()
    template = published.catalogue.journeys.get(row.template)
    row.day, row.next_at = day, at
    record(row, "journey.day_moved", by=by, at=at, day=day.isoformat())
    if template is None:
        return
    new = {
        step.key: step
        for step in planned(
            template,
            job_of(engagement, function, day),
            published.calendar(CALENDAR),
            published.statutes,
            row.begun_at,
        )
    }
    for step in await session.scalars(select(JourneyStep).where(JourneyStep.journey_id == row.id)):
        if step.state not in SETTLED and step.key in new:
            step.opens_at, step.due_at = new[step.key].opens_at, new[step.key].due_at
    await session.flush()
