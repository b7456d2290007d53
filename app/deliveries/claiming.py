"""Taking what is due to one other system: with a lease, in order where it matters, never more than it bears at once.

Whoever claims holds the target's row for as long as that takes; its limit and its circuit hold over all nodes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from app.database.session import Sessions, transaction
from app.deliveries.effect import DIED, Target
from app.deliveries.models import Delivery, DeliveryTarget


@dataclass(frozen=True)
class Claim:
    """A row that is ours until the lease ends. `fence` is how a sleeper learns that it no longer is."""

    id: int
    fence: int
    tries: int
    key: str
    subject: str | None
    topic: str
    payload: dict[str, Any]
    recipient_id: int | None
    due_at: datetime
    created_at: datetime


@dataclass(frozen=True)
class Round:
    """What one node may send now. `suspect`: the target did not answer the last time."""

    claims: tuple[Claim, ...]
    suspect: bool = False


NOTHING = Round(())


async def claim(
    sessions: Sessions, target: Target, topics: Collection[str], *, lease: timedelta, limit: int
) -> Round:
    async with transaction(sessions) as session:
        failures = await _failures_if_ours(session, target.key)
        if failures is None:
            return NOTHING
        # A circuit that was open lets one through, to see.
        most = 1 if failures >= target.trips_at else min(target.at_once, limit)
        rows = (await session.execute(_claimed(target, topics, lease, most))).all()
    ours = [Claim(*row[:-1]) for row in rows if row.parked_at is None]
    return Round(tuple(sorted(ours, key=lambda each: (each.due_at, each.id))), failures > 0)


async def _failures_if_ours(session: AsyncSession, key: str) -> int | None:
    """Holds the target's row; None while another node does, or while the circuit is open."""
    is_open = func.coalesce(DeliveryTarget.open_until > func.clock_timestamp(), False)
    target = select(DeliveryTarget.failures, is_open).where(DeliveryTarget.key == key)
    held = target.with_for_update(skip_locked=True)
    found = (await session.execute(held)).one_or_none()
    if found is None:
        await session.execute(insert(DeliveryTarget).values(key=key).on_conflict_do_nothing())
        found = (await session.execute(held)).one_or_none()
    return None if found is None or found[1] else int(found[0])


def unfinished(row: Any) -> tuple[ColumnElement[bool], ...]:
    return row.sent_at.is_(None), row.parked_at.is_(None), row.dropped_at.is_(None)


def _claimed(target: Target, topics: Collection[str], lease: timedelta, most: int) -> ReturningUpdate[Any]:
    now, ours = func.statement_timestamp(), Delivery.topic.in_(sorted(topics))
    on_their_way = select(func.count()).where(Delivery.lease_until >= now, *unfinished(Delivery), ours)
    earlier = aliased(Delivery)
    # What was given up holds nobody back: each effect looks at what is true when it is prepared.
    must_wait = exists().where(
        earlier.subject == Delivery.subject,
        earlier.id < Delivery.id,
        earlier.topic.in_(sorted(topics)),
        *unfinished(earlier),
    )
    due = (
        select(Delivery.id)
        .where(
            *unfinished(Delivery),
            Delivery.due_at <= now,
            or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
            ours,
            ~must_wait,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(func.greatest(most - on_their_way.scalar_subquery(), 0))
        .with_for_update(skip_locked=True, of=Delivery)
    )
    # Tries are counted here and not on failure: what kills its sender every time must end up parked too.
    given_up = Delivery.attempts >= target.tries
    return (
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()))
        .values(
            lease_until=case((given_up, null()), else_=now + lease),
            fence=Delivery.fence + 1,
            attempts=Delivery.attempts + 1,
            parked_at=case((given_up, now), else_=null()),
            last_error=case((given_up, func.coalesce(Delivery.last_error, DIED)), else_=Delivery.last_error),
        )
        .returning(
            Delivery.id,
            Delivery.fence,
            Delivery.attempts,
            Delivery.key,
            Delivery.subject,
            Delivery.topic,
            Delivery.payload,
            Delivery.recipient_id,
            Delivery.due_at,
            Delivery.created_at,
            Delivery.parked_at,
        )
    )


def still_ours(claim: Claim, **outcome: Any) -> ReturningUpdate[Any]:
    """The outcome, unless somebody claimed the row after us."""
    return (
        update(Delivery)
        .where(Delivery.id == claim.id, Delivery.fence == claim.fence)
        .values(lease_until=None, **outcome)
        .returning(Delivery.id)
    )
