"""Who answers for somebody's job: the leader named on it, else whoever leads the place, else the nearest above.

Nobody leads themselves, and whoever no longer works here leads nobody: then it is the next one up. `nearest_led` and
`NEAREST` say the same, one from the leader's side and one from the job's.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, null, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.people.models import Engagement, OrgUnit, Person

NEAREST = """
    WITH RECURSIVE place AS (
        SELECT engaged.id AS engagement_id, engaged.person_id, engaged.leader_id, engaged.org_unit_id AS next_id,
               0 AS height
        FROM engagements engaged
        WHERE {which}
        UNION ALL
        SELECT place.engagement_id, place.person_id, above.leader_id, above.parent_id, place.height + 1
        FROM place JOIN org_units above ON above.id = place.next_id
        WHERE place.height < 50
    )
    SELECT DISTINCT ON (place.engagement_id) place.engagement_id, place.person_id, place.leader_id
    FROM place JOIN persons leader ON leader.id = place.leader_id AND leader.active
    WHERE place.leader_id <> place.person_id
    ORDER BY place.engagement_id, place.height
"""
"""Of the engagements in `which`, for as many as have one. A leader who has left is passed over."""

_OF_ENGAGEMENT = text(NEAREST.format(which="engaged.id = :engagement_id"))
_OF_PERSON = text(
    NEAREST.format(
        which="""engaged.id = (SELECT newest.id FROM engagements newest WHERE newest.person_id = :person_id
                               ORDER BY newest.starts_on DESC, newest.id DESC LIMIT 1)"""
    )
)


async def leader_of_job(session: AsyncSession, engagement_id: int) -> int | None:
    found = (await session.execute(_OF_ENGAGEMENT, {"engagement_id": engagement_id})).one_or_none()
    return found.leader_id if found else None


async def leader_of(session: AsyncSession, person_id: int) -> int | None:
    """Of the person's newest job, here or gone; None when there is nobody above them."""
    found = (await session.execute(_OF_PERSON, {"person_id": person_id})).one_or_none()
    return found.leader_id if found else None


def nearest_led(leader_id: int) -> ColumnElement[bool]:
    """Of engagements: those that this person is the nearest leader of."""
    here = aliased(Person)
    units = (
        select(OrgUnit.id, OrgUnit.parent_id, here.id.label("leader_id"))
        .outerjoin(here, and_(here.id == OrgUnit.leader_id, here.active))
        .cte("led_units")
    )
    # `apart_id`: of a place that somebody else leads; there only their own job is the one above's to answer for.
    answers = (
        select(units.c.id, cast(null(), BigInteger).label("apart_id"))
        .where(units.c.leader_id == leader_id)
        .cte("answers_for", recursive=True)
    )
    below = units.alias()
    answers = answers.union(
        select(below.c.id, func.coalesce(below.c.leader_id, answers.c.apart_id))
        .join(answers, below.c.parent_id == answers.c.id)
        .where(
            or_(
                below.c.leader_id.is_(None),
                below.c.leader_id == answers.c.apart_id,
                and_(answers.c.apart_id.is_(None), below.c.leader_id != leader_id),
            )
        )
    )
    whole = select(answers.c.id).where(answers.c.apart_id.is_(None))
    only = select(answers.c.id, answers.c.apart_id).where(answers.c.apart_id.is_not(None))
    left = select(Person.id).where(~Person.active)
    nobody_named = or_(
        Engagement.leader_id.is_(None),
        Engagement.leader_id == Engagement.person_id,
        Engagement.leader_id.in_(left),
    )
    at_their_place = or_(
        Engagement.org_unit_id.in_(whole), tuple_(Engagement.org_unit_id, Engagement.person_id).in_(only)
    )
    return and_(
        Engagement.person_id != leader_id,
        or_(Engagement.leader_id == leader_id, and_(nobody_named, at_their_place)),
    )
