"""Who holds an authority today, looking upward in the organisation when the nearest holder may not answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.ties import OWN_LEADERS
from service_catalog.schema import Authority


@dataclass(frozen=True)
class Holder:
    """A person who may answer, and the scope they hold the authority over."""

    person_id: int
    scope: str


_NEAREST = text(
    f"""
    WITH RECURSIVE place AS (
        SELECT id, parent_id, key, ansvar, leader_id, 1 AS height FROM org_units WHERE id = :org_unit_id
        UNION ALL
        SELECT above.id, above.parent_id, above.key, above.ansvar, above.leader_id, place.height + 1
        FROM org_units above JOIN place ON above.id = place.parent_id
    ), scopes AS (
        SELECT CAST(:first_scope AS text) AS scope, NULL::bigint AS leader_id, 0 AS height
        WHERE CAST(:first_scope AS text) IS NOT NULL
        UNION ALL
        SELECT CASE WHEN :by_ansvar THEN ansvar ELSE key END, leader_id, height FROM place
    )
    SELECT held.person_id, held.scope
    FROM scopes JOIN delegations held ON held.scope = scopes.scope
    WHERE held.authority = :authority
      AND held.valid_from <= current_date AND (held.valid_to IS NULL OR held.valid_to >= current_date)
      AND held.person_id <> ALL (:excluded)
      AND NOT EXISTS (SELECT FROM near_ties tie WHERE tie.person_id = held.person_id AND tie.other_id = ANY (:excluded)
          OR tie.other_id = held.person_id AND tie.person_id = ANY (:excluded))
      AND NOT EXISTS (SELECT FROM ({OWN_LEADERS.format(person="held.person_id")}) own
          WHERE own.leader_id = ANY (:excluded))
    ORDER BY scopes.height, (held.person_id = scopes.leader_id) DESC NULLS LAST, held.id
    LIMIT 1
    """
)


async def nearest_holder(
    session: AsyncSession,
    authority: Authority,
    *,
    org_unit_id: int,
    ansvar: str | None,
    excluded: Collection[int],
) -> Holder | None:
    """Whoever is nearest to `org_unit_id` and holds `authority`, but none of `excluded`, nor whoever stands too near
    one of them (`ties.py`); None when nobody does.

    BUDGET is held over an ansvar: first `ansvar`, then those of the org units upward. PERSONAL is held over org units.
    """
    by_ansvar = authority is Authority.BUDGET
    found = (
        await session.execute(
            _NEAREST,
            {
                "org_unit_id": org_unit_id,
                "first_scope": ansvar if by_ansvar else None,
                "by_ansvar": by_ansvar,
                "authority": authority.value,
                "excluded": sorted(excluded),
            },
        )
    ).one_or_none()
    return Holder(found.person_id, found.scope) if found else None
