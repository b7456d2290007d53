"""What became of the tickets in which access is given or taken away: their outcome is taken into the grants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.checking import Objection, digest_of_grant, why_not
from app.access.errands import end_ticket, send_for
from app.access.lifecycle import followed, reopened
from app.access.models import Errand, Grant, GrantOrder, Outcome, Way
from app.access.moving import move
from app.access.plan import State
from app.access.targets import Targets, configured
from app.approvals.models import Approval
from app.approvals.models import Outcome as Answer
from app.catalogue.published import load_published
from app.events.log import EVENT_STEP, take
from app.identity.actor import system_actor
from app.tickets.lifecycle import OPEN, WaitingFor
from app.tickets.models import Ticket

FOLLOWER = system_actor("access.follow")
BATCH = 100


async def follow(session: AsyncSession, targets: Targets | None = None) -> int:
    """One batch of orders whose tickets have come further than their grants; how many. Twice changes nothing."""
    opened = (await session.execute(_orders(_is_opened_again()))).all()
    for order, *_ticket in opened:
        grant, at = await take(session, Grant, Grant.id == order.grant_id)
        _open_again(order, grant, at=at)
    await session.flush()
    further = (await session.execute(_orders(_has_come_further()))).all()
    for order, status, waiting_for, resolution in further:
        grant, at = await take(session, Grant, Grant.id == order.grant_id)
        states, is_settled = followed(grant.state, order.way, status, waiting_for, resolution)
        if (
            State.APPROVED in states
            and not is_settled
            and await _by_itself(session, targets or configured(), order, grant, at=at)
        ):
            continue
        for state in states:
            move(grant, state, by=FOLLOWER, at=at, ticket_id=order.ticket_id)
            at += EVENT_STEP
        if is_settled:
            order.settled_at = func.clock_timestamp()
    await session.flush()
    return len(opened) + len(further)


def _orders(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """With what has become of their tickets; theirs who asks, for as long as the transaction lasts.

    What another system is about to do is left until that is settled: it ends the ticket itself.
    """
    on_errand = exists().where(Errand.grant_id == Grant.id, Errand.settled_at.is_(None))
    return (
        select(GrantOrder, Ticket.status, Ticket.waiting_for, Ticket.resolution)
        .join(Ticket, Ticket.id == GrantOrder.ticket_id)
        .join(Grant, Grant.id == GrantOrder.grant_id)
        .where(which, ~on_errand)
        .order_by(GrantOrder.ticket_id)
        .limit(BATCH)
        .with_for_update(of=GrantOrder, skip_locked=True)
    )


def _has_come_further() -> ColumnElement[bool]:
    """Ended, or approved, and not taken in."""
    is_open = Ticket.status.in_(sorted(OPEN))
    waits = Ticket.waiting_for.is_distinct_from(WaitingFor.APPROVAL)
    approved = and_(Grant.state == State.REQUESTED, is_open, waits)
    return and_(GrantOrder.settled_at.is_(None), or_(~is_open, approved))


def _is_opened_again() -> ColumnElement[bool]:
    """Ended, taken in, and opened again: unless there is a newer one, or what was asked for got no yes that holds.

    A separate question from the other: each has an index of its own, and this one begins at the open tickets.
    """
    other, alive = aliased(GrantOrder), aliased(Grant)
    same = (alive.person_id == Grant.person_id, alive.entitlement == Grant.entitlement)
    said_no = exists().where(
        Approval.subject_kind == "ticket",
        Approval.subject_id == GrantOrder.ticket_id,
        Approval.outcome.is_distinct_from(Answer.APPROVED),
    )
    objected = func.coalesce(Grant.reason, "").in_(sorted(Objection))
    give = and_(
        GrantOrder.way == Way.GIVE, Grant.state.in_((State.GRANTED, State.FAILED)), ~said_no, ~objected
    )
    return and_(
        GrantOrder.settled_at.is_not(None),
        Ticket.status.in_(sorted(OPEN)),
        or_(give, and_(GrantOrder.way == Way.TAKE, Grant.state == State.REVOKED)),
        ~exists().where(other.grant_id == Grant.id, other.ticket_id > GrantOrder.ticket_id),
        # Of what was taken away there may be a new one since; that is another story.
        ~exists().where(*same, alive.id > Grant.id),
    )


def _open_again(order: GrantOrder, grant: Grant, *, at: datetime) -> None:
    """Whoever it was for says that it was not done: it is under way once more, in the same ticket."""
    state = reopened(grant.state, order.way)
    if state is not None:
        order.settled_at = None
        move(grant, state, by=FOLLOWER, at=at, ticket_id=order.ticket_id)


async def _by_itself(
    session: AsyncSession, targets: Targets, order: GrantOrder, grant: Grant, *, at: datetime
) -> bool:
    """Approved: the system is sent for, or the grant fails because the yes does not hold. False: people do it."""
    published = await load_published(session)
    one = published.catalogue.access.entitlements.get(grant.entitlement)
    if one is None or targets.thing(one) is None:
        return False
    move(grant, State.APPROVED, by=FOLLOWER, at=at, ticket_id=order.ticket_id)
    await session.flush()
    digest = order.digest or digest_of_grant(one, targets, grant.person_id, Way.GIVE)
    objection = await why_not(session, published, targets, grant, digest, order.ticket_id)
    later = at + EVENT_STEP
    if objection is not None:
        move(grant, State.FAILED, by=FOLLOWER, at=later, reason=objection, ticket_id=order.ticket_id)
        await session.flush()
        await end_ticket(session, grant, Way.GIVE, Outcome.VOID, at=later + EVENT_STEP)
        return True
    await send_for(
        session, grant, Way.GIVE, one.system, digest, ticket_id=order.ticket_id, by=FOLLOWER, at=later
    )
    return True
