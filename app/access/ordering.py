"""Ordering what the plan says is lacking, and taking away what is too much: a ticket in the unit that does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.lifecycle import check_move
from app.access.models import Grant, GrantOrder, Way
from app.access.plan import Held, Line, Origin, State, is_lacking, is_too_much, plan
from app.access.policy import check_may_see
from app.access.queries import persons_of_plan, today
from app.access.words import reasons_of
from app.catalogue.published import Published
from app.errors import Conflict, NotFound
from app.events.log import EVENT_STEP, record, take
from app.identity.actor import Actor
from app.people.models import Person
from app.people.queries import may_order_for
from app.tickets.lifecycle import number_of
from app.tickets.models import Ticket
from app.tickets.opening import NewTicket, open_ticket
from app.web.i18n import _, say
from service_catalog.access_schema import Approver, Entitlement, Order
from service_catalog.schema import ApprovalRule, Authority, Channel, Whose

SUBJECTS = {Way.GIVE: _("Gi tilgang: %(title)s"), Way.TAKE: _("Ta bort tilgang: %(title)s")}
RULES: dict[Approver, tuple[ApprovalRule, ...]] = {
    Approver.NONE: (),
    Approver.LEADER: (ApprovalRule(authority=Authority.PERSONAL, whose=Whose.LEADER, recent_sign_in=True),),
    Approver.OWNER: (
        ApprovalRule(authority=Authority.PROFESSIONAL, whose=Whose.LEADER, recent_sign_in=True),
    ),
}
"""Who says yes: nobody but whoever hired, whoever leads them, or whoever answers for the unit's field."""


async def order(session: AsyncSession, published: Published, person_id: int, key: str, *, by: Actor) -> str:
    """Order one entitlement that the person's job gives and that is not there; the ticket's number.

    Raises NotFound for somebody who is not theirs, and Conflict when the plan does not say that it is lacking.
    """
    grant, at = await _grant_of(session, person_id, key, by=by)
    line, _held = await _line(session, published, person_id, key)
    one = published.catalogue.access.entitlements.get(key)
    if not is_lacking(line) or one is None:
        raise Conflict("access.not_lacking")
    ticket = await _open(session, published, Way.GIVE, one, person_id, line, by=by)
    steps: tuple[State, ...] = (State.REQUESTED,) if RULES[one.approval] else (State.APPROVED, State.ORDERED)
    if grant is None:
        grant = Grant(
            person_id=person_id,
            entitlement=key,
            state=steps[0],
            origin=Origin.ROLE,
            last_event_at=at,
            event_seq=0,
        )
        session.add(grant)
        await session.flush()
        record(grant, f"grant.{steps[0]}", by=by, at=at, ticket_id=ticket.id)
        steps = steps[1:]
    for state in steps:
        at += EVENT_STEP
        move(grant, state, by=by, at=at, ticket_id=ticket.id)
    session.add(GrantOrder(ticket_id=ticket.id, grant_id=grant.id, way=Way.GIVE))
    await session.flush()
    return number_of(ticket.id)


async def take_away(
    session: AsyncSession, published: Published, person_id: int, key: str, *, by: Actor
) -> str:
    """Order that something which the person should not have is taken from them; the ticket's number."""
    grant, at = await _grant_of(session, person_id, key, by=by)
    line, held = await _line(session, published, person_id, key)
    one = published.catalogue.access.entitlements.get(key)
    if not is_too_much(line, held) or grant is None or one is None:
        raise Conflict("access.not_too_much")
    ticket = await _open(session, published, Way.TAKE, one, person_id, line, by=by)
    record(grant, "grant.revocation_ordered", by=by, at=at, ticket_id=ticket.id)
    session.add(GrantOrder(ticket_id=ticket.id, grant_id=grant.id, way=Way.TAKE))
    await session.flush()
    return number_of(ticket.id)


def move(grant: Grant, state: State, *, by: Actor, at: datetime, **facts: int) -> None:
    """One step of the grant, with its event; the caller holds the row."""
    check_move(grant.state, state)
    grant.state = state
    grant.since = at.date() if state is State.GRANTED else grant.since
    record(grant, f"grant.{state}", by=by, at=at, **facts)


async def _line(
    session: AsyncSession, published: Published, person_id: int, key: str
) -> tuple[Line, Held | None]:
    on = await today(session)
    person = (await persons_of_plan(session, [person_id], on))[person_id]
    for line in plan(published.catalogue.access, person, on):
        if line.entitlement == key:
            return line, next((held for held in person.held if held.entitlement == key), None)
    raise NotFound


async def _grant_of(
    session: AsyncSession, person_id: int, key: str, *, by: Actor
) -> tuple[Grant | None, datetime]:
    """The one that is alive, locked. Two who order at once meet at the person's row, before the plan is made."""
    await check_may_see(session, by, person_id)
    _locked, at = (
        await session.execute(
            select(Person.id, func.clock_timestamp())
            .where(Person.id == person_id)
            .with_for_update(of=Person, key_share=True)
        )
    ).one()
    alive = (Grant.person_id == person_id, Grant.entitlement == key, Grant.state != State.REVOKED)
    if (await session.scalars(select(Grant.id).where(*alive))).one_or_none() is None:
        return None, at
    return await take(session, Grant, *alive)


async def _open(
    session: AsyncSession,
    published: Published,
    way: Way,
    one: Entitlement,
    person_id: int,
    line: Line,
    *,
    by: Actor,
) -> Ticket:
    """Theirs while they work here; before the first day and after the last it is whoever orders that asks."""
    access = published.catalogue.access
    order = access.orders.get(way)
    if order is None:
        raise Conflict("access.no_orders")
    title = one.title.in_language(by.language)
    new = NewTicket(
        service=order.service,
        subject=say(by.language, SUBJECTS[way], title=title),
        description="",
        answers=await _answers(session, order, way, title, person_id, line, by=by),
        requester_id=person_id if await may_order_for(session, by, person_id) else by.person_id or person_id,
        channel=Channel.PORTAL,
        unit=access.systems[one.system].unit,
        approvals=RULES[one.approval] if way is Way.GIVE else (),
    )
    return await open_ticket(session, new, by=by, published=published)


async def _answers(
    session: AsyncSession, order: Order, way: Way, title: str, person_id: int, line: Line, *, by: Actor
) -> dict[str, Any]:
    on = await today(session)
    name = (await session.execute(select(Person.name).where(Person.id == person_id))).scalar_one()
    day = max(on, line.on) if way is Way.GIVE and line.on else on
    answers: dict[str, Any] = {order.person: str(person_id), order.what: title, order.day: day.isoformat()}
    if order.why is not None:
        said = "; ".join(reasons_of(line, by.language, who=name.split()[0], today=on))
        answers[order.why] = said[:1].upper() + said[1:]
    return answers | order.fixed
