"""Journeys of those whom the feed tells of: begun once, placed with the nearest leader, and kept to the feed's days.

A job, once a minute. What somebody has ordered here already is not begun again: the feed's row was matched to the order,
and the job has its journey. Whoever goes on at the same place under another number is neither new there nor leaves it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Paper
from app.catalogue.published import Published, published_or_none
from app.events.log import EVENT_STEP, database_now, record, take
from app.identity.actor import system_actor
from app.journeys.advancing import advance, end
from app.journeys.changing import goes_on_elsewhere
from app.journeys.models import JourneyRow, JourneyState
from app.journeys.questions import adopt, answers_for
from app.journeys.starting import Beginning, begin, move_day
from app.people.engaging import SPONSORED, is_withdrawn
from app.people.models import Engagement, OrgUnit
from service_catalog.journey_schema import JourneyKind
from sla.zone import day_of

FOLLOWER = system_actor("journeys.follow")
BATCH = 100
LATE = timedelta(days=31)
"""What happened longer ago than this has happened without us: a first file of the whole staff begins nothing for them."""
NOTICE = timedelta(days=45)
NOTICE_SPONSORED = timedelta(days=14)
"""How long before the last day a leave begins. Externals are often prolonged: their sponsor is asked before that."""

_NEW = text(
    """
    SELECT told.id, began.kind
    FROM engagements told
    CROSS JOIN LATERAL (
        SELECT 'join' AS kind
        WHERE told.starts_on >= :begun_since AND told.kind = ANY(:joining)
          AND (told.ends_on IS NULL OR told.ends_on >= :today)
          AND NOT EXISTS (
            SELECT FROM engagements other
            WHERE other.person_id = told.person_id AND other.id <> told.id
              AND (other.org_unit_id = told.org_unit_id OR other.feed_key = told.feed_key)
              AND other.starts_on < told.starts_on AND (other.ends_on IS NULL OR other.ends_on >= other.starts_on)
              AND (other.ends_on IS NULL OR other.ends_on >= told.starts_on - CAST(:late AS integer)))
        UNION ALL
        SELECT 'move'
        WHERE told.starts_on >= :begun_since AND (told.ends_on IS NULL OR told.ends_on >= :today)
          AND EXISTS (
            SELECT FROM engagements before
            WHERE before.person_id = told.person_id AND before.feed_key = told.feed_key AND before.id <> told.id
              AND before.ends_on >= before.starts_on AND before.ends_on = told.starts_on - 1)
        UNION ALL
        SELECT 'leave'
        WHERE told.ends_on >= :begun_since
          AND told.ends_on <= CASE WHEN told.kind = ANY(:sponsored) THEN CAST(:soon_sponsored AS date) ELSE CAST(:soon AS date) END
          AND NOT EXISTS (
            SELECT FROM engagements after
            WHERE after.person_id = told.person_id AND after.id <> told.id
              AND (after.org_unit_id = told.org_unit_id OR after.feed_key = told.feed_key)
              AND after.starts_on <= told.ends_on + 1
              AND (after.ends_on IS NULL OR after.ends_on > told.ends_on))
    ) began
    WHERE told.feed_key IS NOT NULL AND (told.ends_on IS NULL OR told.ends_on >= told.starts_on)
      AND (CAST(:only AS bigint) IS NULL OR told.id = :only)
      AND NOT EXISTS (
        SELECT FROM journeys known
        WHERE known.engagement_id = told.id AND known.kind = began.kind
          AND (began.kind <> 'leave' OR known.state <> 'withdrawn' OR known.day = told.ends_on))
    ORDER BY told.id, began.kind
    LIMIT :most
    """
)
"""Which journeys the jobs ask for that nobody has begun. What was withdrawn by somebody is not begun again."""

_OTHERWISE = text(
    """
    SELECT journey.id
    FROM journeys journey JOIN engagements told ON told.id = journey.engagement_id
    WHERE journey.state = 'active' AND told.feed_key IS NOT NULL
      AND (journey.person_id <> told.person_id
        OR told.ends_on < told.starts_on
        OR (journey.kind = 'leave' AND journey.day IS DISTINCT FROM told.ends_on)
        OR (journey.kind <> 'leave' AND (journey.day <> told.starts_on OR told.ends_on < :today)))
    ORDER BY journey.id
    LIMIT :most
    """
)
"""Journeys under way that are not as the feed tells it now."""


async def follow_feed(session: AsyncSession, hr_unit: str) -> int:
    """One batch; how many were begun, moved or ended. Twice changes nothing."""
    published = await published_or_none(session)
    if published is None:
        return 0
    at = await database_now(session)
    asked = {"today": day_of(at), "most": BATCH}
    otherwise = (await session.scalars(_OTHERWISE, asked)).all()
    changed = sum([await _keep(session, each, published) for each in otherwise])
    new = (await session.execute(_NEW, _asked(published, at, None))).all()
    begun = [await _begin(session, row.id, JourneyKind(row.kind), published, hr_unit) for row in new]
    adopted = await adopt(session, published, hr_unit)
    return changed + sum(begun) + adopted


def _asked(published: Published, at: datetime, only: int | None) -> dict[str, object]:
    today = day_of(at)
    journeys = published.catalogue.journeys.values()
    return {
        "today": today,
        "begun_since": today - LATE,
        "late": LATE.days,
        "soon": today + NOTICE,
        "soon_sponsored": today + NOTICE_SPONSORED,
        "sponsored": sorted(SPONSORED),
        "joining": sorted(
            {kind for each in journeys if each.kind is JourneyKind.JOIN for kind in each.for_kinds}
        ),
        "only": only,
        "most": BATCH,
    }


async def _begin(
    session: AsyncSession, engagement_id: int, kind: JourneyKind, published: Published, hr_unit: str
) -> int:
    """Under the job's lock, and only if it is still so. Where nobody is above them, the leader of HR's unit answers."""
    query = select(Engagement).where(Engagement.id == engagement_id).with_for_update(skip_locked=True)
    engagement = (await session.scalars(query)).one_or_none()
    if engagement is None:
        return 0
    at = await database_now(session)
    still = (await session.execute(_NEW, _asked(published, at, engagement_id))).all()
    template = (
        published.catalogue.joining(engagement.kind)
        if kind is JourneyKind.JOIN
        else published.catalogue.journey_of(kind)
    )
    place = (await session.scalars(select(OrgUnit).where(OrgUnit.id == engagement.org_unit_id))).one()
    owner_id = await answers_for(session, engagement_id, hr_unit)
    if template is None or owner_id is None or all(row.kind != kind for row in still):
        return 0
    is_leave = kind is JourneyKind.LEAVE and engagement.ends_on is not None
    day = engagement.ends_on if is_leave and engagement.ends_on else engagement.starts_on
    goes_on = is_leave and await goes_on_elsewhere(session, engagement, day)
    what = Beginning(template, engagement, place.tjeneste, owner_id, day, goes_on, told_by_feed=True)
    row = await begin(session, what, by=FOLLOWER, at=at, published=published)
    await advance(session, row, at=at + EVENT_STEP, published=published)
    return 1


async def _keep(session: AsyncSession, journey_id: int, published: Published) -> int:
    """As the feed tells it now: another day, somebody who works here already, or nothing at all."""
    row, at = await take(session, JourneyRow, JourneyRow.id == journey_id)
    engagement = (await session.scalars(select(Engagement).where(Engagement.id == row.engagement_id))).one()
    if row.state is not JourneyState.ACTIVE:
        return 0
    if row.person_id != engagement.person_id:
        await _hand_over(session, row, engagement.person_id)
        record(row, "journey.handed_over", by=FOLLOWER, at=at, person_id=engagement.person_id)
        at += EVENT_STEP
    today = day_of(at)
    is_over = engagement.ends_on is not None and engagement.ends_on < today
    day = engagement.ends_on if row.kind is JourneyKind.LEAVE else engagement.starts_on
    if day is None or is_withdrawn(engagement) or (is_over and row.kind is not JourneyKind.LEAVE):
        await end(session, row, JourneyState.WITHDRAWN, by=FOLLOWER, at=at)
        return 1
    if row.day != day:
        await move_day(session, row, day, by=FOLLOWER, at=at, published=published)
        at += EVENT_STEP
    await advance(session, row, at=at + EVENT_STEP, published=published)
    return 1


async def _hand_over(session: AsyncSession, row: JourneyRow, person_id: int) -> None:
    """What was shown for the one who was ordered was shown for who they are."""
    papers = select(Paper.kind, Paper.shown_on, Paper.valid_until).where(Paper.person_id == row.person_id)
    for paper in (await session.execute(papers)).all():
        shown = insert(Paper).values(person_id=person_id, **paper._mapping)
        await session.execute(shown.on_conflict_do_nothing())
    row.person_id = person_id
    await session.flush()
