"""Other systems: letting one in as nobody's colleague, and ending it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, FieldProblem, Invalid
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.models import System
from app.identity.systems import register_system
from app.identity.tokens import GIVABLE, Scope
from app.settings import Settings

LONGEST_NAME, LONGEST_CLIENT = 100, 200


async def register(
    session: AsyncSession,
    name: str,
    client_id: str,
    scopes: Collection[Scope],
    *,
    by: Actor,
    settings: Settings,
) -> System:
    """A system that works in no unit: it sees what it opens itself, as an employee would.

    Whoever works in a unit reads its cases, and an administrator reads none: a system gets its units by
    `skranke identity system … --unit`. Raises Conflict, and Invalid with the fields that are wrong.
    """
    if settings.systems is None:
        raise Conflict("administration.no_systems")
    given = (("name", name.strip(), LONGEST_NAME), ("client_id", client_id.strip(), LONGEST_CLIENT))
    wrong = [FieldProblem(field, "field.required") for field, text, _most in given if not text]
    wrong += [FieldProblem(field, "field.too_long") for field, text, most in given if len(text) > most]
    if not scopes:
        wrong.append(FieldProblem("scopes", "field.required"))
    elif not GIVABLE.issuperset(scopes):
        wrong.append(FieldProblem("scopes", "field.invalid"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return await register_system(
        session,
        name.strip(),
        authority=settings.systems.authority,
        client_id=client_id.strip(),
        scopes=scopes,
        units=(),
        by=by,
        at=await database_now(session),
    )
