"""A destruction list: proposed by one person, approved by another, carried out case by case, looking again each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import actions as approvals
from app.approvals.chasing import answer_by
from app.approvals.models import Approval, Outcome
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published
from app.errors import Conflict, Invalid, NotFound, refuse
from app.events.log import database_now, record
from app.identity.actor import Actor, system_actor
from app.people.queries import holders
from app.retention import policy
from app.retention.due import DueCase, Rule, Standing, due_cases, look_again, rules_of
from app.retention.erasing import erase
from app.retention.models import SUBJECT, Action, Destruction, DestructionLine, State
from app.tickets.models import Ticket
from service_catalog.schema import Authority

TOPIC = "destruction.approval_asked"
LONGEST_LIST = 5_000
AT_ONCE = 100
"""Cases destroyed in one transaction."""
DESTROYER = system_actor("retention.destroy")


async def propose(
    session: AsyncSession, published: Published, *, archive_unit: str, services: Sequence[str] = (), by: Actor
) -> Destruction:
    """Put everything that may be destroyed now on a list, longest overdue first; with `services`, only theirs.

    Raises Forbidden, and Invalid when nothing is due or nobody else may approve it.
    """
    refuse(policy.may_propose(by, archive_unit))
    assert by.person_id is not None
    at = await database_now(session)
    rules = [rule for rule in rules_of(published) if not services or rule.service in services]
    ready = await due_cases(session, rules, at=at, standing=Standing.READY, most=LONGEST_LIST)
    if not ready:
        raise Invalid("retention.nothing_due")
    able = [
        one for one in await holders(session, Authority.PROFESSIONAL, archive_unit) if one != by.person_id
    ]
    if not able:
        raise Invalid("retention.nobody_approves")
    row = Destruction(
        state=State.PROPOSED,
        catalogue_version=published.version,
        proposed_by_id=by.person_id,
        proposed_at=at,
        event_seq=0,
        last_event_at=at,
    )
    session.add(row)
    await session.flush()
    lines = [_line(row.id, case, {rule.service: rule for rule in rules}[case.service]) for case in ready]
    session.add_all(lines)
    record(row, "destruction.proposed", by=by, at=at, cases=len(lines))
    await session.flush()
    await approvals.ask(
        session,
        subject=(SUBJECT, row.id),
        step=1,
        authority=Authority.PROFESSIONAL,
        scope=archive_unit,
        approver_id=able[0],
        beneficiary_id=by.person_id,
        amount=None,
        content=content_of(lines),
        by=by,
        at=at,
        topic=TOPIC,
        # It cannot be undone: whoever says yes has just shown who they are.
        recent_sign_in=True,
        answer_by=answer_by(published, at),
    )
    told = {"cases": len(lines)}
    await audit(
        session, by, AuditKind.DESTRUCTION_PROPOSED, subject_kind=SUBJECT, subject_id=row.id, payload=told
    )
    return row


def _line(destruction_id: int, case: DueCase, rule: Rule) -> DestructionLine:
    return DestructionLine(
        destruction_id=destruction_id,
        ticket_id=case.ticket_id,
        service=case.service,
        unit=case.unit,
        action=rule.action,
        basis=rule.basis,
        closed_on=case.closed_on,
        due_on=case.due_on,
    )


def content_of(lines: Sequence[DestructionLine]) -> dict[str, Any]:
    """Exactly what is approved: every case, and what is done to it by which rule."""
    return {"cases": sorted([line.ticket_id, line.action.value, line.basis] for line in lines)}


async def decide(
    session: AsyncSession, approval_id: int, outcome: Outcome, comment: str | None, *, by: Actor
) -> Approval:
    """Answer once, by somebody else than who proposed it; a yes is carried out by the job.

    Raises NotFound for whoever may not answer, and Conflict when it is decided or is no longer what was asked about.
    """
    subject = select(Approval.subject_id).where(Approval.id == approval_id, Approval.subject_kind == SUBJECT)
    query = select(Destruction).where(Destruction.id == subject.scalar_subquery()).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    approval, at = await approvals.decide(session, approval_id, outcome, comment, by=by)
    if row is None:
        raise NotFound
    lines = (
        await session.scalars(select(DestructionLine).where(DestructionLine.destruction_id == row.id))
    ).all()
    if row.state is not State.PROPOSED or approvals.digest_of(content_of(lines)) != approval.digest:
        raise Conflict("approval.changed_since_asked")
    approved = outcome is Outcome.APPROVED
    row.state = State.APPROVED if approved else State.REJECTED
    row.decided_by_id, row.decided_at = by.person_id, at
    record(row, f"destruction.{row.state}", by=by, at=at)
    kind = AuditKind.DESTRUCTION_APPROVED if approved else AuditKind.DESTRUCTION_REJECTED
    await audit(session, by, kind, subject_kind=SUBJECT, subject_id=row.id, payload={"cases": len(lines)})
    return approval


async def carry_out(session: AsyncSession, published: Published) -> int:
    """Destroy the next cases of the oldest approved list; how many were looked at. Zero: nothing is left for now.

    What somebody holds, reopened or gave a longer retention since is kept, and the list says why.
    """
    oldest = select(Destruction).where(Destruction.state == State.APPROVED).order_by(Destruction.id).limit(1)
    row = (await session.scalars(oldest.with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return 0
    at = await database_now(session)
    lines = await _waiting_lines(session, row.id)
    if not lines:
        await _finish(session, row, at=at)
        return 0
    ids = [line.ticket_id for line in lines]
    await session.execute(select(Ticket.id).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update())
    standing = await look_again(session, rules_of(published), ids, destruction_id=row.id, at=at)
    going: dict[Action, list[int]] = {Action.DELETE: [], Action.ANONYMISE: []}
    for line in lines:
        now = standing.get(line.ticket_id)
        if now is Standing.READY:
            line.done_at = at
            going[line.action].append(line.ticket_id)
        else:
            line.kept_because = now.value if now else "not_due"
    await session.flush()
    await erase(session, delete=going[Action.DELETE], anonymise=going[Action.ANONYMISE])
    return len(lines)


async def _waiting_lines(session: AsyncSession, destruction_id: int) -> Sequence[DestructionLine]:
    waiting = (
        DestructionLine.destruction_id == destruction_id,
        DestructionLine.done_at.is_(None),
        DestructionLine.kept_because.is_(None),
    )
    query = select(DestructionLine).where(*waiting).order_by(DestructionLine.ticket_id).limit(AT_ONCE)
    return (await session.scalars(query)).all()


async def _finish(session: AsyncSession, row: Destruction, *, at: datetime) -> None:
    query = select(DestructionLine.action, DestructionLine.kept_because.is_not(None), func.count())
    query = query.where(DestructionLine.destruction_id == row.id).group_by(*query.selected_columns[:2])
    counted: Counter[str] = Counter()
    for action, kept, cases in await session.execute(query):
        counted["kept" if kept else action.value] += cases
    row.state, row.done_at = State.DONE, at
    record(row, "destruction.done", by=DESTROYER, at=at)
    await audit(
        session,
        DESTROYER,
        AuditKind.DESTROYED,
        subject_kind=SUBJECT,
        subject_id=row.id,
        payload=dict(counted),
    )
