"""What a ticket's row repeats of its clocks, for the queue: compared with them, and written right."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions, transaction
from app.tickets.models import Ticket

AT_ONCE = 20_000
"""Ids looked at in one statement."""

_RIGHT = """
    SELECT t.id,
        max(c.due_at) FILTER (WHERE c.kind = 'response') AS response_due_at,
        max(c.due_at) FILTER (WHERE c.kind = 'solution') AS solution_due_at,
        coalesce(min(c.due_at) FILTER (WHERE c.state = 'running' AND c.kind <> 'reply'), 'infinity') AS sort_due,
        (array_agg(CASE WHEN c.kind <> 'statutory' THEN c.target END
            ORDER BY c.due_at, CASE WHEN c.kind <> 'statutory' THEN c.target END NULLS LAST)
            FILTER (WHERE c.state = 'running' AND c.kind <> 'reply' AND c.due_at IS NOT NULL))[1] AS sort_target
    FROM tickets t LEFT JOIN clocks c ON c.subject_kind = 'ticket' AND c.subject_id = t.id
    WHERE t.id BETWEEN :first AND :last GROUP BY t.id
"""
_SAME = (
    "(t.response_due_at, t.solution_due_at, t.sort_due, t.sort_target) IS NOT DISTINCT FROM"
    " (found.response_due_at, found.solution_due_at, found.sort_due, found.sort_target)"
)
_WRONG = text(f"SELECT t.id FROM tickets t JOIN ({_RIGHT}) found USING (id) WHERE NOT {_SAME} ORDER BY t.id")
_PUT_RIGHT = text(
    "UPDATE tickets t SET response_due_at = found.response_due_at, solution_due_at = found.solution_due_at,"
    f" sort_due = found.sort_due, sort_target = found.sort_target FROM ({_RIGHT}) found"
    f" WHERE t.id = found.id AND NOT {_SAME}"
)


async def compare(sessions: Sessions, *, repair: bool = True) -> list[int]:
    """Ids of tickets whose row says something else than their clocks; with `repair`, it is written right."""
    wrong: list[int] = []
    async with transaction(sessions) as session:
        first, last = (await session.execute(select(func.min(Ticket.id), func.max(Ticket.id)))).one()
    for start in range(first or 0, (last or -1) + 1, AT_ONCE):
        async with transaction(sessions) as session:
            wrong += await _compare(session, start, start + AT_ONCE - 1, repair=repair)
    return wrong


async def _compare(session: AsyncSession, first: int, last: int, *, repair: bool) -> list[int]:
    """The rows that differ are locked and looked at again: somebody may have been at work on them."""
    ids = {"first": first, "last": last}
    suspected = list(await session.scalars(_WRONG, ids))
    if not suspected:
        return []
    locked = select(Ticket.id).where(Ticket.id.in_(suspected)).order_by(Ticket.id).with_for_update()
    mine = set(await session.scalars(locked))
    wrong = [ticket_id for ticket_id in await session.scalars(_WRONG, ids) if ticket_id in mine]
    if repair and wrong:
        await session.execute(_PUT_RIGHT, ids)
    return wrong
