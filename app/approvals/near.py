"""Whoever says that they stand near somebody answers no question of theirs from now on: another is asked at once."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.approvals.models import Approval
from app.identity.actor import Actor
from app.people.ties import record_tie


async def stand_near(session: AsyncSession, other_id: int, *, by: Actor) -> None:
    """Record the tie; what one of them was asked about the other is due to be passed on. Raises as `record_tie`."""
    await record_tie(session, other_id, by=by)
    told = update(Approval).where(
        Approval.outcome.is_(None),
        Approval.chase_at.is_not(None),
        Approval.approver_id.in_((by.person_id, other_id)),
        or_(
            _is_between(Approval.requester_id, by, other_id),
            _is_between(Approval.beneficiary_id, by, other_id),
        ),
    )
    await session.execute(told.values(chase_at=func.clock_timestamp()))


def _is_between(concerned: InstrumentedAttribute[int], by: Actor, other_id: int) -> ColumnElement[bool]:
    return and_(concerned.in_((by.person_id, other_id)), concerned != Approval.approver_id)
