"""What became of the tickets in which access is given or taken away: their outcome is taken into the grants."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.lifecycle import followed
from app.access.models import Grant, GrantOrder
from app.access.ordering import move
from app.access.plan import State
from app.events.log import EVENT_STEP, take
from app.identity.actor import system_actor
from app.tickets.lifecycle import OPEN, WaitingFor
from app.tickets.models import Ticket

FOLLOWER = system_actor("access.follow")
BATCH = 100


async def follow(session: AsyncSession) -> int:
    """One batch of orders whose tickets have come further than their grants; how many. Twice changes nothing."""
    approved = (
        (Grant.state == State.REQUESTED)
        & Ticket.status.in_(sorted(OPEN))
        & Ticket.waiting_for.is_distinct_from(WaitingFor.APPROVAL)
    )
    query = (
        select(GrantOrder, Ticket.status, Ticket.waiting_for, Ticket.resolution)
        .join(Ticket, Ticket.id == GrantOrder.ticket_id)
        .join(Grant, Grant.id == GrantOrder.grant_id)
        .where(GrantOrder.settled_at.is_(None), or_(Ticket.status.not_in(sorted(OPEN)), approved))
        .order_by(GrantOrder.ticket_id)
        .limit(BATCH)
        .with_for_update(of=GrantOrder, skip_locked=True)
    )
    rows = (await session.execute(query)).all()
    for order, status, waiting_for, resolution in rows:
        grant, at = await take(session, Grant, Grant.id == order.grant_id)
        states, is_settled = followed(grant.state, order.way, status, waiting_for, resolution)
        for state in states:
            move(grant, state, by=FOLLOWER, at=at, ticket_id=order.ticket_id)
            at += EVENT_STEP
        if is_settled:
            order.settled_at = func.clock_timestamp()
    await session.flush()
    return len(rows)
