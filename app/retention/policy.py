"""Who may stop a destruction, propose one, and pack cases for the archive; who approves stands in the approval."""

from __future__ import annotations

from app.errors import Refusal
from app.identity.actor import Actor, Office


def may_look(actor: Actor, archive_unit: str) -> Refusal | None:
    """The privacy officer, and the unit that keeps the archive. They see numbers and rules, and no case."""
    able = actor.holds(Office.PRIVACY_OFFICER) or actor.works_in(archive_unit)
    return None if able else Refusal("retention.archive_only")


def may_propose(actor: Actor, archive_unit: str) -> Refusal | None:
    return may_look(actor, archive_unit)


def may_hold(actor: Actor, archive_unit: str) -> Refusal | None:
    return may_look(actor, archive_unit)


def may_package(actor: Actor, archive_unit: str) -> Refusal | None:
    """A package holds the cases themselves: the archive's own people, who receive them."""
    return None if actor.works_in(archive_unit) else Refusal("retention.archive_only")
