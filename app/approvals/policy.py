"""Who may see an approval, and who may answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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
    ways = [Approval.decided_by_id == actor.at_work_id]
    for who, pairs in actor.holdings():
        held = tuple_(Approval.authority, Approval.scope).in_(pairs)
        # What the one who is away asked for, or gets, their deputy does not say yes to either.
        apart = () if who is None else _concerns_none_of((who,))
        ways.append(and_(held, *apart))
    return and_(*_concerns_none_of(near), or_(*ways))


def _concerns_none_of(persons: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        Approval.requester_id.not_in(persons),
        Approval.beneficiary_id.not_in(persons),
        or_(Approval.about_id.is_(None), Approval.about_id.not_in(persons)),
    )


def answers_for(actor: Actor, approval: Approval | Asked) -> int | None:
    """Whose deputy the actor is in answering; None when the authority is their own."""
    away = actor.away_for(approval.authority.value, approval.scope)
    return min(away - approval.concerned, default=None)


@dataclass(frozen=True, slots=True)
class Question:
    """What deciding depends on, for those who read columns and not the row."""

    concerned: frozenset[int]
    """Whoever asked, and whom it is for and about."""
    authority: Authority
    scope: str


class Asked(Protocol):
    """The same, whoever reads it."""

    @property
    def concerned(self) -> frozenset[int]: ...
    @property
    def authority(self) -> Authority: ...
    @property
    def scope(self) -> str: ...


def may_decide(actor: Actor, approval: Approval | Question) -> Refusal | None:
    """Source: kommuneloven § 13-1 (habilitet) and promise P8: asked again at the moment of deciding."""
    if actor.person_id in approval.concerned:
        return Refusal("approval.own_request")
    if near := too_near(actor, *approval.concerned):
        return near
    if (approval.authority.value, approval.scope) not in actor.authorities:
        return Refusal("approval.no_authority")
    away = actor.away_for(approval.authority.value, approval.scope)
    if away and answers_for(actor, approval) is None:
        return Refusal("approval.own_request")
    return None
