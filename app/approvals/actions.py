"""Asking once and deciding once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval, Outcome
from app.approvals.policy import answerable_by, answers_for, may_decide
from app.deliveries.queue import deliver_later
from app.errors import Conflict, Invalid, refuse
from app.events.log import record, take
from app.identity.actor import Actor
from app.identity.recent import require_recent
from app.masking.hiding import hide
from app.people.authorities import Holder
from app.tasks import actions as tasks
from app.tasks.actions import NewTask
from app.tasks.models import Consequence, Kind, TaskState
from service_catalog.schema import Authority

MINUTES = 1
"""What an answer takes, with the facts on the card."""


def digest_of(content: dict[str, Any]) -> bytes:
    """What is approved, so that nothing else can be done in its name."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).digest()


async def ask(
    session: AsyncSession,
    *,
    subject: tuple[str, int],
    step: int,
    authority: Authority,
    scope: str,
    approver_id: int | None,
    beneficiary_id: int,
    about_id: int | None = None,
    amount: Decimal | None,
    content: dict[str, Any],
    by: Actor,
    at: datetime,
    topic: str = "approval.asked",
    recent_sign_in: bool = False,
    answer_by: datetime | None = None,
    is_chased: bool = False,
) -> Approval:
    """Put the question to whoever holds `authority` over `scope`; `topic` names how they are told.

    It is a task of theirs until it is answered. With `is_chased` it is asked about again when nobody has by `answer_by`.
    """
    assert by.person_id is not None
    approval = Approval(
        subject_kind=subject[0],
        subject_id=subject[1],
        step=step,
        authority=authority,
        scope=scope,
        approver_id=approver_id,
        requester_id=by.person_id,
        beneficiary_id=beneficiary_id,
        about_id=about_id,
        amount=amount,
        digest=digest_of(content),
        recent_sign_in=recent_sign_in,
        answer_by=answer_by,
        chase_at=answer_by if is_chased else None,
        asked_at=at,
        event_seq=0,
        last_event_at=at,
    )
    session.add(approval)
    await session.flush()
    record(
        approval, "approval.asked", by=by, at=at, authority=authority, scope=scope, approver_id=approver_id
    )
    await tasks.place(session, [_task(approval)])
    await deliver_later(
        session,
        topic,
        key=f"{topic}:{approval.id}",
        payload={"approval_id": approval.id},
    )
    return approval


def key_of(approval: Approval) -> str:
    return f"approval:{approval.id}"


def _task(approval: Approval) -> NewTask:
    return NewTask(
        key=key_of(approval),
        kind=Kind.APPROVAL,
        subject_id=approval.id,
        consequence=Consequence.NOTICEABLE,
        authority=approval.authority,
        scope=approval.scope,
        apart_ids=tuple(sorted(approval.concerned)),
        minutes=MINUTES,
        due_at=approval.answer_by,
        url="/leder",
    )


async def pass_up(
    session: AsyncSession, approval: Approval, holder: Holder, *, by: Actor, at: datetime
) -> None:
    """Ask somebody further up, who holds the same authority over more; the caller holds the row."""
    approval.scope, approval.approver_id = holder.scope, holder.person_id
    record(approval, "approval.passed_up", by=by, at=at, scope=holder.scope, approver_id=holder.person_id)
    await tasks.place(session, [_task(approval)])


async def decide(
    session: AsyncSession,
    approval_id: int,
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
) -> tuple[Approval, datetime]:
    """Answer a question that is still open. A rejection says why.

    Raises NotFound for whoever may not answer, Conflict when it is decided, Invalid without a reason, and NotRecent
    for a yes to access from somebody who has not lately shown who they are.
    """
    approval, at = await take(session, Approval, Approval.id == approval_id, answerable_by(by))
    check(approval, outcome, comment, by=by)
    if comment is not None:
        comment = hide(session, (approval.subject_kind, approval.subject_id), comment)
    by = replace(by, acting_for_id=answers_for(by, approval))
    await _settle(session, approval, outcome, comment, by=by, at=at)
    return approval, at


def check(approval: Approval, outcome: Outcome, comment: str | None, *, by: Actor) -> None:
    """That this answer may be given now, by whoever may see the question. Raises as `decide` does."""
    refuse(may_decide(by, approval))
    if approval.outcome is not None:
        raise Conflict("approval.already_decided", outcome=approval.outcome.value)
    if outcome is Outcome.APPROVED and approval.recent_sign_in:
        require_recent(by)
    if outcome is Outcome.REJECTED and not (comment or "").strip():
        raise Invalid("approval.reason_needed")


async def withdraw_open(session: AsyncSession, subject: tuple[str, int], *, by: Actor) -> None:
    """The thing asked about is gone, and so is every question that waits about it."""
    waiting = select(Approval).where(
        Approval.subject_kind == subject[0],
        Approval.subject_id == subject[1],
        Approval.outcome.is_(None),
    )
    for found in (await session.scalars(waiting)).all():
        approval, at = await take(session, Approval, Approval.id == found.id)
        if approval.outcome is None:
            await _settle(session, approval, Outcome.WITHDRAWN, None, by=by, at=at)


async def _settle(
    session: AsyncSession,
    approval: Approval,
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    approval.outcome, approval.comment = outcome, comment
    approval.decided_by_id, approval.decided_at = by.person_id, at
    approval.decided_for_id, approval.chase_at = by.acting_for_id, None
    record(approval, "approval.decided", by=by, at=at, outcome=outcome)
    ended = TaskState.WITHDRAWN if outcome is Outcome.WITHDRAWN else TaskState.DONE
    await tasks.end(session, [key_of(approval)], by=by, state=ended, for_id=by.acting_for_id)
