"""The people the demo offers to be, found in the database by their names in the cast."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demo.cast import CAST
from app.demo.people import ISSUER
from app.people.models import Person


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to try, with what they are good for."""

    person_id: int
    name: str
    part: str
    place: str
    try_this: str


async def people_to_try(session: AsyncSession) -> list[DemoPerson]:
    """The cast, in the order they are presented; those who are not in this database are left out."""
    query = select(Person.subject, Person.id, Person.name).where(
        Person.issuer == ISSUER, Person.subject.in_([role.subject for role in CAST]), Person.active
    )
    found = {row.subject: row for row in await session.execute(query)}
    return [
        DemoPerson(
            found[role.subject].id,
            role.name,
            role.part.split(",")[0],
            role.part.split(", ")[-1],
            role.try_this,
        )
        for role in CAST
        if role.subject in found
    ]
