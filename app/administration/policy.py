"""Who may administer, and what no administrator may do: change their own rights, or reach content by a side door."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from app.errors import Refusal
from app.identity.actor import Actor, Office
from app.people.models import Person

NAMED_ELSEWHERE = frozenset({Office.WHISTLEBLOWING_RECIPIENT})
"""Whoever names the mottak decides who reads the reports: that takes the server's terminal (`skranke office`)."""


def may_administer(actor: Actor) -> Refusal | None:
    """The technical administrator, and nobody by a place at work."""
    holds = actor.holds(Office.TECHNICAL_ADMINISTRATOR)
    return None if holds else Refusal("operations.administrators_only")


def may_change(actor: Actor, person_id: int) -> Refusal | None:
    """Anybody but oneself: no administrator gives themselves an office, and the last one cannot shut themselves out."""
    return Refusal("administration.not_yourself") if actor.person_id == person_id else None


def may_name(office: Office) -> Refusal | None:
    return Refusal("administration.mottak_not_here") if office in NAMED_ELSEWHERE else None


def administrable() -> ColumnElement[bool]:
    """Also whoever was shut out. A shielded person is not found here either, nor the person a system acts as."""
    return Person.shielded.is_(False)
