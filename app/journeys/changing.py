"""Somebody leaves, or moves to another job here: the engagement gets its end, and a journey begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.errors import Conflict, FieldProblem, Forbidden, Invalid
from app.events.log import EVENT_STEP, database_now
from app.identity.actor import Actor
from app.journeys.advancing import advance, end
from app.journeys.models import JourneyRow, JourneyState
from app.journeys.policy import led_by
from app.journeys.starting import Beginning, begin
from app.people.engaging import Span, content_of, is_last_shift, set_end
from app.people.engaging import move as move_engagement
from app.people.leading import leader_of_job, nearest_led
from app.people.models import Engagement, OrgUnit, Person
from service_catalog.journey_schema import JourneyKind
from sla.zone import day_of

LATEST = timedelta(days=550)
A_DAY = timedelta(days=1)
MOST_JOBS = 300


@dataclass(frozen=True)
class Leaving:
    """Whose job ends, and its last day."""

    engagement_id: int
    last_day: date
    last_shift_ends_at: datetime | None = None
    """When the last shift is over; None: nobody has said, and `LAST_SHIFT_ENDS` counts."""


@dataclass(frozen=True)
class Moving:
    """Which job is left for which, from which day. What is not said is as it was."""

    engagement_id: int
    first_day: date
    org_unit_id: int
    position_code: str
    title: str = ""
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    engagement_id: int
    name: str
    title: str
    place: str


async def jobs_led_by(session: AsyncSession, actor: Actor) -> Sequence[JobRow]:
    """Of whom the actor is the nearest leader, in force today, by name."""
    today = func.current_date()
    query = (
        select(Engagement.id, Person.name, Engagement.title, OrgUnit.name)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .join(Person, Person.id == Engagement.person_id)
        .where(
            nearest_led(actor.at_work_id),
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today),
        )
        .order_by(Person.sort_key, Engagement.id)
        .limit(MOST_JOBS)
    )
    return [JobRow(*row) for row in await session.execute(query)]


async def leave(session: AsyncSession, new: Leaving, *, by: Actor, published: Published) -> JourneyRow:
    """The job ends with the day, what it gave is taken back, and the journey of leaving begins."""
    at = await database_now(session)
    engagement, place = await _theirs(session, new.engagement_id, by=by, at=at)
    problems = coming_day_problems("day", new.last_day, day_of(at))
    problems += shift_problems(new.last_day, new.last_shift_ends_at)
    if new.last_day < engagement.starts_on:
        problems.append(FieldProblem("day", "field.ends_before_it_begins"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    ended_on_before = engagement.ends_on
    await set_end(session, engagement.id, new.last_day, by=by, last_shift_ends_at=new.last_shift_ends_at)
    goes_on = await goes_on_elsewhere(session, engagement, new.last_day)
    return await _begin(
        session,
        JourneyKind.LEAVE,
        engagement,
        place,
        new.last_day,
        goes_on=goes_on,
        ended_on_before=ended_on_before,
        by=by,
        at=at,
        published=published,
    )


async def move(session: AsyncSession, new: Moving, *, by: Actor, published: Published) -> JourneyRow:
    """The old job ends the day before the new begins; access follows, with grace for handing over.

    By somebody who leads both: what crosses their border is for the leader above, or comes from the HR system.
    """
    at = await database_now(session)
    old, _place = await _theirs(session, new.engagement_id, by=by, at=at)
    problems = coming_day_problems("day", new.first_day, day_of(at))
    if new.first_day <= old.starts_on:
        problems.append(FieldProblem("day", "field.ends_before_it_begins"))
    positions = published.catalogue.access.positions
    if new.position_code not in positions:
        problems.append(FieldProblem("position_code", "field.not_a_choice"))
    if new.percent is not None and not 0 < new.percent <= 100:
        problems.append(FieldProblem("percent", "field.invalid"))
    found = select(OrgUnit).where(OrgUnit.id == new.org_unit_id, led_by(by))
    place = (await session.scalars(found)).one_or_none()
    if place is None:
        problems.append(FieldProblem("org_unit_id", "field.not_a_choice"))
    if problems or place is None:
        raise Invalid("request.invalid", fields=tuple(problems))
    content = replace(
        content_of(old),
        org_unit_id=place.id,
        position_code=new.position_code,
        title=new.title.strip() or positions[new.position_code].title,
        percent=old.percent if new.percent is None else new.percent,
        leader_id=None,
        last_shift_ends_at=None,
    )
    job = await move_engagement(session, old.id, content, Span(new.first_day, old.ends_on), by=by)
    return await _begin(
        session, JourneyKind.MOVE, job, place, new.first_day, by=by, at=at, published=published
    )


async def _begin(
    session: AsyncSession,
    kind: JourneyKind,
    engagement: Engagement,
    place: OrgUnit,
    day: date,
    *,
    goes_on: bool = False,
    ended_on_before: date | None = None,
    by: Actor,
    at: datetime,
    published: Published,
) -> JourneyRow:
    template = published.catalogue.journey_of(kind)
    if template is None:
        raise Conflict("journeys.none_written")
    owner = await leader_of_job(session, engagement.id) or by.person_id
    if owner is None:
        raise Forbidden("journeys.needs_a_person")
    what = Beginning(
        template, engagement, place.tjeneste, owner, day, goes_on, ended_on_before=ended_on_before
    )
    row = await begin(session, what, by=by, at=at, published=published)
    await advance(session, row, at=at + EVENT_STEP, published=published)
    return row


async def _theirs(
    session: AsyncSession, engagement_id: int, *, by: Actor, at: datetime
) -> tuple[Engagement, OrgUnit]:
    """A job of somebody the actor leads, held, with no end on its way. Raises Forbidden for others', as for none.

    What was under way for the job, as its onboarding, is over.
    """
    query = (
        select(Engagement, OrgUnit)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Engagement.id == engagement_id, Engagement.person_id != by.person_id, leads_job(by))
        .with_for_update(of=Engagement)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise Forbidden("journeys.not_your_person")
    under_way = select(JourneyRow).where(
        JourneyRow.engagement_id == engagement_id, JourneyRow.state == JourneyState.ACTIVE
    )
    for row in (await session.scalars(under_way.with_for_update())).all():
        if row.kind is JourneyKind.LEAVE:
            raise Conflict("journeys.under_way")
        await end(session, row, JourneyState.WITHDRAWN, by=by, at=at)
    return found[0], found[1]


def leads_job(actor: Actor) -> ColumnElement[bool]:
    return or_(Engagement.leader_id == actor.at_work_id, led_by(actor))


def coming_day_problems(field: str, day: date, today: date) -> list[FieldProblem]:
    if day < today:
        return [FieldProblem(field, "field.in_the_past")]
    if day > today + LATEST:
        limit = (("limit", f"{today + LATEST:%d.%m.%Y}"),)
        return [FieldProblem(field, "field.date_too_late", limit)]
    return []


def shift_problems(last_day: date, ends_at: datetime | None) -> list[FieldProblem]:
    """What is wrong with when the last shift is over: on the last day, or before noon the day after."""
    if ends_at is None or is_last_shift(ends_at, last_day):
        return []
    return [FieldProblem("last_shift_ends_at", "field.not_the_last_shift")]


async def goes_on_elsewhere(session: AsyncSession, ending: Engagement, last_day: date) -> bool:
    """Whether another job of theirs is in force on the day after."""
    other = select(Engagement.id).where(
        Engagement.person_id == ending.person_id,
        Engagement.id != ending.id,
        Engagement.starts_on <= last_day + A_DAY,
        or_(Engagement.ends_on.is_(None), Engagement.ends_on > last_day),
    )
    return (await session.scalars(other.limit(1))).one_or_none() is not None
