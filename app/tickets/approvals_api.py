"""REST routes of approvals that stand on tickets."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field, StringConstraints

from app.approvals.models import Outcome
from app.database.session import Db
from app.identity.me import Me
from app.tickets.approving import ApprovalCard, cards_for, decide
from app.tickets.schema import In
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from service_catalog.schema import Authority

router = Room(prefix="/api/v1/approvals", tags=["approvals"], responses=PROBLEM_RESPONSES)


class ApprovalOut(BaseModel):
    id: int
    ticket: str = Field(examples=["104827-3"])
    subject: str
    service: str
    requester_name: str
    beneficiary_name: str
    org_unit_name: str
    authority: Authority
    scope: str
    amount: Decimal | None
    asked_at: datetime


class DecisionIn(In):
    outcome: Literal[Outcome.APPROVED, Outcome.REJECTED]
    comment: Annotated[str, StringConstraints(max_length=2_000, strip_whitespace=True)] | None = Field(
        default=None, description="A rejection says why."
    )


class DecisionOut(BaseModel):
    id: int
    outcome: Outcome
    decided_at: datetime


@router.get("", summary="What waits for your yes or no")
async def waiting(session: Db, me: Me) -> list[ApprovalOut]:
    return [_out(card) for card in await cards_for(session, me)]


@router.put("/{approval_id}/decision", summary="Approve or reject, once")
async def decision(
    approval_id: Annotated[int, Path(ge=1, lt=2**63)], body: DecisionIn, session: Db, me: Me
) -> DecisionOut:
    approval = await decide(session, approval_id, body.outcome, body.comment, by=me)
    assert approval.outcome is not None
    assert approval.decided_at is not None
    return DecisionOut(id=approval.id, outcome=approval.outcome, decided_at=approval.decided_at)


def _out(card: ApprovalCard) -> ApprovalOut:
    return ApprovalOut(
        id=card.asked.id,
        ticket=card.number,
        subject=card.subject,
        service=card.service,
        requester_name=card.asked.requester_name,
        beneficiary_name=card.asked.beneficiary_name,
        org_unit_name=card.org_unit_name,
        authority=card.asked.authority,
        scope=card.asked.scope,
        amount=card.asked.amount,
        asked_at=card.asked.asked_at,
    )
