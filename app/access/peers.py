"""What whoever says yes to access should know: until when it is asked for, and how many in the same job have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FEWEST = 5
"""Of fewer colleagues than this nothing is told: it would tell of one of them."""
PEERS = text(
    """
    WITH asked AS (
        SELECT o.ticket_id, g.person_id, g.entitlement, g.until, e.position_code
        FROM grant_orders o
        JOIN grants g ON g.id = o.grant_id
        LEFT JOIN LATERAL (
            SELECT position_code FROM engagements
            WHERE person_id = g.person_id AND (ends_on IS NULL OR ends_on >= current_date)
            ORDER BY starts_on, id LIMIT 1
        ) e ON true
        WHERE o.ticket_id = ANY(:tickets) AND o.way = 'give'
    ), same_job AS (
        SELECT kind.position_code, kind.entitlement, count(DISTINCT e.person_id) AS others,
               count(DISTINCT g.person_id) AS have
        FROM (SELECT DISTINCT position_code, entitlement FROM asked) kind
        JOIN engagements e ON e.position_code = kind.position_code AND e.starts_on <= current_date
            AND (e.ends_on IS NULL OR e.ends_on >= current_date)
        LEFT JOIN grants g ON g.person_id = e.person_id AND g.entitlement = kind.entitlement
            AND g.state = 'granted'
        WHERE e.person_id <> ALL (SELECT person_id FROM asked)
        GROUP BY 1, 2
    )
    SELECT asked.ticket_id, asked.until, coalesce(others, 0) AS others, coalesce(have, 0) AS have
    FROM asked LEFT JOIN same_job USING (position_code, entitlement)
    """
)


@dataclass(frozen=True)
class Peers:
    """Of one order. `others` in the same job, of whom so many `have` it."""

    until: date | None
    others: int
    have: int

    @property
    def is_told(self) -> bool:
        return self.others >= FEWEST


async def peers_of(session: AsyncSession, ticket_ids: Collection[int]) -> Mapping[int, Peers]:
    """By the ticket, of those that ask for access; one query however many."""
    if not ticket_ids:
        return {}
    rows = await session.execute(PEERS, {"tickets": sorted(ticket_ids)})
    return {row.ticket_id: Peers(row.until, row.others, row.have) for row in rows}
