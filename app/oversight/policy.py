"""Who may look into the security log, and what of it is for nobody."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from app.audit.kinds import WHISTLE
from app.audit.models import AuditEntry
from app.errors import Refusal
from app.identity.actor import Actor, Office


def may_oversee(actor: Actor) -> Refusal | None:
    """The privacy and security officer; they see who looked at what, and none of the cases."""
    return None if actor.holds(Office.PRIVACY_OFFICER) else Refusal("oversight.officers_only")


def shown() -> ColumnElement[bool]:
    """Whoever reads a whistle-blowing case is on no list, the officer's neither (arbeidsmiljøloven § 2 A-4)."""
    return AuditEntry.kind.not_in(sorted(WHISTLE))
