"""Who may find whom."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from app.people.models import Person


def findable() -> ColumnElement[bool]:
    """Whoever works here and has no shielded address. No role sees more: a shielded person is never searched for."""
    return and_(Person.active, Person.shielded.is_(False))
