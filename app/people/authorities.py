"""Who holds an authority today, looking upward in the organisation when the nearest holder may not answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.ties import OWN_LEADERS
from service_catalog.schema import Authority


@dataclass(frozen=True)
class Holder:
    """A person who may answer, and the scope they hold the authority over."""

    person_id: int
    scope: str


_MAY_ANSWER = f"""
    held.valid_from <= current_date AND (held.valid_to IS NULL OR held.valid_to >= current_date)
    AND EXISTS (SELECT FROM persons holder WHERE holder.id = held.person_id AND holder.active)
    AND held.person_id <> ALL (:passed_by) AND held.person_id <> ALL (:concerned)
    AND NOT EXISTS (SELECT FROM near_ties tie WHERE tie.person_id = held.person_id AND tie.other_id = ANY (:concerned)
        OR tie.other_id = held.person_id AND tie.person_id = ANY (:concerned))
    AND NOT EXISTS (SELECT FROM ({OWN_LEADERS.format(person="held.person_id")}) own
        WHERE own.leader_id = ANY (:concerned))
"""
_NEAREST = text(
    f"""
    WITH RECURSIVE place AS (
        SELECT id, parent_id, key, ansvar, leader_id, 1 AS height FROM org_units WHERE id = coalesce(
            (SELECT owner.id FROM org_units owner WHERE owner.ansvar = CAST(:first_scope AS text)
             ORDER BY owner.id <> :org_unit_id, owner.id LIMIT 1),
            :org_unit_id)
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
    WHERE held.authority = :authority AND {_MAY_ANSWER}
    ORDER BY scopes.height, (held.person_id = scopes.leader_id) DESC NULLS LAST, held.id
    LIMIT 1
    """
)
_PROFESSIONAL = text(
    f"""
    SELECT held.person_id, held.scope
    FROM delegations held
    LEFT JOIN memberships led ON led.person_id = held.person_id AND led.unit = held.scope AND led.lead
    WHERE held.authority = '{Authority.PROFESSIONAL.value}' AND held.scope = :unit AND {_MAY_ANSWER}
    ORDER BY led.person_id IS NULL, held.person_id
    LIMIT 1
    """
)


async def nearest_holder(
    session: AsyncSession,
    authority: Authority,
    *,
    org_unit_id: int,
    ansvar: str | None,
    concerned: Collection[int],
    passed_by: Collection[int] = (),
) -> Holder | None:
    """Whoever is nearest to `org_unit_id` and holds `authority`; None when nobody does.

    Nobody it is `concerned` with, nor whoever stands too near one of them (`ties.py`), nor those `passed_by`.
    BUDGET is held over an ansvar: first `ansvar`, then those upward from the place that has it, so that nobody spends
    another's money by naming who holds it. PERSONAL is held over org units.
    """
    by_ansvar = authority is Authority.BUDGET
    return await _first(
        session,
        _NEAREST,
        concerned,
        passed_by,
        org_unit_id=org_unit_id,
        first_scope=ansvar if by_ansvar else None,
        by_ansvar=by_ansvar,
        authority=authority.value,
    )


async def professional_holder(
    session: AsyncSession, unit: str, *, concerned: Collection[int], passed_by: Collection[int] = ()
) -> Holder | None:
    """Whoever answers for the unit's field, its leads first; `concerned` and `passed_by` as of `nearest_holder`."""
    return await _first(session, _PROFESSIONAL, concerned, passed_by, unit=unit)


async def _first(
    session: AsyncSession,
    query: TextClause,
    concerned: Collection[int],
    passed_by: Collection[int],
    **asked: object,
) -> Holder | None:
    asked |= {"concerned": sorted(concerned), "passed_by": sorted(passed_by)}
    found = (await session.execute(query, asked)).one_or_none()
    return Holder(found.person_id, found.scope) if found else None


async def leader_beside(session: AsyncSession, unit: str, *, concerned: Collection[int]) -> Holder | None:
    """The nearest leader of a unit's own lead, when nobody who answers for its field may answer (a «settefag»)."""
    place = text(
        """
        SELECT job.org_unit_id FROM memberships led JOIN engagements job ON job.person_id = led.person_id
        WHERE led.unit = :unit AND led.lead AND job.starts_on <= current_date
          AND (job.ends_on IS NULL OR job.ends_on >= current_date)
        ORDER BY job.percent DESC, job.id LIMIT 1
        """
    )
    org_unit_id = (await session.execute(place, {"unit": unit})).scalar_one_or_none()
    if org_unit_id is None:
        return None
    return await nearest_holder(
        session, Authority.PERSONAL, org_unit_id=org_unit_id, ansvar=None, concerned=concerned
    )
