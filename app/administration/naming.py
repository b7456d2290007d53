"""Naming somebody to an office, and ending it, by an administrator who gains nothing by it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.policy import may_change, may_name
from app.catalogue.published import Published
from app.errors import FieldProblem, Invalid, NotFound, refuse
from app.identity.actor import Actor, Office
from app.people.offices import SCOPED, appoint, dismiss
from app.people.queries import findable_ref


async def name_to(
    session: AsyncSession, person_id: int, office: Office, scope: str, *, by: Actor, published: Published
) -> None:
    """Twice changes nothing. Raises NotFound, Forbidden, and Invalid for a service where there is none, or the reverse."""
    refuse(may_change(by, person_id) or may_name(office))
    await findable_ref(session, person_id)
    if office in SCOPED and scope not in published.catalogue.services:
        raise Invalid("request.invalid", fields=(FieldProblem("scope", "field.unknown_service"),))
    if office not in SCOPED and scope:
        raise Invalid("request.invalid", fields=(FieldProblem("scope", "field.no_scope"),))
    await appoint(session, person_id, office, scope, by=by)


async def relieve(session: AsyncSession, person_id: int, office: Office, scope: str, *, by: Actor) -> None:
    """Also of whoever left, and over a service that is gone. Raises NotFound when they do not hold it."""
    refuse(may_change(by, person_id) or may_name(office))
    if not await dismiss(session, person_id, office, scope, by=by):
        raise NotFound
