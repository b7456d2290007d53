"""Telling that a promise is broken: once, by whoever finds it first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.models import ClockRow
from app.deliveries.queue import deliver_later
from app.events.log import record
from app.identity.actor import system_actor

SWEEPER = system_actor("clocks.sweep")


async def tell_breach(session: AsyncSession, clock: ClockRow, *, at: datetime) -> None:
    """The event, and the delivery to those who must know; the caller holds the row's lock."""
    assert clock.due_at is not None
    record(clock, "clock.breached", by=SWEEPER, at=at, due_at=clock.due_at)
    await deliver_later(
        session,
        "clock.breached",
        key=f"clock.breached:{clock.id}:{clock.due_at:%Y%m%dT%H%M%S.%f}",
        payload={
            "clock_id": clock.id,
            "subject_kind": clock.subject_kind,
            "subject_id": clock.subject_id,
        },
    )
