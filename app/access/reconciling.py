"""Reading another system back: what stands there and was given by nobody here, and what was given and is gone.

Nothing is concluded from what changed while it was read, from half an answer, or from so much being gone at once that
it is the reading that is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.errands import remember
from app.access.models import Errand, Grant, TargetAccount, TargetReading
from app.access.moving import move
from app.access.plan import Origin, State
from app.access.targets import Connection, Match, Targets
from app.database.session import Sessions, transaction
from app.errors import NotFound
from app.events.log import database_now, record, take
from app.identity.actor import system_actor
from app.people.models import Person
from integrations.provisioning.target import (
    Away,
    Denied,
    Holder,
    Provisioner,
    Throttled,
    Unanswered,
)

READER = system_actor("access.reconcile")
LOST = "lost"
EVERY = timedelta(minutes=10)
"""So that what is changed outside is seen within a quarter of an hour (promise P9)."""
MOST_LOST = 20
"""So few may be gone at once without anybody wondering…"""
MOST_LOST_SHARE = 0.2
"""…and of many, no more than this share."""
BATCH = 200
log = structlog.get_logger(__name__)


@dataclass
class Read:
    """What one reading found."""

    found: int = 0
    """There, and given by nobody here."""
    lost: int = 0
    """Given here, and gone."""
    back: int = 0
    """Thought to have failed, and there."""
    strangers: set[str] = field(default_factory=set)
    """Accounts of nobody we know."""
    held_back: int = 0


@dataclass(frozen=True)
class Known:
    """One grant that is alive, as it was when the system had been read."""

    id: int
    person_id: int
    state: State
    origin: Origin
    is_settled: bool
    """Nobody has touched it since the reading began, and no errand is under way."""


async def reconcile(
    sessions: Sessions, targets: Targets, provisioner: Provisioner, system: str
) -> Read | None:
    """None when it could not be read; the reason stands in its TargetReading."""
    connection = targets.connections[system]
    async with transaction(sessions) as session:
        began_at = await database_now(session)
    things = {key: given.thing for key, given in connection.gives.items()}
    try:
        held = await provisioner.holders(list(things.values()), at=began_at)
    except (Away, Unanswered, Throttled, Denied) as failure:
        await _write(sessions, system, began_at, None, reason=str(failure))
        log.warning("access.not_read", target=system, error=str(failure))
        return None
    read = Read()
    for key, thing in things.items():
        await _compare(sessions, connection, system, key, held[thing], began_at, read)
    await _write(sessions, system, began_at, read, reason=None)
    log.info("access.read", target=system, found=read.found, lost=read.lost, back=read.back)
    return read


async def _compare(
    sessions: Sessions,
    connection: Connection,
    system: str,
    key: str,
    holders: Sequence[Holder],
    began_at: datetime,
    read: Read,
) -> None:
    async with transaction(sessions) as session:
        people = await _people(session, connection, system, holders)
        known = await _known(session, key, began_at)
        fresh = await _touched_since(session, key, began_at)
    there = set(people.values())
    read.strangers |= {holder.ref for holder in holders if holder.ref not in people}
    alive = {each.person_id: each for each in known}
    found = sorted(there - alive.keys() - fresh)
    back = [
        each for each in known if each.is_settled and each.state is State.FAILED and each.person_id in there
    ]
    granted = [each for each in known if each.is_settled and each.state is State.GRANTED]
    gone = [each for each in granted if each.person_id not in there]
    if len(gone) > max(MOST_LOST, MOST_LOST_SHARE * len(granted)):
        read.held_back += len(gone)
        log.warning("access.much_is_gone", target=system, entitlement=key, gone=len(gone))
        gone = []
    for first in range(0, len(found), BATCH):
        async with transaction(sessions) as session:
            read.found += await _add_found(session, key, found[first : first + BATCH])
    for each in back:
        read.back += await _move(sessions, each, State.GRANTED, began_at)
    for each in gone:
        # What was found there and is gone again is over; what was given here and is gone is amiss.
        state = State.REVOKED if each.origin is Origin.FOUND else State.FAILED
        read.lost += await _move(sessions, each, state, began_at)


async def _people(
    session: AsyncSession, connection: Connection, system: str, holders: Sequence[Holder]
) -> dict[str, int]:
    """Whose each account is: by its id, else by what people are matched by; then it is remembered."""
    rows = await session.execute(
        select(TargetAccount.ref, TargetAccount.person_id).where(TargetAccount.system == system)
    )
    known = {row.ref: row.person_id for row in rows}
    mine = set(known.values())
    unknown = {holder.key: holder.ref for holder in holders if holder.ref not in known and holder.key}
    column = Person.employee_number if connection.match is Match.EMPLOYEE_NUMBER else Person.email
    keys = sorted(unknown)
    by_key: dict[str, set[int]] = defaultdict(set)
    for first in range(0, len(keys), 1000):
        some = keys[first : first + 1000]
        for row in await session.execute(
            select(Person.id, func.lower(column).label("key")).where(func.lower(column).in_(some))
        ):
            by_key[row.key].add(row.id)
    for key, persons in by_key.items():
        person_id = next(iter(persons))
        # Two with one address, or a second account of one: nobody's, until somebody has looked.
        if len(persons) == 1 and person_id not in mine:
            await remember(session, person_id, system, unknown[key])
            known[unknown[key]] = person_id
    return {holder.ref: known[holder.ref] for holder in holders if holder.ref in known}


async def _known(session: AsyncSession, key: str, began_at: datetime) -> list[Known]:
    on_errand = exists().where(Errand.grant_id == Grant.id, Errand.settled_at.is_(None))
    query = select(
        Grant.id,
        Grant.person_id,
        Grant.state,
        Grant.origin,
        (Grant.last_event_at < began_at) & ~on_errand,
    ).where(Grant.entitlement == key, Grant.state != State.REVOKED)
    return [Known(*row) for row in await session.execute(query)]


async def _touched_since(session: AsyncSession, key: str, began_at: datetime) -> set[int]:
    """From whom it was taken away while the system was read."""
    query = select(Grant.person_id).where(Grant.entitlement == key, Grant.last_event_at >= began_at)
    return set(await session.scalars(query))


async def _add_found(session: AsyncSession, key: str, people: Sequence[int]) -> int:
    """Unless somebody was given it meanwhile."""
    at = await database_now(session)
    rows = [
        {
            "person_id": person_id,
            "entitlement": key,
            "state": State.GRANTED,
            "origin": Origin.FOUND,
            "last_event_at": at,
            "event_seq": 0,
        }
        for person_id in people
    ]
    added = insert(Grant).values(rows).on_conflict_do_nothing().returning(Grant.id)
    ids = (await session.scalars(added)).all()
    for grant in await session.scalars(select(Grant).where(Grant.id.in_(ids))):
        record(grant, "grant.found", by=READER, at=at)
    return len(ids)


async def _move(sessions: Sessions, known: Known, state: State, began_at: datetime) -> bool:
    async with transaction(sessions) as session:
        alive = (Grant.id == known.id, Grant.state == known.state, Grant.last_event_at < began_at)
        try:
            grant, at = await take(session, Grant, *alive)
        except NotFound:
            return False
        move(grant, state, by=READER, at=at, reason=LOST if state is State.FAILED else None)
        return True


async def _write(
    sessions: Sessions, system: str, began_at: datetime, read: Read | None, *, reason: str | None
) -> None:
    """`read_at` is when the reading began: what happened since is not in it."""
    told: Mapping[str, object] = {"reason": reason}
    if read is not None:
        told = {
            "reason": None,
            "read_at": began_at,
            "strangers": len(read.strangers),
            "found": read.found,
            "lost": read.lost,
            "held_back": read.held_back,
        }
    async with transaction(sessions) as session:
        row = insert(TargetReading).values(system=system, **told)
        await session.execute(row.on_conflict_do_update(index_elements=["system"], set_=dict(told)))


async def ask_for_reading(session: AsyncSession, system: str) -> None:
    """By the next tick of whoever works."""
    now = func.clock_timestamp()
    row = insert(TargetReading).values(system=system, asked_at=now)
    await session.execute(row.on_conflict_do_update(index_elements=["system"], set_={"asked_at": now}))


async def asked_for(session: AsyncSession) -> list[str]:
    """Systems that somebody wants read, each taken by one."""
    wanted = select(TargetReading).where(TargetReading.asked_at.is_not(None))
    rows = (await session.scalars(wanted.with_for_update(skip_locked=True))).all()
    for row in rows:
        row.asked_at = None
    return [row.system for row in rows]
