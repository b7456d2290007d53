"""The day of a journey was wrong, or it does not come to anything: corrected and withdrawn by whoever leads the person."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from app.events.log import EVENT_STEP, take
from app.feed.models import ToldJob
from app.feed.returning import let_back_in
from app.identity.actor import Actor
from app.journeys import hiring
from app.journeys.advancing import advance, end
from app.journeys.changing import coming_day_problems, leads_job, shift_problems
from app.journeys.models import JourneyRow, JourneyState
from app.journeys.policy import visible_to
from app.journeys.starting import move_day
from app.people.engaging import DAY, Span, content_of, correct, set_end
from app.people.engaging import withdraw as withdraw_engagement
from app.people.models import Engagement, Hire, HireState, OrgUnit
from service_catalog.journey_schema import JourneyKind
from sla.zone import day_of


class Correction(StrEnum):
    """What the leader may do about a journey on its page."""

    ORDER = "order"
    """An order that HR does not know yet: another first day, or they do not come."""
    WORD = "word"
    """The leader's own word that somebody leaves or moves: another day, or they stay."""
    JOURNEY = "journey"
    """The day is the feed's; only the journey may be left out."""
    NONE = "none"


def correction_of(
    row: JourneyRow, hire: Hire | None, engagement: Engagement, told: ToldJob | None
) -> Correction:
    if row.state is not JourneyState.ACTIVE or row.kind is JourneyKind.CONTRACT:
        return Correction.NONE
    if row.told_by_feed or is_told(row, engagement, told):
        return Correction.JOURNEY
    if row.kind is JourneyKind.JOIN:
        return Correction.ORDER if hire is not None and hire.state is HireState.EXPECTED else Correction.NONE
    return Correction.WORD


def is_told(row: JourneyRow, engagement: Engagement, told: ToldJob | None) -> bool:
    """The feed says so too by now: taken back here only, it would never be told again."""
    if told is None:
        return False
    if row.kind is JourneyKind.LEAVE:
        return told.ends_on is not None and told.ends_on == engagement.ends_on
    return row.kind is JourneyKind.MOVE and told.starts_on == engagement.starts_on


async def told_of(session: AsyncSession, engagement: Engagement) -> ToldJob | None:
    """What the source said last about the job; None when no source tells of it."""
    if engagement.feed_key is None:
        return None
    return (await session.scalars(select(ToldJob).where(ToldJob.key == engagement.feed_key))).one_or_none()


async def change_day(
    session: AsyncSession,
    journey_id: int,
    day: date,
    *,
    by: Actor,
    published: Published,
    last_shift_ends_at: datetime | None = None,
) -> None:
    """The first or last day is another: the job, what it gives and the deadlines of what is not done follow.

    Raises NotFound for others' journeys, Conflict for one that is over or whose day is the feed's, Invalid for a day
    that cannot be.
    """
    row, engagement, at = await _taken(session, journey_id, by=by)
    if await _is_the_feeds(session, row, engagement):
        raise Conflict("journeys.known_to_hr")
    if row.kind is JourneyKind.JOIN:
        await hiring.change_start(session, journey_id, day, by=by, published=published)
        return
    problems = coming_day_problems("day", day, day_of(at))
    if row.kind is JourneyKind.LEAVE:
        problems += shift_problems(day, last_shift_ends_at)
        if day < engagement.starts_on:
            problems.append(FieldProblem("day", "field.ends_before_it_begins"))
    before = await _before(session, engagement) if row.kind is JourneyKind.MOVE else None
    if before is not None and day <= before.starts_on:
        problems.append(FieldProblem("day", "field.ends_before_it_begins"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    if row.kind is JourneyKind.LEAVE:
        await set_end(session, engagement.id, day, by=by, last_shift_ends_at=last_shift_ends_at)
        await let_back_in(session, engagement.person_id, by=by, at=at)
    else:
        if before is not None:
            await set_end(session, before.id, day - DAY, by=by)
        await correct(session, engagement.id, content_of(engagement), Span(day, engagement.ends_on), by=by)
    await move_day(session, row, day, by=by, at=at, published=published)
    await advance(session, row, at=at + EVENT_STEP, published=published)


async def withdraw(session: AsyncSession, journey_id: int, *, by: Actor) -> None:
    """It does not come to anything. What the feed tells stands: then only the journey stops.

    Raises NotFound for others' journeys, Conflict for one that is over, and for a move that has begun.
    """
    row, engagement, at = await _taken(session, journey_id, by=by)
    if await _is_the_feeds(session, row, engagement):
        await end(session, row, JourneyState.WITHDRAWN, by=by, at=at)
    elif row.kind is JourneyKind.JOIN:
        await hiring.withdraw(session, journey_id, by=by)
    elif row.kind is JourneyKind.LEAVE:
        await set_end(session, engagement.id, row.ended_on_before, by=by)
        await let_back_in(session, engagement.person_id, by=by, at=at)
        await end(session, row, JourneyState.WITHDRAWN, by=by, at=at)
    else:
        await _stay(session, row, engagement, by=by, at=at)


async def _stay(session: AsyncSession, row: JourneyRow, job: Engagement, *, by: Actor, at: datetime) -> None:
    """The move comes to nothing: the job that was to end goes on as long as the new one would have."""
    if job.starts_on <= day_of(at):
        raise Conflict("journeys.move_has_begun")
    before = await _before(session, job)
    until = job.ends_on
    await withdraw_engagement(session, job.id, by=by)
    if before is not None:
        await set_end(session, before.id, until, by=by)
    await end(session, row, JourneyState.WITHDRAWN, by=by, at=at)


async def _before(session: AsyncSession, job: Engagement) -> Engagement | None:
    """The period that the new one goes on from: it ends the day before."""
    query = (
        select(Engagement)
        .where(
            Engagement.person_id == job.person_id,
            Engagement.id < job.id,
            Engagement.ends_on == job.starts_on - DAY,
            Engagement.ends_on >= Engagement.starts_on,
            Engagement.feed_key.is_not_distinct_from(job.feed_key),
        )
        .order_by(Engagement.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def _taken(
    session: AsyncSession, journey_id: int, *, by: Actor
) -> tuple[JourneyRow, Engagement, datetime]:
    """A journey of somebody else that is seen, with its job; of those who leave or move, only by whoever leads them."""
    wanted = (JourneyRow.id == journey_id, visible_to(by), JourneyRow.person_id != by.person_id)
    row, at = await take(session, JourneyRow, *wanted, JourneyRow.kind != JourneyKind.CONTRACT)
    if row.state is not JourneyState.ACTIVE:
        raise Conflict("journeys.over")
    query = (
        select(Engagement, leads_job(by))
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Engagement.id == row.engagement_id)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound
    engagement, leads = found
    if not leads and row.owner_id not in {by.person_id, *by.acts_as} and row.kind is not JourneyKind.JOIN:
        raise Forbidden("journeys.not_your_person")
    return row, engagement, at


async def _is_the_feeds(session: AsyncSession, row: JourneyRow, engagement: Engagement) -> bool:
    return row.told_by_feed or is_told(row, engagement, await told_of(session, engagement))
