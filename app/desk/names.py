"""Names the ticket page needs beside what the ticket itself carries."""

from __future__ import annotations

from collections.abc import Collection
from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.desk.answers import Named
from app.people.models import OrgUnit, Person


async def names_of(session: AsyncSession, *, persons: Collection[int], org_units: Collection[int]) -> Named:
    """What the ids are called, in one query."""
    people = select(literal("person").label("what"), Person.id, Person.name).where(
        Person.id.in_(persons)
    )
    places = select(literal("place").label("what"), OrgUnit.id, OrgUnit.name).where(
        OrgUnit.id.in_(org_units)
    )
    named = Named()
    for what, found, name in await session.execute(union_all(people, places)):
        (named.persons if what == "person" else named.org_units)[found] = name
    return named
