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


ApprovalId = Annotated[int, Field(ge=1, lt=2**63)]


class ApprovalOut(BaseModel):
    id: int
    together_with: list[int] = Field(
        description="Other questions about the same order that wait for you: one answer may be given to them all."
    )
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
    together_with: Annotated[list[ApprovalId], Field(max_length=10)] = Field(
        default=[], description="Other questions about the same order that get the same answer: all or none."
    )


class DecisionOut(BaseModel):
    id: int
    outcome: Outcome
    decided_at: datetime


@router.get("", summary="What waits for your yes or no")
async def waiting(session: Db, me: Me) -> list[ApprovalOut]:
    cards = await cards_for(session, me)
    orders: dict[str, list[int]] = {}
    for card in cards:
        orders.setdefault(card.number, []).append(card.asked.id)
    return [_out(card, [each for each in orders[card.number] if each != card.asked.id]) for card in cards]


@router.put("/{approval_id}/decision", summary="Approve or reject, once")
async def decision(
    approval_id: Annotated[int, Path(ge=1, lt=2**63)], body: DecisionIn, session: Db, me: Me
) -> DecisionOut:
    ids = {approval_id, *body.together_with}
    answered = await decide(session, sorted(ids), body.outcome, body.comment, by=me)
    approval = next(each for each in answered if each.id == approval_id)
    assert approval.outcome is not None
    assert approval.decided_at is not None
    return DecisionOut(id=approval.id, outcome=approval.outcome, decided_at=approval.decided_at)


def _out(card: ApprovalCard, together_with: list[int]) -> ApprovalOut:
    return ApprovalOut(
        id=card.asked.id,
        together_with=together_with,
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
