"""Finding clocks that ran out: once each, whoever looks, with an event and a delivery."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.breach import tell_breach
from app.clocks.compute import ClockState
from app.clocks.models import ClockRow
from app.events.log import EVENT_STEP


async def sweep(session: AsyncSession, *, limit: int = 200) -> int:
    """Mark clocks whose due instant has come, by the database's time; how many there were.

    Whoever else sweeps at the same time takes other rows. The row is written by every event of its subject, so a
    clock that was paused or stopped meanwhile no longer matches once its lock is ours.
    """
    at = func.greatest(func.clock_timestamp(), ClockRow.last_event_at + EVENT_STEP)
    due = (
        select(ClockRow, at)
        .where(ClockRow.next_at <= func.clock_timestamp())
        .order_by(ClockRow.next_at, ClockRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = (await session.execute(due)).all()
    for clock, instant in found:
        if clock.state is not ClockState.RUNNING:
            raise RuntimeError(f"clock {clock.id} is {clock.state} and still has a next instant")
        clock.breached_at, clock.next_at = clock.due_at, None
        await tell_breach(session, clock, at=instant)
    return len(found)
