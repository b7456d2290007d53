"""Whom a delivery about an approval is for: asked for by its id, `payload["approval_id"]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.approvals.policy import answerable_by
from app.deliveries.effect import Due
from app.identity.actor import Actor


async def asked_approver(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Nobody when it is answered already."""
    asked = select(Approval.approver_id).where(
        Approval.id == payload["approval_id"], Approval.outcome.is_(None)
    )
    return [approver for approver in await session.scalars(asked) if approver is not None]


def is_theirs_to_answer(due: Due, reader: Actor) -> tuple[ColumnElement[bool], ...]:
    """The approval of the delivery, while it is open and theirs."""
    return (Approval.id == due.payload["approval_id"], Approval.outcome.is_(None), answerable_by(reader))
