"""Taking away what was sent long ago: the table stays as small as what is on its way and what was lately."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.models import Delivery

SWEPT_AT_ONCE = 5000


async def sweep_sent(session: AsyncSession, *, kept: timedelta) -> int:
    """Take away what was sent or dropped and is older than `kept`. What is parked stays until somebody has seen it."""
    done = or_(Delivery.sent_at.is_not(None), Delivery.dropped_at.is_not(None))
    old = (
        select(Delivery.id)
        .where(Delivery.created_at < func.clock_timestamp() - kept, done)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    swept = delete(Delivery).where(Delivery.id.in_(old.scalar_subquery())).returning(Delivery.id)
    return len((await session.scalars(swept)).all())
