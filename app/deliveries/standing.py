"""How sending stands, without a word of what is sent: what waits, what was given up and why, who does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.claiming import unfinished
from app.deliveries.models import Delivery, DeliveryTarget
from app.errors import NotFound

LATELY = timedelta(hours=24)
MOST_SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """What is under way of one topic."""

    topic: str
    waiting: int
    retried: int
    """Of those, how many have failed at least once."""
    oldest_at: datetime


@dataclass(frozen=True)
class Parked:
    """One that was given up."""

    id: int
    topic: str
    recipient_id: int | None
    attempts: int
    parked_at: datetime
    reason: str


@dataclass(frozen=True)
class Circuit:
    """One other system that does not answer."""

    target: str
    is_open: bool
    open_until: datetime | None
    away_since: datetime | None
    reason: str


@dataclass(frozen=True)
class Standing:
    waiting: tuple[Waiting, ...]
    parked: tuple[Parked, ...]
    """Newest first, at most MOST_SHOWN."""
    parked_in_all: int
    circuits: tuple[Circuit, ...]
    sent_lately: int
    """In the last 24 hours."""

    @property
    def waiting_in_all(self) -> int:
        return sum(each.waiting for each in self.waiting)

    @property
    def retried_in_all(self) -> int:
        return sum(each.retried for each in self.waiting)


async def standing(session: AsyncSession) -> Standing:
    """In four queries, however many deliveries there are."""
    open_rows = (
        select(
            Delivery.topic,
            func.count(),
            func.count().filter(Delivery.last_error.is_not(None)),
            func.min(Delivery.created_at),
        )
        .where(*unfinished(Delivery))
        .group_by(Delivery.topic)
        .order_by(func.min(Delivery.created_at))
    )
    given_up = (
        select(
            Delivery.id,
            Delivery.topic,
            Delivery.recipient_id,
            Delivery.attempts,
            Delivery.parked_at,
            func.coalesce(Delivery.last_error, "").label("reason"),
            func.count().over().label("in_all"),
        )
        .where(Delivery.parked_at.is_not(None))
        .order_by(Delivery.parked_at.desc(), Delivery.id.desc())
        .limit(MOST_SHOWN)
    )
    silent = (
        select(
            DeliveryTarget.key,
            func.coalesce(DeliveryTarget.open_until > func.clock_timestamp(), False),
            DeliveryTarget.open_until,
            DeliveryTarget.away_since,
            func.coalesce(DeliveryTarget.last_error, ""),
        )
        .where(DeliveryTarget.failures > 0)
        .order_by(DeliveryTarget.key)
    )
    since = func.clock_timestamp() - LATELY
    # A row without a recipient was spread to those who have one: nothing has left the house by that.
    went_out = (Delivery.sent_at.is_not(None), Delivery.recipient_id.is_not(None))
    sent = select(func.count()).where(Delivery.created_at > since, *went_out)
    parked = (await session.execute(given_up)).all()
    return Standing(
        waiting=tuple(Waiting(*row) for row in await session.execute(open_rows)),
        parked=tuple(
            Parked(row.id, row.topic, row.recipient_id, row.attempts, row.parked_at, row.reason)
            for row in parked
        ),
        parked_in_all=parked[0].in_all if parked else 0,
        circuits=tuple(Circuit(*row) for row in await session.execute(silent)),
        sent_lately=(await session.execute(sent)).scalar_one(),
    )


async def try_again(session: AsyncSession, delivery_id: int | None) -> int:
    """A parked delivery gets all its tries again; None: every one of them. How many.

    Raises NotFound unless the one that is named is parked.
    """
    named = true() if delivery_id is None else Delivery.id == delivery_id
    again = (
        update(Delivery)
        .where(Delivery.parked_at.is_not(None), named)
        .values(parked_at=None, attempts=0, lease_until=None, due_at=func.clock_timestamp())
        .returning(Delivery.id)
    )
    found = (await session.scalars(again)).all()
    if delivery_id is not None and not found:
        raise NotFound
    return len(found)


async def try_target(session: AsyncSession, target: str) -> None:
    """Let one delivery try a system that is left alone, now. Raises NotFound for one that answers."""
    now = (
        update(DeliveryTarget)
        .where(DeliveryTarget.key == target, DeliveryTarget.failures > 0)
        .values(open_until=None)
        .returning(DeliveryTarget.key)
    )
    if (await session.scalars(now)).one_or_none() is None:
        raise NotFound
