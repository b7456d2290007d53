"""Answers that may be taken back for some seconds: nothing has happened before they are carried out (issue «The leader's one list»)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.actions import check
from app.approvals.models import Approval, Outcome, PendingAnswer
from app.approvals.policy import answerable_by
from app.database.session import Sessions, transaction
from app.errors import Conflict, NotFound, Problem
from app.events.log import take
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.masking.hiding import hide

Decide = Callable[[AsyncSession, int, Outcome, str | None, Actor], Awaitable[None]]
"""Gives the answer and lets its consequences follow, by what the question is about."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer of one's own that does not count yet, or could not be carried out."""

    approval_id: int
    outcome: Outcome
    due_at: datetime
    refused: str | None


async def answer_later(
    session: AsyncSession,
    approval_id: int,
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
    undo_within: timedelta,
) -> None:
    """Give an answer that can be taken back for so long. Raises what `decide` would raise now."""
    seen = select(Approval.subject_kind, Approval.subject_id).where(
        Approval.id == approval_id, answerable_by(by)
    )
    subject = (await session.execute(seen)).one_or_none()
    if subject is None:
        raise NotFound
    given = {
        "person_id": by.person_id,
        "outcome": outcome,
        "comment": hide(session, (subject.subject_kind, subject.subject_id), comment) if comment else None,
        "signed_in_recently": by.signed_in_recently,
        "due_at": func.clock_timestamp() + undo_within,
        "refused": None,
    }
    # The row before the question, as `carry_out` takes them. Somebody else's answer on its way stands.
    statement = insert(PendingAnswer).values(approval_id=approval_id, **given)
    kept = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=["approval_id"],
            set_=given,
            where=(PendingAnswer.person_id == by.person_id) | PendingAnswer.refused.is_not(None),
        ).returning(PendingAnswer.approval_id)
    )
    if kept.one_or_none() is None:
        raise Conflict("approval.being_answered")
    approval, _at = await take(session, Approval, Approval.id == approval_id, answerable_by(by))
    check(approval, outcome, comment, by=by)


async def take_back(session: AsyncSession, approval_id: int, *, by: Actor) -> None:
    """Undo one's own answer. Raises Conflict when it already counts, or was never given."""
    mine = (PendingAnswer.approval_id == approval_id, PendingAnswer.person_id == by.person_id)
    gone = await session.scalars(delete(PendingAnswer).where(*mine).returning(PendingAnswer.approval_id))
    if gone.one_or_none() is None:
        raise Conflict("approval.too_late_to_undo")


async def pending_of(session: AsyncSession, actor: Actor) -> list[Pending]:
    query = select(
        PendingAnswer.approval_id, PendingAnswer.outcome, PendingAnswer.due_at, PendingAnswer.refused
    ).where(PendingAnswer.person_id == actor.person_id)
    rows = await session.execute(query.order_by(PendingAnswer.due_at, PendingAnswer.approval_id))
    return [Pending(*row) for row in rows]


async def carry_out(sessions: Sessions, decide: Decide) -> int:
    """The next answer that counts now; 1, or 0 when none is left. One that is refused is kept, to be shown."""
    async with transaction(sessions) as session:
        due = (
            select(PendingAnswer)
            .where(PendingAnswer.due_at <= func.clock_timestamp(), PendingAnswer.refused.is_(None))
            .order_by(PendingAnswer.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        answer = (await session.scalars(due)).one_or_none()
        if answer is None:
            return 0
        try:
            async with session.begin_nested():
                who = await load_actor(session, answer.person_id)
                who = replace(who, signed_in_recently=answer.signed_in_recently)
                await decide(session, answer.approval_id, answer.outcome, answer.comment, who)
        except NotFound:
            # Whoever gave it may not answer any more: nobody is left to show it to.
            await session.delete(answer)
        except Problem as refused:
            answer.refused = refused.code
        else:
            await session.delete(answer)
    return 1
