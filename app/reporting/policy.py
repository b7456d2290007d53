"""Who may see figures of whom. One's own are for oneself, a unit's for its leads, a person's for nobody unless agreed."""

from __future__ import annotations

from app.errors import Refusal
from app.identity.actor import Actor
from app.reporting.models import MeasureAgreement


def may_see_unit(actor: Actor, unit: str) -> Refusal | None:
    return None if unit in actor.leads_units else Refusal("reporting.leads_only")


def may_see_persons(actor: Actor, unit: str, agreed: MeasureAgreement | None) -> Refusal | None:
    """`agreed`: the discussion in force for the unit today."""
    if unit not in actor.leads_units:
        return Refusal("reporting.leads_only")
    return None if agreed is not None and agreed.unit == unit else Refusal("reporting.persons_off")


def may_record(actor: Actor, unit: str) -> Refusal | None:
    """Whoever leads the unit answers for the discussion having been held; everybody in the unit reads what is written."""
    return may_see_unit(actor, unit)


def may_see_own(actor: Actor) -> Refusal | None:
    return None if actor.is_agent and actor.person_id is not None else Refusal("desk.agents_only")
