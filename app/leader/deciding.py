"""Giving an answer from the leader's page, whatever the question is about: at once, or when it can no longer be taken back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements import adopting
from app.agreements.models import SUBJECT as AGREEMENT
from app.approvals import answering
from app.approvals.models import Outcome
from app.approvals.queries import subject_kinds
from app.database.session import Sessions
from app.identity.actor import Actor
from app.tickets import approving

DECIDE = {"ticket": approving.decide, AGREEMENT: adopting.decide}
"""By what the question is about."""
UNDOABLE = frozenset({"ticket"})
"""Adopting an agreement is read through first, and by two: it counts at once."""


async def answer(
    session: AsyncSession,
    approval_id: int,
    kind: str,
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
    undo_within: timedelta,
) -> None:
    """Raises what `approvals.decide` raises."""
    if undo_within and kind in UNDOABLE:
        await answering.answer_later(session, approval_id, outcome, comment, by=by, undo_within=undo_within)
    else:
        await DECIDE.get(kind, approving.decide)(session, approval_id, outcome, comment, by=by)


async def _decide(
    session: AsyncSession, approval_id: int, outcome: Outcome, comment: str | None, by: Actor
) -> None:
    kinds = await subject_kinds(session, [approval_id])
    await DECIDE.get(kinds.get(approval_id, ""), approving.decide)(
        session, approval_id, outcome, comment, by=by
    )


async def carry_out(sessions: Sessions) -> int:
    """The next answer that can no longer be taken back; 0 when none is left."""
    return await answering.carry_out(sessions, _decide)
