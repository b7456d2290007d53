"""Who answers for which place: to whom the activities of the annual wheel fall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.models import Membership, OrgUnit, Person
from service_catalog.wheel_schema import Activity, Role

UNIT = "unit/"
"""Before the key of a unit (fagenhet), which may be the same as an org unit's."""


@dataclass(frozen=True)
class Place:
    """An org unit, or a unit (fagenhet) of the catalogue, and who answers for it now."""

    key: str
    """As it stands in the keys of tasks."""
    org_unit_id: int | None
    roles: frozenset[Role]
    area: str
    function: str
    leader_id: int | None
    """Its own leader, else the nearest one above; None: nobody at all."""


async def places(session: AsyncSession) -> list[Place]:
    """All of them, in two queries."""
    rows = await session.execute(
        select(
            OrgUnit.id,
            OrgUnit.key,
            OrgUnit.parent_id,
            OrgUnit.area,
            OrgUnit.tjeneste,
            OrgUnit.leader_id,
            Person.active,
        )
        .outerjoin(Person, Person.id == OrgUnit.leader_id)
        .order_by(OrgUnit.id)
    )
    units = [
        OrgPlace(
            row.id, row.key, row.parent_id, row.area, row.tjeneste, row.leader_id if row.active else None
        )
        for row in rows
    ]
    leads = await session.execute(
        select(Membership.unit, func.min(Membership.person_id))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.lead, Person.active)
        .group_by(Membership.unit)
    )
    led = [
        Place(f"{UNIT}{unit}", None, frozenset({Role.UNIT_LEAD}), "", "", person) for unit, person in leads
    ]
    return [*answered_for(units), *led]


@dataclass(frozen=True)
class OrgPlace:
    """An org unit as it stands; `leader_id` only for somebody who works here."""

    id: int
    key: str
    parent_id: int | None
    area: str
    function: str
    leader_id: int | None


def answered_for(units: Iterable[OrgPlace]) -> Iterator[Place]:
    """Each with its roles and its leader. One without a leader of its own has no role: whoever leads above has theirs."""
    by_id = {unit.id: unit for unit in units}
    tops = _tops(by_id)
    for unit in by_id.values():
        roles = {Role.LEADER} if unit.leader_id is not None else set()
        if unit.id in tops and unit.leader_id is not None:
            roles.add(Role.AREA_LEADER)
        leader = _leader(unit, by_id)
        yield Place(unit.key, unit.id, frozenset(roles), unit.area, unit.function[:3], leader)


def _leader(unit: OrgPlace, by_id: Mapping[int, OrgPlace]) -> int | None:
    above: OrgPlace | None = unit
    for _ in range(len(by_id)):
        if above is None or above.leader_id is not None:
            break
        above = by_id.get(above.parent_id) if above.parent_id is not None else None
    return above.leader_id if above is not None else None


def _tops(by_id: Mapping[int, OrgPlace]) -> set[int]:
    """The places right under the one at the top; where there are several at the top, those."""
    roots = [unit.id for unit in by_id.values() if unit.parent_id not in by_id]
    below = {unit.id for unit in by_id.values() if len(roots) == 1 and unit.parent_id == roots[0]}
    return below or set(roots)


def is_for(activity: Activity, place: Place) -> bool:
    return (
        activity.role in place.roles
        and (not activity.areas or place.area in activity.areas)
        and (not activity.functions or place.function in activity.functions)
    )
