"""Sending what is due: claim with a lease, send outside any transaction, mark only if the claim still holds.

A crash between sending and marking sends again with the same key; a committed effect is never lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import case, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from app.database.session import Sessions, transaction
from app.deliveries.effect import Due, Effect, Send, TargetAway
from app.deliveries.models import Delivery

log = structlog.get_logger(__name__)

MAX_TRIES = 5
BACKOFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
"""The wait after the first, second… failed try."""
AWAY_PAUSE = timedelta(minutes=1)
BATCH = 20
AT_ONCE = 4
SEND_TIMEOUT = timedelta(seconds=20)
# A whole batch of hanging sends must end before anybody else may claim its rows.
LEASE = SEND_TIMEOUT * (BATCH // AT_ONCE) + timedelta(seconds=60)


@dataclass(frozen=True)
class Claim:
    """A row that is ours until the lease ends. `fence` is how a sleeper learns that it no longer is."""

    id: int
    fence: int
    tries: int
    key: str
    topic: str
    payload: dict[str, Any]
    recipient_id: int | None
    due_at: datetime


async def send_due(
    sessions: Sessions,
    effects: Mapping[str, Effect],
    *,
    lease: timedelta = LEASE,
    send_timeout: timedelta = SEND_TIMEOUT,
    limit: int = BATCH,
) -> int:
    """Send one batch of what is due among the topics of `effects`; how many rows were handled."""
    started = time.monotonic()
    claims = await _claim(sessions, effects, lease=lease, limit=limit)
    gate = asyncio.Semaphore(AT_ONCE)

    async def handle(claim: Claim) -> None:
        async with gate:
            if time.monotonic() - started > (lease - send_timeout).total_seconds():
                return  # Too late to be sure of the lease; whoever claims next sends it.
            await _handle(sessions, effects[claim.topic], claim, send_timeout)

    async with asyncio.TaskGroup() as tasks:
        for claim in claims:
            tasks.create_task(handle(claim))
    return len(claims)


async def _claim(
    sessions: Sessions, effects: Mapping[str, Effect], *, lease: timedelta, limit: int
) -> list[Claim]:
    now = func.statement_timestamp()
    due = (
        select(Delivery.id)
        .where(
            Delivery.sent_at.is_(None),
            Delivery.parked_at.is_(None),
            Delivery.dropped_at.is_(None),
            Delivery.due_at <= now,
            or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
            Delivery.topic.in_(sorted(effects)),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    # Tries are counted here and not on failure: what kills its sender every time must end up parked too.
    given_up = Delivery.attempts >= MAX_TRIES
    claimed: ReturningUpdate[Any] = (
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()))
        .values(
            lease_until=now + lease,
            fence=Delivery.fence + 1,
            attempts=Delivery.attempts + 1,
            parked_at=case((given_up, now), else_=null()),
            last_error=case(
                (given_up, func.coalesce(Delivery.last_error, "The sender died.")), else_=Delivery.last_error
            ),
        )
        .returning(
            Delivery.id,
            Delivery.fence,
            Delivery.attempts,
            Delivery.key,
            Delivery.topic,
            Delivery.payload,
            Delivery.recipient_id,
            Delivery.due_at,
            Delivery.parked_at,
        )
    )
    async with transaction(sessions) as session:
        rows = (await session.execute(claimed)).all()
    ours = [Claim(*row[:8]) for row in rows if row.parked_at is None]
    return sorted(ours, key=lambda claim: (claim.due_at, claim.id))


async def _handle(sessions: Sessions, effect: Effect, claim: Claim, send_timeout: timedelta) -> None:
    try:
        if claim.recipient_id is None:
            await _spread(sessions, effect, claim)
            return
        send = await _prepare(sessions, effect, claim, claim.recipient_id)
        if send is None:
            await _mark(sessions, claim, dropped_at=func.clock_timestamp())
            return
        async with asyncio.timeout(send_timeout.total_seconds()):
            await send()
    except TargetAway as away:
        await _wait_for_target(sessions, claim, away)
    except Exception as failure:  # noqa: BLE001 - the loop's edge: one bad delivery must not stop the others
        await _failed(sessions, claim, failure)
    else:
        await _mark(sessions, claim, sent_at=func.clock_timestamp(), last_error=None)


async def _spread(sessions: Sessions, effect: Effect, claim: Claim) -> None:
    """One row per recipient, each with its own tries; the row of the effect itself is done then."""
    async with transaction(sessions) as session:
        recipients = await effect.recipients(session, claim.payload)
        for recipient_id in dict.fromkeys(recipients):
            row = {
                "topic": claim.topic,
                "key": f"{claim.key}:{recipient_id}",
                "payload": claim.payload,
                "recipient_id": recipient_id,
            }
            await session.execute(
                insert(Delivery).values(row).on_conflict_do_nothing(index_elements=[Delivery.key])
            )
        await session.execute(_still_ours(claim, sent_at=func.clock_timestamp(), last_error=None))


async def _prepare(sessions: Sessions, effect: Effect, claim: Claim, recipient_id: int) -> Send | None:
    async with transaction(sessions) as session:
        return await effect.prepare(session, Due(claim.key, claim.topic, claim.payload, recipient_id))


async def _wait_for_target(sessions: Sessions, claim: Claim, away: TargetAway) -> None:
    log.warning("delivery.target_away", key=claim.key, error=str(away))
    later = func.clock_timestamp() + AWAY_PAUSE
    await _mark(sessions, claim, attempts=claim.tries - 1, due_at=later, last_error=f"Away: {away}"[:500])


async def _failed(sessions: Sessions, claim: Claim, failure: Exception) -> None:
    log.warning("delivery.failed", key=claim.key, tries=claim.tries, error=repr(failure))
    reason = f"{type(failure).__name__}: {failure}"[:500]
    if claim.tries >= MAX_TRIES:
        await _mark(sessions, claim, parked_at=func.clock_timestamp(), last_error=reason)
    else:
        later = func.clock_timestamp() + BACKOFF[claim.tries - 1]
        await _mark(sessions, claim, due_at=later, last_error=reason)


async def _mark(sessions: Sessions, claim: Claim, **outcome: Any) -> None:
    async with transaction(sessions) as session:
        if (await session.execute(_still_ours(claim, **outcome))).scalar_one_or_none() is None:
            log.warning("delivery.claim_lost", key=claim.key, fence=claim.fence)


def _still_ours(claim: Claim, **outcome: Any) -> ReturningUpdate[Any]:
    """The outcome, unless somebody claimed the row after us."""
    return (
        update(Delivery)
        .where(Delivery.id == claim.id, Delivery.fence == claim.fence)
        .values(lease_until=None, **outcome)
        .returning(Delivery.id)
    )
