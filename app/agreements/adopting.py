"""Answering for one side of a proposed version; with both answers it is adopted and published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.content import Terms
from app.agreements.models import SUBJECT, AgreementVersion, State
from app.approvals import actions as approvals
from app.approvals.models import Approval, Outcome
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue import published as catalogues
from app.errors import Conflict, NotFound, Refusal, refuse
from app.events.log import EVENT_STEP, record
from app.identity.actor import Actor

SETTLED = {
    State.ADOPTED: AuditKind.AGREEMENT_ADOPTED,
    State.REJECTED: AuditKind.AGREEMENT_REJECTED,
    State.VOID: AuditKind.AGREEMENT_WITHDRAWN,
}


async def decide(
    session: AsyncSession, approval_id: int, outcome: Outcome, comment: str | None, *, by: Actor
) -> Approval:
    """Answer for one side, once. A no ends the proposal; the second yes takes it in use from its first day.

    Raises NotFound for whoever may not answer, Forbidden for whoever answered for the other side too, and Conflict
    when it is decided or no longer what was asked about.
    """
    await catalogues.hold(session)
    subject = select(Approval.subject_id).where(Approval.id == approval_id, Approval.subject_kind == SUBJECT)
    query = select(AgreementVersion).where(AgreementVersion.id == subject.scalar_subquery())
    row = (await session.scalars(query.with_for_update())).one_or_none()
    # Asked for also without a row: what is not there answers as what one may not see, statement for statement.
    approval, at = await approvals.decide(session, approval_id, outcome, comment, by=by)
    if row is None:
        raise NotFound
    if row.state is not State.PROPOSED or approvals.digest_of(row.content) != approval.digest:
        raise Conflict("approval.changed_since_asked")
    others = await _others(session, approval)
    refuse(_may_answer_for_this_side(by, others))
    if outcome is Outcome.REJECTED:
        await close(session, row, State.REJECTED, by=by, at=at)
    elif all(other.outcome is Outcome.APPROVED for other in others):
        await close(session, row, State.ADOPTED, by=by, at=at)
        await session.flush()
        terms = Terms.read(row.content)
        await catalogues.publish_agreement(session, terms.agreement, terms.calendar, by=by)
    return approval


def _may_answer_for_this_side(by: Actor, others: list[Approval]) -> Refusal | None:
    """Two persons adopt an agreement, whatever authorities one of them holds."""
    answered = {other.decided_by_id for other in others if other.outcome is Outcome.APPROVED}
    return Refusal("agreement.two_persons") if by.person_id in answered else None


async def _others(session: AsyncSession, approval: Approval) -> list[Approval]:
    query = select(Approval).where(
        Approval.subject_kind == SUBJECT,
        Approval.subject_id == approval.subject_id,
        Approval.id != approval.id,
    )
    return list(await session.scalars(query))


async def close(
    session: AsyncSession, row: AgreementVersion, state: State, *, by: Actor, at: datetime
) -> None:
    """The proposal has an end; questions that still wait about it are taken back."""
    at = max(at, row.last_event_at + EVENT_STEP)
    row.state, row.settled_at = state, at
    record(row, f"agreement.{state}", by=by, at=at, name=row.name, version=row.version)
    await audit(
        session,
        by,
        SETTLED[state],
        subject_kind=SUBJECT,
        subject_id=row.id,
        payload={"name": row.name, "version": row.version},
    )
    if state is not State.ADOPTED:
        await approvals.withdraw_open(session, (SUBJECT, row.id), by=by)
