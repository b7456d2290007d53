"""Where somebody may order people, and what a place is called upward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.journeys.policy import may_order_in
from app.people.models import OrgUnit, Person


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place and who leads it."""

    id: int
    name: str
    leader_id: int | None
    leader_name: str | None


async def places_of(session: AsyncSession, actor: Actor) -> Sequence[PlaceRow]:
    """Where the actor may order somebody new, by name."""
    query = (
        select(OrgUnit.id, OrgUnit.name, OrgUnit.leader_id, Person.name.label("leader_name"))
        .outerjoin(Person, Person.id == OrgUnit.leader_id)
        .where(may_order_in(actor))
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    return [PlaceRow(*row) for row in await session.execute(query)]


_UPWARD = text(
    """
    WITH RECURSIVE place AS (
        SELECT id, parent_id, key, leader_id, 1 AS height FROM org_units WHERE id = :org_unit_id
        UNION ALL
        SELECT above.id, above.parent_id, above.key, above.leader_id, place.height + 1
        FROM org_units above JOIN place ON above.id = place.parent_id
        WHERE place.height < 50
    )
    SELECT place.key, leader.id AS leader_id
    FROM place LEFT JOIN persons leader ON leader.id = place.leader_id AND leader.active
    ORDER BY place.height
    """
)


@dataclass(frozen=True, slots=True)
class Upward:
    keys: tuple[str, ...]
    """Of the place itself first."""
    leader_id: int | None
    """The nearest who works here."""


async def upward(session: AsyncSession, org_unit_id: int) -> Upward:
    rows = (await session.execute(_UPWARD, {"org_unit_id": org_unit_id})).all()
    leaders = (row.leader_id for row in rows if row.leader_id is not None)
    return Upward(tuple(row.key for row in rows), next(leaders, None))
