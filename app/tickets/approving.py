"""Approvals of tickets: what waits with the facts of its order, and a decision with its consequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import actions as approvals
from app.approvals.models import Approval, Outcome
from app.approvals.queries import WaitingApproval, waiting_for
from app.errors import Conflict, NotFound
from app.identity.actor import Actor
from app.people.models import OrgUnit
from app.tickets.actions import approvals_decided
from app.tickets.lifecycle import number_of
from app.tickets.models import Ticket
from app.tickets.opening import approved_content
from app.tickets.policy import visible_to
from app.tickets.reading import note_reading


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """One question with what the one who answers must know."""

    asked: WaitingApproval
    number: str
    subject: str
    service: str
    description: str
    answers: dict[str, Any]
    org_unit_name: str
    ansvar: str | None
    opened_at: datetime
    due_at: datetime | None


async def cards_for(session: AsyncSession, actor: Actor, *, limit: int = 100) -> list[ApprovalCard]:
    """What waits for this actor, in two queries however many there are, and one row for each that is protected."""
    return await cards_of(session, actor, await waiting_for(session, actor, limit=limit))


async def cards_of(
    session: AsyncSession, actor: Actor, questions: Sequence[WaitingApproval]
) -> list[ApprovalCard]:
    """Those of the questions that are about tickets."""
    waiting = [asked for asked in questions if asked.subject_kind == "ticket"]
    query = (
        select(
            Ticket.id,
            Ticket.subject,
            Ticket.service,
            Ticket.description,
            Ticket.answers,
            OrgUnit.name.label("org_unit_name"),
            Ticket.ansvar,
            Ticket.opened_at,
            Ticket.solution_due_at,
            Ticket.requester_id,
            Ticket.about_id,
            Ticket.confidentiality,
        )
        .join(OrgUnit, OrgUnit.id == Ticket.org_unit_id)
        .where(Ticket.id.in_([asked.subject_id for asked in waiting]), visible_to(actor))
    )
    tickets = {row.id: row for row in await session.execute(query)}
    for found in tickets.values():
        await note_reading(session, actor, "approval", found)
    return [
        ApprovalCard(asked, number_of(row.id), *row[1:-3])
        for asked in waiting
        if (row := tickets.get(asked.subject_id)) is not None
    ]


async def decide(
    session: AsyncSession,
    approval_ids: Sequence[int],
    outcome: Outcome,
    comment: str | None,
    *,
    by: Actor,
) -> list[Approval]:
    """Give one answer to one order's questions, each by its own authority; the order goes on, or ends, with it.

    The ticket's row is taken before the approvals', in the order every other verb takes them, so none can deadlock.
    Raises Conflict when what was asked about is no longer what stands, and NotFound for questions about several orders.
    """
    ids = sorted(approval_ids)
    subject = select(Approval.subject_id).where(Approval.id == ids[0], Approval.subject_kind == "ticket")
    query = select(Ticket).where(Ticket.id == subject.scalar_subquery()).with_for_update()
    ticket = (await session.scalars(query)).one_or_none()
    answered = []
    for each in ids:
        approval, at = await approvals.decide(session, each, outcome, comment, by=by)
        answered.append(approval)
        # A question about something else is answered elsewhere, or by itself.
        if ticket is None or (approval.subject_kind, approval.subject_id) != ("ticket", ticket.id):
            raise NotFound
        if approvals.digest_of(approved_content(ticket)) != approval.digest:
            raise Conflict("approval.changed_since_asked")
    await session.flush()
    await approvals_decided(session, answered, at=at)
    return answered
