"""Ordering what the plan says is lacking, and taking away what is too much: by itself where the system is connected and
nobody has to say yes, else in a ticket in the unit that does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.checking import RULES, digest_of_grant, line_of
from app.access.errands import send_for
from app.access.models import Grant, GrantOrder, Way
from app.access.moving import AT_ONCE, move
from app.access.plan import Held, Line, Origin, State, is_lacking, is_too_much, plan
from app.access.policy import check_may_see
from app.access.queries import persons_of_plan, today, works_here
from app.access.targets import Targets, configured
from app.access.words import reasons_of
from app.catalogue.published import Published
from app.errors import Conflict, NotFound
from app.events.log import EVENT_STEP, database_now, record, take
from app.identity.actor import Actor
from app.people.leading import leader_of
from app.people.models import Person
from app.people.queries import may_order_for
from app.tickets.lifecycle import number_of
from app.tickets.models import Ticket
from app.tickets.opening import NewTicket, open_ticket
from app.web.i18n import _, say
from service_catalog.access_schema import Entitlement, Order, Risk
from service_catalog.schema import Channel
from sla.zone import day_of

SUBJECTS = {Way.GIVE: _("Gi tilgang: %(title)s"), Way.TAKE: _("Ta bort tilgang: %(title)s")}


async def order(
    session: AsyncSession,
    published: Published,
    person_id: int,
    key: str,
    *,
    by: Actor,
    targets: Targets | None = None,
) -> str:
    """Order one entitlement that the person's job gives and that is not there; the ticket's number, and nothing when
    the system gives it by itself and nobody has to say yes.

    Raises NotFound for somebody who is not theirs, and Conflict when the plan does not say that it is lacking.
    """
    targets = targets or configured()
    grant, at = await _grant_of(session, person_id, key, by=by)
    line, held = await line_of(session, published, person_id, key)
    one = published.catalogue.access.entitlements.get(key)
    if not is_lacking(line) or one is None or (held is not None and held.is_under_way):
        raise Conflict("access.not_lacking")
    by_itself = targets.thing(one) is not None and not RULES[one.approval]
    ticket = None if by_itself else await _open(session, published, Way.GIVE, one, person_id, line, by=by)
    facts: dict[str, Any] = {} if ticket is None else {"ticket_id": ticket.id}
    digest = digest_of_grant(one, targets, person_id, Way.GIVE)
    first = State.REQUESTED if RULES[one.approval] else State.APPROVED
    if grant is None:
        grant = Grant(
            person_id=person_id,
            entitlement=key,
            state=first,
            origin=Origin.ROLE,
            last_event_at=at,
            event_seq=0,
        )
        session.add(grant)
        await session.flush()
        record(grant, f"grant.{first}", by=by, at=at, **facts)
    else:
        move(grant, first, by=by, at=at, **facts)
    if first is State.APPROVED and ticket is None:
        await send_for(session, grant, Way.GIVE, one.system, digest, by=by, at=at + EVENT_STEP)
    elif first is State.APPROVED:
        move(grant, State.ORDERED, by=by, at=at + EVENT_STEP, **facts)
    if ticket is not None:
        session.add(GrantOrder(ticket_id=ticket.id, grant_id=grant.id, way=Way.GIVE, digest=digest))
    await session.flush()
    return number_of(ticket.id) if ticket is not None else ""


async def take_away(
    session: AsyncSession,
    published: Published,
    person_id: int,
    key: str,
    *,
    by: Actor,
    targets: Targets | None = None,
) -> str:
    """Order that something which the person should not have is taken from them; the ticket's number, or nothing."""
    targets = targets or configured()
    grant, at = await _grant_of(session, person_id, key, by=by)
    line, held = await line_of(session, published, person_id, key)
    one = published.catalogue.access.entitlements.get(key)
    if not is_too_much(line, held) or grant is None or one is None:
        raise Conflict("access.not_too_much")
    if targets.thing(one) is not None:
        digest = digest_of_grant(one, targets, person_id, Way.TAKE)
        await send_for(session, grant, Way.TAKE, one.system, digest, by=by, at=at)
        return ""
    return await take_by_hand(session, published, grant, one, line, by=by, at=at)


