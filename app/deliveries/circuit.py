"""Leaving a system that does not answer alone: longer each time, with some chance, until one delivery gets through."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import Interval, func, update
from sqlalchemy.sql.elements import ColumnElement

from app.database.session import Sessions, transaction
from app.deliveries.effect import Target
from app.deliveries.models import DeliveryTarget

log = structlog.get_logger(__name__)


def soon_after(wait: timedelta) -> ColumnElement[timedelta]:
    """From half of it to one and a half: what failed together does not come back together."""
    seconds = wait.total_seconds() * (0.5 + func.random())
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval())


async def answered(sessions: Sessions, target: Target) -> None:
    """Somebody got an answer: it lives. Writes nothing when nobody doubted it."""
    doubted = update(DeliveryTarget).where(DeliveryTarget.key == target.key, DeliveryTarget.failures > 0)
    async with transaction(sessions) as session:
        await session.execute(doubted.values(failures=0, open_until=None, last_error=None, away_since=None))


async def did_not_answer(sessions: Sessions, target: Target, reason: str) -> None:
    """One round more without an answer from it."""
    now = func.clock_timestamp()
    counted = (
        update(DeliveryTarget)
        .where(DeliveryTarget.key == target.key)
        .values(
            failures=DeliveryTarget.failures + 1,
            last_error=reason,
            away_since=func.coalesce(DeliveryTarget.away_since, now),
        )
        .returning(DeliveryTarget.failures)
    )
    async with transaction(sessions) as session:
        failures = (await session.execute(counted)).scalar_one()
        if failures >= target.trips_at:
            wait = target.rest.after(failures - target.trips_at + 1)
            opened = update(DeliveryTarget).where(DeliveryTarget.key == target.key)
            await session.execute(opened.values(open_until=now + soon_after(wait)))
            log.warning("delivery.circuit_open", target=target.key, failures=failures, error=reason)


async def leave_alone(sessions: Sessions, target: Target, wait: timedelta) -> None:
    """It answered, and asked for so long. Says nothing about whether it lives."""
    until = func.clock_timestamp() + func.make_interval(
        0, 0, 0, 0, 0, 0, wait.total_seconds(), type_=Interval()
    )
    later = func.greatest(func.coalesce(DeliveryTarget.open_until, until), until)
    async with transaction(sessions) as session:
        await session.execute(
            update(DeliveryTarget).where(DeliveryTarget.key == target.key).values(open_until=later)
        )
    log.warning("delivery.target_asks_to_wait", target=target.key, seconds=wait.total_seconds())
