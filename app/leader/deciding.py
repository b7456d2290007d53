"""Giving an answer from the leader's page, whatever the question is about: at once, or when it can no longer be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements import adopting
from app.agreements.models import SUBJECT as AGREEMENT
from app.approvals import answering
from app.approvals.models import Outcome
from app.database.session import Sessions
from app.identity.actor import Actor
from app.tickets import approving

UNDOABLE = frozenset({"ticket"})
"""Adopting an agreement is read through first, and by two: it counts at once."""


async def answer(
    session: AsyncSession,
    approval_ids: Sequence[int],
    kind: str,
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
    undo_within: timedelta,
) -> None:
    """Questions about one thing, of a kind, answered by one press. Raises what `approvals.decide` raises, for none."""
    if undo_within and kind in UNDOABLE:
        await answering.answer_later(session, approval_ids, outcome, comment, by=by, undo_within=undo_within)
    elif kind == AGREEMENT:
        for each in approval_ids:
            await adopting.decide(session, each, outcome, comment, by=by)
    else:
        await approving.decide(session, approval_ids, outcome, comment, by=by)


async def _decide(
    session: AsyncSession, approval_ids: Sequence[int], outcome: Outcome, comment: str | None, by: Actor
) -> None:
    """What can be taken back is about tickets."""
    await approving.decide(session, approval_ids, outcome, comment, by=by)


async def carry_out(sessions: Sessions) -> int:
    """The next answer that can no longer be taken back; 0 when none is left."""
    return await answering.carry_out(sessions, _decide)
