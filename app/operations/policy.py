"""Who may see how it runs, and set going again what has stopped."""

from __future__ import annotations

from app.errors import Refusal
from app.identity.actor import Actor, Office


def may_operate(actor: Actor) -> Refusal | None:
    """The technical administrator, who sees no content (`tickets/rights.py`)."""
    if actor.holds(Office.TECHNICAL_ADMINISTRATOR):
        return None
    return Refusal("operations.administrators_only")
