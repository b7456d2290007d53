"""Who may see the annual wheel of a place: whoever answers for it."""

from __future__ import annotations

from app.errors import Refusal
from app.identity.actor import Actor


def may_see_wheel(actor: Actor) -> Refusal | None:
    leads = actor.leads_org_units or actor.leads_units
    return None if leads else Refusal("wheel.leaders_only")
