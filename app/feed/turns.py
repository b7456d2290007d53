"""What time does to engagements: they begin, they end and take access with them, and sponsors are asked about the next.

A job, several times a minute; what is due is looked at anew under the engagement's lock, and twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.queue import deliver_later
from app.events.log import record, take
from app.identity.actor import system_actor
from app.identity.ending import end_access
from app.people.engaging import has_a_job, is_withdrawn
from app.people.models import Engagement, EngagementTurn, Person, Turn
from sla.zone import day_of

CLOCK = system_actor("feed.turns")
RENEWAL = "engagement.renewal"
BATCH = 100


async def take_turns(session: AsyncSession) -> int:
    """One batch of what is due; how many."""
    due = (EngagementTurn.done_at.is_(None), EngagementTurn.due_at <= func.clock_timestamp())
    query = (
        select(EngagementTurn.engagement_id, EngagementTurn.turn)
        .join(Engagement, Engagement.id == EngagementTurn.engagement_id)
        .where(*due)
        .order_by(EngagementTurn.due_at, EngagementTurn.engagement_id)
        .limit(BATCH)
        .with_for_update(of=Engagement, skip_locked=True)
    )
    found = (await session.execute(query)).all()
    for row in found:
        engagement, at = await take(session, Engagement, Engagement.id == row.engagement_id)
        mine = (EngagementTurn.engagement_id == row.engagement_id, EngagementTurn.turn == row.turn)
        # Whoever changed the engagement before we had its lock may have made it due at another time.
        turn = (await session.scalars(select(EngagementTurn).where(*mine, *due))).one_or_none()
        if turn is not None:
            turn.done_at = at
            if not is_withdrawn(engagement):
                await _turn(session, engagement, turn, at)
            await session.flush()
    return len(found)


async def _turn(session: AsyncSession, engagement: Engagement, turn: EngagementTurn, at: datetime) -> None:
    told = {"person_id": engagement.person_id, "due_at": turn.due_at}
    match turn.turn:
        case Turn.BEGINS:
            record(engagement, "engagement.began", by=CLOCK, at=at, **told)
        case Turn.ENDS:
            record(engagement, "engagement.over", by=CLOCK, at=at, **told)
            await _leave(session, engagement, at)
        case Turn.RENEWAL if engagement.ends_on is not None and engagement.ends_on >= day_of(at):
            record(engagement, "engagement.renewal_asked", by=CLOCK, at=at, **told)
            await deliver_later(
                session,
                RENEWAL,
                key=f"engagement:{engagement.id}:renewal:{engagement.ends_on}",
                payload={"engagement_id": engagement.id},
                subject=f"engagement:{engagement.id}",
            )


async def _leave(session: AsyncSession, engagement: Engagement, at: datetime) -> None:
    """Whoever has no other job, and is to have none, is nobody from their next request on."""
    query = select(Person).where(Person.id == engagement.person_id).with_for_update()
    person = (await session.scalars(query)).one()
    if not person.active or await has_a_job(session, person.id, day_of(at)):
        return
    person.left_at = at
    await session.flush()
    await end_access(session, person.id, by=CLOCK)
