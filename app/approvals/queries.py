"""What waits for somebody's yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.approvals.models import Approval, concerned
from app.approvals.policy import answerable_by
from app.events.models import Event
from app.identity.actor import Actor
from app.people.models import Person
from service_catalog.schema import Authority

Requester, Beneficiary, Before = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    """A question this actor may answer now. The subject's own words are read by the slice that owns it."""

    id: int
    subject_kind: str
    subject_id: int
    authority: Authority
    scope: str
    approver_id: int | None
    requester_id: int
    beneficiary_id: int
    about_id: int | None
    requester_name: str
    beneficiary_name: str
    amount: Decimal | None
    asked_at: datetime
    passed_by: str | None
    """Who was asked before, and did not answer; None for the first."""

    @property
    def concerned(self) -> frozenset[int]:
        return concerned(self)


def _passed_by() -> ColumnElement[str | None]:
    """The name of whom it was asked of last before, unless they are shielded; looked for only where it was chased."""
    asked = Event.payload["approver_id"].astext.cast(BigInteger)
    name = (
        select(Before.name)
        .join(Event, asked == Before.id)
        .where(
            Event.subject_kind == "approval",
            Event.subject_id == Approval.id,
            Event.kind.in_(["approval.asked", "approval.passed_up"]),
            asked != Approval.approver_id,
            Before.shielded.is_(False),
        )
        .order_by(Event.seq.desc())
        .limit(1)
        .correlate(Approval)
        .scalar_subquery()
    )
    return case((Approval.chased > 0, name), else_=None)


async def waiting_for(session: AsyncSession, actor: Actor, *, limit: int = 100) -> list[WaitingApproval]:
    """Oldest first, those addressed to the actor before those they may answer for a colleague."""
    query = (
        select(
            Approval.id,
            Approval.subject_kind,
            Approval.subject_id,
            Approval.authority,
            Approval.scope,
            Approval.approver_id,
            Approval.requester_id,
            Approval.beneficiary_id,
            Approval.about_id,
            Requester.name.label("requester_name"),
            Beneficiary.name.label("beneficiary_name"),
            Approval.amount,
            Approval.asked_at,
            _passed_by().label("passed_by"),
        )
        .join(Requester, Requester.id == Approval.requester_id)
        .join(Beneficiary, Beneficiary.id == Approval.beneficiary_id)
        .where(Approval.outcome.is_(None), answerable_by(actor))
        .order_by(
            (Approval.approver_id == actor.person_id).desc().nulls_last(), Approval.asked_at, Approval.id
        )
        .limit(limit)
    )
    return [WaitingApproval(**row._mapping) for row in await session.execute(query)]


async def subject_kinds(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """What each question is about; those that do not exist are left out."""
    query = select(Approval.id, Approval.subject_kind).where(Approval.id.in_(ids))
    return {row.id: row.subject_kind for row in await session.execute(query)}
