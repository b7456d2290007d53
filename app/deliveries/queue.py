"""Putting an effect in the queue, inside the transaction that causes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.models import Delivery


async def deliver_later(
    session: AsyncSession,
    topic: str,
    *,
    key: str,
    payload: dict[str, Any],
    recipient_id: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Queue one effect; the same key again changes nothing. The payload holds ids and codes, never text.

    Without `recipient_id` the effect's own rule finds the recipients when it is sent.
    """
    values: dict[str, Any] = {"topic": topic, "key": key, "payload": payload, "recipient_id": recipient_id}
    if due_at is not None:
        values["due_at"] = due_at
    await session.execute(insert(Delivery).values(values).on_conflict_do_nothing(index_elements=[Delivery.key]))
