"""Putting an effect in the queue, inside the transaction that causes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.models import Delivery
from app.errors import NotFound


def delivery(
    topic: str,
    *,
    key: str,
    payload: dict[str, Any],
    recipient_id: int | None = None,
    due_at: datetime | None = None,
) -> dict[str, Any]:
    """The row of one effect. The payload holds ids and codes, never text.

    Without `recipient_id` the effect's own rule finds the recipients when it is sent.
    """
    row: dict[str, Any] = {"topic": topic, "key": key, "payload": payload, "recipient_id": recipient_id}
    return row if due_at is None else {**row, "due_at": due_at}


async def deliver_later(
    session: AsyncSession,
    topic: str,
    *,
    key: str,
    payload: dict[str, Any],
    recipient_id: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Queue one effect; the same key again changes nothing."""
    row = delivery(topic, key=key, payload=payload, recipient_id=recipient_id, due_at=due_at)
    await session.execute(insert(Delivery).values(row).on_conflict_do_nothing(index_elements=[Delivery.key]))


async def parked(session: AsyncSession, *, limit: int = 100) -> Sequence[Delivery]:
    """What was given up, newest first, with its last error: people must see it and decide."""
    given_up = select(Delivery).where(Delivery.parked_at.is_not(None)).order_by(Delivery.parked_at.desc())
    return (await session.scalars(given_up.limit(limit))).all()


async def try_again(session: AsyncSession, delivery_id: int) -> None:
    """A parked delivery gets all its tries again. Raises NotFound unless it is parked."""
    again = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.parked_at.is_not(None))
        .values(parked_at=None, attempts=0, lease_until=None, due_at=func.clock_timestamp())
        .returning(Delivery.id)
    )
    if (await session.execute(again)).scalar_one_or_none() is None:
        raise NotFound
