"""Putting an effect in the queue, inside the transaction that causes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.models import Delivery


def delivery(
    topic: str,
    *,
    key: str,
    payload: dict[str, Any],
    recipient_id: int | None = None,
    subject: str | None = None,
    due_at: datetime | None = None,
) -> dict[str, Any]:
    """The row of one effect. The payload holds ids and codes, never text.

    Without `recipient_id` the effect's own rule finds the recipients when it is sent. What is queued about the same
    `subject`, by those who hold its lock, leaves in that order.
    """
    row: dict[str, Any] = {"topic": topic, "key": key, "payload": payload, "recipient_id": recipient_id}
    if subject is not None:
        row["subject"] = subject
    return row if due_at is None else {**row, "due_at": due_at}


async def deliver_later(
    session: AsyncSession,
    topic: str,
    *,
    key: str,
    payload: dict[str, Any],
    recipient_id: int | None = None,
    subject: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Queue one effect; the same key again changes nothing."""
    row = delivery(topic, key=key, payload=payload, recipient_id=recipient_id, subject=subject, due_at=due_at)
    await session.execute(insert(Delivery).values(row).on_conflict_do_nothing(index_elements=[Delivery.key]))
