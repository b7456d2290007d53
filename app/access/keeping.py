"""The plan, carried out by itself: what is due is ordered in time, what is too much is taken away, and what is not taken
away in time is told about.

Nobody's yes is taken for granted: what must be approved is ordered by people. What was found in a system and was given
by nobody here is shown to people first, unless whoever has it has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.checking import RULES, Objection, line_of
from app.access.errands import take_errand
from app.access.models import AccessStop, Errand, Grant, GrantOrder, TargetReading, Way
from app.access.moving import AT_ONCE
from app.access.ordering import order, take_away, take_by_hand
from app.access.plan import Held, Line, Origin, Person, Reason, Standing, State, Why, is_too_much, plan
from app.access.queries import people_after, persons_of_plan, today
from app.access.targets import Targets
from app.catalogue.published import Published, load_published, published_or_none
from app.database.session import Sessions, transaction
from app.errors import Conflict, NotFound, Problem
from app.identity.actor import Actor, system_actor
from service_catalog.access_schema import TAKE

KEEPER = system_actor("access.keep")
PAGE = 250
"""People planned at once."""
MOST_AT_ONCE = 2000
"""As much is ordered in one round; the next goes on."""
MOST_TICKETS = 50
LATE = timedelta(minutes=15)
"""How long something may take to be taken away before people are told (promise P9)."""
TRIED_AGAIN = frozenset(
    {Objection.NOT_WANTED, Objection.MISSING, Objection.UNKNOWN_PERSON, Objection.NOT_CONNECTED}
)
"""What failed for a reason that is over when the plan says that it is due."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Todo:
    """One thing to be done for one person."""

    person_id: int
    entitlement: str
    way: Way
    in_ticket: bool
    """By people: their system is not connected."""


@dataclass
class Kept:
    """What one round did."""

    people: int = 0
    given: int = 0
    taken: int = 0
    refused: int = 0
    stopped: int = 0
    """So many would have been taken away, and none was."""


async def keep(sessions: Sessions, targets: Targets, *, in_tickets: bool, most_taken: int) -> Kept:
    """One round over everybody. Each is done in a transaction of its own, which asks the plan once more.

    `in_tickets`: what people do by hand is ordered too. `most_taken`: more than that, and nothing is taken away.
    """
    kept = Kept()
    if not targets.connections and not in_tickets:
        return kept
    async with transaction(sessions) as session:
        published = await published_or_none(session)
        if published is None:
            return kept
        on = await today(session)
        unread = await _unread(session, targets)
        gone = await _taken_at_once(session)
    todo: list[Todo] = []
    async for people, found in survey(sessions, published, targets, on, in_tickets=in_tickets):
        kept.people += people
        todo += [
            each
            for each in found
            if published.catalogue.access.entitlements[each.entitlement].system not in unread
        ]
    todo = [each for each in todo if each.way is Way.TAKE or (each.person_id, each.entitlement) not in gone]
    takes = [each for each in todo if each.way is Way.TAKE]
    async with transaction(sessions) as session:
        may_take = await _may_take(session, len(takes), most=most_taken)
    kept.stopped = 0 if may_take else len(takes)
    gives = [each for each in todo if each.way is Way.GIVE]
    tickets = 0
    for each in [*(takes if may_take else ()), *gives][:MOST_AT_ONCE]:
        tickets += each.in_ticket
        if not each.in_ticket or tickets <= MOST_TICKETS:
            await _do(sessions, published, targets, each, kept)
    log.info("access.kept", **vars(kept))
    return kept


async def survey(
    sessions: Sessions, published: Published, targets: Targets, on: date, *, in_tickets: bool
) -> AsyncIterator[tuple[int, list[Todo]]]:
    """How many people were looked at and what is to be done for them, page by page; changes nothing."""
    after = 0
    while True:
        async with transaction(sessions) as session:
            ids = await people_after(session, after, limit=PAGE)
            persons = await persons_of_plan(session, ids, on) if ids else {}
        found: list[Todo] = []
        for number, (person_id, person) in enumerate(persons.items()):
            lines = plan(published.catalogue.access, person, on)
            held = {each.entitlement: each for each in person.held}
            for line in lines:
                way = todo_of(published, line, held.get(line.entitlement), has_left=has_left(person, on))
                if way is not None:
                    in_ticket = not _by_itself(published, targets, line.entitlement)
                    if not in_ticket or (in_tickets and way in published.catalogue.access.orders):
                        found.append(Todo(person_id, line.entitlement, way, in_ticket))
            if number % 25 == 0:
                await asyncio.sleep(
                    0
                )  # planning is arithmetic: what else this process does must have its turn
        if not ids:
            return
        after = ids[-1]
        yield len(ids), found


async def _unread(session: AsyncSession, targets: Targets) -> set[str]:
    """Systems that can be read back and have not been once: what people have there is not known yet."""
    read = set(await session.scalars(select(TargetReading.system).where(TargetReading.read_at.is_not(None))))
    return {key for key, each in targets.connections.items() if each.can_be_read} - read


async def _taken_at_once(session: AsyncSession) -> set[tuple[int, str]]:
    """What somebody asked to have taken from whom, and nobody has ordered since."""
    since = aliased(Grant)
    newer = exists().where(
        since.person_id == Grant.person_id, since.entitlement == Grant.entitlement, since.id > Grant.id
    )
    query = select(Grant.person_id, Grant.entitlement).where(
        Grant.state == State.REVOKED, Grant.reason == AT_ONCE, ~newer
    )
    return {(row.person_id, row.entitlement) for row in await session.execute(query)}