async def take_dangerous(
    session: AsyncSession,
    published: Published,
    person_id: int,
    *,
    by: Actor,
    targets: Targets | None = None,
) -> int:
    """Everything of high risk, now, whatever the plan says: somebody who leads them asks for it. How many.

    It does not come back by itself. Raises NotFound for somebody who is not theirs, and Conflict when there is nothing.
    """
    targets = targets or configured()
    await check_may_see(session, by, person_id)
    if by.person_id == person_id:
        raise NotFound
    await session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    on = await today(session)
    person = (await persons_of_plan(session, [person_id], on))[person_id]
    lines = {line.entitlement: line for line in plan(published.catalogue.access, person, on)}
    taken = 0
    for held in person.held:
        one = published.catalogue.access.entitlements.get(held.entitlement)
        if not is_dangerous(one, held) or one is None:
            continue
        mine = (Grant.person_id == person_id, Grant.entitlement == one.key, Grant.state == State.GRANTED)
        grant, at = await take(session, Grant, *mine)
        await take_at_once(session, published, grant, one, lines[one.key], by=by, at=at, targets=targets)
        taken += 1
    if not taken:
        raise Conflict("access.not_too_much")
    return taken


async def take_at_once(
    session: AsyncSession,
    published: Published,
    grant: Grant,
    one: Entitlement,
    line: Line,
    *,
    by: Actor,
    at: datetime,
    targets: Targets,
) -> None:
    """Whatever the plan says; it does not come back by itself. The caller holds the grant, and has asked who may."""
    grant.reason = AT_ONCE
    if targets.thing(one) is not None:
        digest = digest_of_grant(one, targets, grant.person_id, Way.TAKE)
        await send_for(session, grant, Way.TAKE, one.system, digest, by=by, at=at)
    else:
        await take_by_hand(session, published, grant, one, line, by=by, at=at)


def is_dangerous(one: Entitlement | None, held: Held) -> bool:
    """Of high risk, there, and nobody is about to take it."""
    there = held.state is State.GRANTED and not held.is_under_way
    return one is not None and one.risk is Risk.HIGH and there


async def take_by_hand(
    session: AsyncSession,
    published: Published,
    grant: Grant,
    one: Entitlement,
    line: Line,
    *,
    by: Actor,
    at: datetime,
) -> str:
    """A ticket in the unit that does it; its number. The caller holds the grant."""
    ticket = await _open(session, published, Way.TAKE, one, grant.person_id, line, by=by)
    record(grant, "grant.revocation_ordered", by=by, at=at, ticket_id=ticket.id)
    session.add(GrantOrder(ticket_id=ticket.id, grant_id=grant.id, way=Way.TAKE))
    await session.flush()
    return number_of(ticket.id)


async def _grant_of(
    session: AsyncSession, person_id: int, key: str, *, by: Actor
) -> tuple[Grant | None, datetime]:
    """The one that is alive, locked. Two who order at once meet at the person's row, before the plan is made."""
    if by.system is None:
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
    """Theirs while they work here; before the first day and after the last it is whoever orders that asks, and of what
    is ordered by itself their leader."""
    access = published.catalogue.access
    order = access.orders.get(way)
    if order is None:
        raise Conflict("access.no_orders")
    title = one.title.in_language(by.language)
    theirs = (
        await works_here(session, person_id) if by.system else await may_order_for(session, by, person_id)
    )
    requester_id = person_id if theirs else by.person_id or await leader_of(session, person_id)
    new = NewTicket(
        service=order.service,
        subject=say(by.language, SUBJECTS[way], title=title),
        description="",
        answers=await _answers(session, order, way, title, person_id, line, by=by),
        requester_id=requester_id or person_id,
        channel=Channel.PORTAL,
        unit=access.systems[one.system].unit,
        approvals=RULES[one.approval] if way is Way.GIVE else (),
        about=person_id,
    )
    return await open_ticket(session, new, by=by, published=published)


async def _answers(
    session: AsyncSession, order: Order, way: Way, title: str, person_id: int, line: Line, *, by: Actor
) -> dict[str, Any]:
    on = day_of(await database_now(session))
    name = (await session.execute(select(Person.name).where(Person.id == person_id))).scalar_one()
    day = max(on, line.on) if way is Way.GIVE and line.on else on
    answers: dict[str, Any] = {order.person: str(person_id), order.what: title, order.day: day.isoformat()}
    if order.why is not None:
        said = "; ".join(reasons_of(line, by.language, who=name.split()[0], today=on))
        answers[order.why] = said[:1].upper() + said[1:]
    return answers | order.fixed
