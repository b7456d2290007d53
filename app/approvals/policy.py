"""Who may see an approval, and who may answer it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, tuple_

from app.approvals.models import Approval
from app.errors import Refusal
from app.identity.actor import Actor
from app.people.ties import too_near
from service_catalog.schema import Authority


def answerable_by(actor: Actor) -> ColumnElement[bool]:
    """Those this actor holds the authority for today, or decided; never one's own request, nor one of somebody too near."""
    if actor.person_id is None:
        return false()
    near = sorted({actor.person_id} | actor.kin | actor.leaders)
    ways = [Approval.decided_by_id == actor.person_id]
    if actor.authorities:
        ways.append(tuple_(Approval.authority, Approval.scope).in_(sorted(actor.authorities)))
    not_own = and_(
        Approval.requester_id.not_in(near),
        Approval.beneficiary_id.not_in(near),
    )
    return and_(not_own, or_(*ways))


@dataclass(frozen=True, slots=True)
class Question:
    """What deciding depends on, for those who read columns and not the row."""

    requester_id: int
    beneficiary_id: int
    authority: Authority
    scope: str


def may_decide(actor: Actor, approval: Approval | Question) -> Refusal | None:
    """Source: kommuneloven § 13-1 (habilitet) and promise P8: asked again at the moment of deciding."""
    if actor.person_id in (approval.requester_id, approval.beneficiary_id):
        return Refusal("approval.own_request")
    if near := too_near(actor, approval.requester_id, approval.beneficiary_id):
        return near
    if (approval.authority.value, approval.scope) not in actor.authorities:
        return Refusal("approval.no_authority")
    return None
