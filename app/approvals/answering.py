"""Answers that may be taken back for some seconds: nothing has happened before they are carried out (issue «The leader's one list»)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.approvals.actions import check
from app.approvals.models import Approval, Outcome, PendingAnswer
from app.approvals.policy import answerable_by
from app.database.session import Sessions, transaction
from app.errors import Conflict, NotFound, Problem
from app.events.log import take
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.masking.hiding import hide

Decide = Callable[[AsyncSession, Sequence[int], Outcome, str | None, Actor], Awaitable[None]]
"""Gives one answer to questions about one thing, and lets its consequences follow, by what they are about."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer of one's own that does not count yet, or could not be carried out."""

    approval_ids: tuple[int, ...]
    """What was answered by one press."""
    outcome: Outcome
    due_at: datetime
    refused: str | None


async def answer_later(
    session: AsyncSession,
    approval_ids: Sequence[int],
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
    undo_within: timedelta,
) -> None:
    """Give one answer, to questions about one thing, that can be taken back for so long.

    Raises what `decide` would raise now, and then none of them is answered.
    """
    ids = sorted(approval_ids)
    seen = select(Approval.id, Approval.subject_kind, Approval.subject_id).where(
        Approval.id.in_(ids), answerable_by(by)
    )
    found = (await session.execute(seen)).all()
    if {row.id for row in found} != set(ids) or len({row[1:] for row in found}) != 1:
        raise NotFound
    subject = found[0]
    given = {
        "person_id": by.person_id,
        "outcome": outcome,
        "comment": hide(session, (subject.subject_kind, subject.subject_id), comment) if comment else None,
        "signed_in_recently": by.signed_in_recently,
        # The same for all, which is how they are known to be one press.
        "due_at": func.statement_timestamp() + undo_within,
        "refused": None,
    }
    # The rows before the questions, as `carry_out` takes them. Somebody else's answer on its way stands.
    statement = insert(PendingAnswer).values([{"approval_id": found, **given} for found in ids])
    kept = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=["approval_id"],
            set_=given,
            where=(PendingAnswer.person_id == by.person_id) | PendingAnswer.refused.is_not(None),
        ).returning(PendingAnswer.approval_id)
    )
    if len(kept.all()) < len(ids):
        raise Conflict("approval.being_answered")
    for each in ids:
        approval, _at = await take(session, Approval, Approval.id == each, answerable_by(by))
        check(approval, outcome, comment, by=by)


async def take_back(session: AsyncSession, approval_id: int, *, by: Actor) -> None:
    """Undo one's own answer, and all that was answered by the same press.

    Raises Conflict when it already counts, or was never given.
    """
    mine = PendingAnswer.person_id == by.person_id
    pressed = select(PendingAnswer.due_at).where(mine, PendingAnswer.approval_id == approval_id)
    answers = await _answers(session, mine, PendingAnswer.due_at == pressed.scalar_subquery())
    await _forget(session, answers)
    if not answers:
        raise Conflict("approval.too_late_to_undo")


async def pending_of(session: AsyncSession, actor: Actor) -> list[Pending]:
    query = select(
        PendingAnswer.approval_id, PendingAnswer.outcome, PendingAnswer.due_at, PendingAnswer.refused
    ).where(PendingAnswer.person_id == actor.person_id)
    rows = await session.execute(query.order_by(PendingAnswer.due_at, PendingAnswer.approval_id))
    presses = [list(each) for _due_at, each in groupby(rows, key=lambda row: row.due_at)]
    return [Pending(tuple(row.approval_id for row in each), *each[0][1:]) for each in presses]


async def carry_out(sessions: Sessions, decide: Decide) -> int:
    """The next answer that counts now, with what was answered by the same press; 1, or 0 when none is left.

    One that is refused is kept, to be shown.
    """
    earlier = aliased(PendingAnswer)
    async with transaction(sessions) as session:
        due = (
            select(PendingAnswer)
            .where(PendingAnswer.due_at <= func.clock_timestamp(), PendingAnswer.refused.is_(None))
            # The first of its press: two who look at once take no part of it each.
            .where(~exists().where(*_same_press(earlier), earlier.approval_id < PendingAnswer.approval_id))
            .order_by(PendingAnswer.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        answer = (await session.scalars(due)).one_or_none()
        if answer is None:
            return 0
        answers = await _answers(session, *_same_press(answer))
        ids = [each.approval_id for each in answers]
        try:
            async with session.begin_nested():
                who = await load_actor(session, answer.person_id)
                who = replace(who, signed_in_recently=answer.signed_in_recently)
                await decide(session, ids, answer.outcome, answer.comment, who)
        except NotFound:
            # Whoever gave it may not answer any more: nobody is left to show it to.
            await _forget(session, answers)
        except Problem as refused:
            for each in answers:
                each.refused = refused.code
        else:
            await _forget(session, answers)
    return 1


def _same_press(one: PendingAnswer | type[PendingAnswer]) -> tuple[ColumnElement[bool], ...]:
    return PendingAnswer.person_id == one.person_id, PendingAnswer.due_at == one.due_at


async def _answers(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[PendingAnswer]:
    """Held from now on, always in the same order."""
    query = select(PendingAnswer).where(*which).order_by(PendingAnswer.approval_id).with_for_update()
    return (await session.scalars(query)).all()


async def _forget(session: AsyncSession, answers: Sequence[PendingAnswer]) -> None:
    for each in answers:
        await session.delete(each)
