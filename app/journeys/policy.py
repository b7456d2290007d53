"""Who may see a journey, order somebody and say yes to it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from app.errors import Refusal
from app.identity.actor import Actor
from app.journeys.models import JourneyRow
from app.people.models import Engagement, OrgUnit, Person
from service_catalog.journey_schema import JourneyKind, OwnerKind
from service_catalog.schema import Authority

OF_BESTILLER = (JourneyKind.JOIN, JourneyKind.MOVE)
"""A bestiller sees no personnel case (B9): who leaves, and what stands in a contract, is not theirs."""
OF_ONESELF = (JourneyKind.JOIN, JourneyKind.MOVE, JourneyKind.CONTRACT)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Whoever answers for it (or is konstituert in their place) or ordered it, the leaders above, the place's bestiller, and whoever it is about."""
    if actor.person_id is None:
        return false()
    return or_(
        JourneyRow.owner_id.in_(sorted({actor.at_work_id} | actor.acts_as)),
        JourneyRow.ordered_by_id == actor.at_work_id,
        and_(JourneyRow.person_id == actor.person_id, JourneyRow.kind.in_(OF_ONESELF)),
        JourneyRow.engagement_id.in_(_engagements_in(led_by(actor))),
        and_(
            JourneyRow.kind.in_(OF_BESTILLER),
            JourneyRow.person_id.not_in(select(Person.id).where(Person.shielded)),
            JourneyRow.engagement_id.in_(_engagements_in(OrgUnit.id.in_(sorted(actor.orders_for)))),
        ),
    )


def led_by(actor: Actor) -> ColumnElement[bool]:
    """Of org units: those the actor leads or may hire in, and everything below them."""
    scopes = sorted(scope for kind, scope in actor.authorities if kind == Authority.PERSONAL)
    ours = or_(OrgUnit.id.in_(sorted(actor.leads_org_units)), OrgUnit.key.in_(scopes))
    top = select(OrgUnit.id).where(ours).cte("led", recursive=True)
    below = top.union(select(OrgUnit.id).join(top, OrgUnit.parent_id == top.c.id))
    return OrgUnit.id.in_(select(below.c.id))


def may_order_in(actor: Actor) -> ColumnElement[bool]:
    """Of org units: where the actor may order somebody new."""
    return or_(led_by(actor), OrgUnit.id.in_(sorted(actor.orders_for)))


def orders_people(actor: Actor) -> Refusal | None:
    """Who has these pages at all."""
    return None if actor.is_leader or actor.orders_for else Refusal("journeys.leaders_only")


def leads_people(actor: Actor) -> Refusal | None:
    """Who says that somebody leaves or moves."""
    return None if actor.is_leader else Refusal("journeys.leaders_only")


def may_hire(actor: Actor, keys: Collection[str]) -> bool:
    """Whether they hold the authority to hire over a place, by its key and those above it."""
    return any((Authority.PERSONAL.value, key) in actor.authorities for key in keys)


def may_confirm(actor: Actor, keys: Collection[str], *, ordered_by_id: int) -> Refusal | None:
    if actor.person_id == ordered_by_id or not may_hire(actor, keys):
        return Refusal("journeys.no_authority_to_hire")
    return None


def may_do(actor: Actor, owner: OwnerKind, *, person_id: int) -> Refusal | None:
    """A unit's step is done in its ticket; whoever it is about does their own and no others."""
    if owner is OwnerKind.UNIT:
        return Refusal("journeys.done_in_ticket")
    if actor.person_id == person_id and owner is not OwnerKind.NEWCOMER:
        return Refusal("journeys.not_your_step")
    return None


def _engagements_in(places: ColumnElement[bool]) -> Select[int]:
    found = select(Engagement.id).join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
    return found.where(places)