def has_left(person: Person, on: date) -> bool:
    """They have worked here, and neither do nor will."""
    return bool(person.jobs) and all(job.ends_on is not None and job.ends_on < on for job in person.jobs)


def todo_of(published: Published, line: Line, held: Held | None, *, has_left: bool) -> Way | None:
    """What is done about a line by itself; None when there is nothing, or people decide."""
    one = published.catalogue.access.entitlements.get(line.entitlement)
    if one is None or (held is not None and held.is_under_way):
        return None
    if is_too_much(line, held):
        assert held is not None
        return Way.TAKE if held.origin is not Origin.FOUND or has_left else None
    if RULES[one.approval] or line.missing or line.conflicts:
        return None
    again = held is not None and held.state is State.FAILED and held.reason in TRIED_AGAIN
    return Way.GIVE if line.standing is Standing.DUE or again else None


def _by_itself(published: Published, targets: Targets, key: str) -> bool:
    one = published.catalogue.access.entitlements.get(key)
    return one is not None and targets.thing(one) is not None


async def _do(sessions: Sessions, published: Published, targets: Targets, each: Todo, kept: Kept) -> None:
    verb = order if each.way is Way.GIVE else take_away
    try:
        async with transaction(sessions) as session:
            if each.in_ticket and await _was_asked(session, each):
                return
            await verb(session, published, each.person_id, each.entitlement, by=KEEPER, targets=targets)
    except (Conflict, NotFound):
        return  # somebody was first, or it is not so any more
    except Problem as problem:
        kept.refused += 1
        log.warning("access.not_kept", person=each.person_id, way=each.way, error=problem.code)
        return
    kept.given += each.way is Way.GIVE
    kept.taken += each.way is Way.TAKE


async def _was_asked(session: AsyncSession, each: Todo) -> bool:
    """Whether people were asked to do this once, and ended the ticket in another way: they are not asked again."""
    asked = (
        select(GrantOrder.ticket_id)
        .join(Grant, Grant.id == GrantOrder.grant_id)
        .where(
            Grant.person_id == each.person_id,
            Grant.entitlement == each.entitlement,
            Grant.state != State.REVOKED,
            GrantOrder.way == each.way,
        )
        .limit(1)
    )
    return (await session.execute(asked)).one_or_none() is not None


async def _may_take(session: AsyncSession, count: int, *, most: int) -> bool:
    """So few, or as many as somebody has looked at and let go."""
    query = select(AccessStop).where(AccessStop.ended_at.is_(None)).with_for_update()
    stop = (await session.scalars(query)).one_or_none()
    now = func.clock_timestamp()
    if count <= most:
        if stop is not None:
            stop.ended_at = now
        return True
    if stop is None:
        session.add(AccessStop(stopped_at=now, most=most, would_take=count))
        log.warning("access.stopped", would_take=count, most=most)
        return False
    if stop.released_at is not None and count <= stop.would_take:
        stop.ended_at = now
        return True
    stop.would_take, stop.released_at, stop.released_by_id = count, None, None
    return False


async def open_stop(session: AsyncSession) -> AccessStop | None:
    return (await session.scalars(select(AccessStop).where(AccessStop.ended_at.is_(None)))).one_or_none()


async def release(session: AsyncSession, *, by: Actor, seen: int) -> None:
    """Let the next round take away as many as were `seen`. Raises Conflict when it is another number by now."""
    query = select(AccessStop).where(AccessStop.ended_at.is_(None)).with_for_update()
    stop = (await session.scalars(query)).one_or_none()
    if stop is None or stop.would_take != seen:
        raise Conflict("access.stop_changed")
    stop.released_at, stop.released_by_id = func.clock_timestamp(), by.person_id


async def alarm(session: AsyncSession) -> int:
    """What should be gone and is not after a quarter of an hour is given to the unit that does it by hand; how many.

    The system is asked on and on meanwhile: whoever comes first ends the ticket.
    """
    late = (
        select(Errand.id)
        .where(
            Errand.settled_at.is_(None),
            Errand.way == Way.TAKE,
            Errand.alarmed_at.is_(None),
            Errand.ordered_at < func.clock_timestamp() - LATE,
        )
        .order_by(Errand.id)
        .limit(MOST_TICKETS)
    )
    ids: Sequence[int] = (await session.scalars(late)).all()
    if not ids:
        return 0
    published = await load_published(session)
    for errand_id in ids:
        found = await take_errand(session, errand_id)
        if found is None or found[1].alarmed_at is not None:
            continue
        grant, errand, at = found
        errand.alarmed_at = at
        one = published.catalogue.access.entitlements.get(grant.entitlement)
        in_ticket = select(GrantOrder.ticket_id).where(
            GrantOrder.grant_id == grant.id, GrantOrder.settled_at.is_(None)
        )
        is_asked = (await session.execute(in_ticket)).one_or_none() is not None
        if one is None or is_asked or TAKE not in published.catalogue.access.orders:
            continue
        try:
            line, _held = await line_of(session, published, grant.person_id, one.key)
        except NotFound:
            line = Line(one.key, Standing.SUPERFLUOUS, (Reason(Why.NO_ROLE),))
        await take_by_hand(session, published, grant, one, line, by=KEEPER, at=at)
    await session.flush()
    return len(ids)
