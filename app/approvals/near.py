"""Whoever says that they stand near somebody answers no question of theirs from now on: another is asked at once."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.identity.actor import Actor
from app.people.ties import record_tie

CONCERNED = (Approval.requester_id, Approval.beneficiary_id, Approval.about_id)


async def stand_near(session: AsyncSession, other_id: int, *, by: Actor) -> None:
    """Record the tie; what one of them was asked about the other is due to be passed on. Raises as `record_tie`."""
    await record_tie(session, other_id, by=by)
    both = (by.person_id, other_id)
    between = or_(*(and_(each.in_(both), each != Approval.approver_id) for each in CONCERNED))
    due = update(Approval).where(
        Approval.outcome.is_(None),
        Approval.chase_at.is_not(None),
        Approval.approver_id.in_(both),
        between,
    )
    await session.execute(due.values(chase_at=func.clock_timestamp()))
