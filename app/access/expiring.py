"""Access that ends by itself though the job goes on: the leader is asked in time, and says that it is needed still.

Once a day what ends within a month becomes tasks of whoever leads the person; nobody is asked about what ends with a job.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.checking import line_of
from app.access.models import Grant
from app.access.plan import SOON, Held, Line, Origin, Person, State, plan
from app.access.policy import check_may_see
from app.access.queries import persons_of_plan, today
from app.catalogue.published import Published
from app.errors import Conflict, NotFound
from app.events.log import record, take
from app.identity.actor import Actor, system_actor
from app.identity.recent import require_recent
from app.people.leading import leader_of
from app.tasks.actions import NewTask, end, place
from app.tasks.measures import closing_of
from app.tasks.models import OURS, Consequence, Kind, Task, TaskState
from service_catalog.access_schema import Access, Approver, Entitlement, Risk
from service_catalog.schema import Confidentiality

CLOCK = system_actor("access.expiring")
PREFIX = "expiring:"
PAGE = 250
"""People planned at once."""
MINUTES_EACH = 1
LONGER = timedelta(days=180)
"""How long what was ordered for a time goes on, when it is needed still."""


def ends_by_itself(one: Entitlement, held: Held, line: Line, on: date) -> date | None:
    """The day somebody must have said that it is needed: its time, or its order's, is over within a month.

    None for what goes on, is about to be taken, or ends because a job does.
    """
    if held.state is not State.GRANTED or held.is_under_way:
        return None
    confirm_by = held.since + timedelta(days=one.max_days) if held.since and one.max_days else None
    until = held.until if held.origin is Origin.ORDER else None
    ends = min(filter(None, (confirm_by, until)), default=None)
    still_there = line.must_confirm or (ends is not None and ends >= on)
    return ends if ends is not None and ends <= on + SOON and line.on == ends and still_there else None


@dataclass(frozen=True)
class Ending:
    """Of one person: the first day, how many end within the month, and whether lives may depend on one of them."""

    first: date
    count: int
    is_vital: bool


def ending_of(access: Access, person: Person, on: date) -> Ending | None:
    lines = {line.entitlement: line for line in plan(access, person, on)}
    found = [
        (day, one.life_and_health)
        for held in person.held
        if (one := access.entitlements.get(held.entitlement)) is not None
        and (line := lines.get(held.entitlement)) is not None
        and (day := ends_by_itself(one, held, line, on)) is not None
    ]
    if not found:
        return None
    return Ending(min(day for day, _ in found), len(found), any(vital for _, vital in found))


async def notice(session: AsyncSession, published: Published, _at: datetime) -> int:
    """The tasks are what ends within a month, now; how many. Twice changes nothing."""
    on = await today(session)
    ids = await _candidates(session, published.catalogue.access, on)
    wanted: list[NewTask] = []
    for first in range(0, len(ids), PAGE):
        found = await _tasks(session, published, ids[first : first + PAGE], on)
        await place(session, found)
        wanted += found
    gone = await _others(session, {task.key for task in wanted})
    await end(session, gone, by=CLOCK, state=TaskState.WITHDRAWN)
    return len(wanted)


async def _candidates(session: AsyncSession, access: Access, on: date) -> list[int]:
    """Those who have something that may end by itself, by the day alone."""
    timed = [
        and_(Grant.entitlement == key, Grant.since <= on + SOON - timedelta(days=one.max_days))
        for key, one in access.entitlements.items()
        if one.max_days
    ]
    ordered = and_(Grant.origin == Origin.ORDER, Grant.until <= on + SOON)
    query = select(Grant.person_id).where(Grant.state == State.GRANTED, or_(ordered, *timed)).distinct()
    return list(await session.scalars(query.order_by(Grant.person_id)))


async def _tasks(
    session: AsyncSession, published: Published, ids: Collection[int], on: date
) -> list[NewTask]:
    found = []
    for person_id, person in (await persons_of_plan(session, ids, on)).items():
        ending = ending_of(published.catalogue.access, person, on)
        leader = await leader_of(session, person_id) if ending is not None else None
        if ending is not None and leader is not None and leader != person_id:
            found.append(_task(published, person_id, leader, ending))
    return found


def _task(published: Published, person_id: int, leader_id: int, ending: Ending) -> NewTask:
    return NewTask(
        key=f"{PREFIX}{person_id}:{ending.first}",
        kind=Kind.ACCESS,
        subject_id=person_id,
        person_id=leader_id,
        apart_ids=(person_id,),
        confidentiality=Confidentiality.PERSONNEL,
        consequence=Consequence.SEVERE if ending.is_vital else Consequence.SERIOUS,
        minutes=ending.count * MINUTES_EACH,
        due_at=closing_of(published, ending.first),
        url=f"/tilganger/{person_id}",
    )


async def _others(
    session: AsyncSession, wanted: Collection[str], person_id: int | None = None
) -> Collection[str]:
    """The keys of the open ones that are not wanted any more."""
    query = select(Task.key).where(
        Task.source == OURS,
        Task.kind == Kind.ACCESS,
        Task.state == TaskState.OPEN,
        Task.key.startswith(PREFIX),
    )
    if person_id is not None:
        query = query.where(Task.subject_id == person_id)
    return set(await session.scalars(query)) - set(wanted)


async def confirm(
    session: AsyncSession, published: Published, person_id: int, key: str, *, by: Actor
) -> None:
    """It is needed still: its time begins anew, and what was ordered for a time goes on.

    Raises NotFound for somebody who is not theirs and for oneself, Conflict for what does not end by itself, or what
    somebody else must say yes to, and NotRecent for what is risky.
    """
    await check_may_see(session, by, person_id)
    if by.person_id == person_id:
        raise NotFound
    alive = (Grant.person_id == person_id, Grant.entitlement == key, Grant.state != State.REVOKED)
    grant, at = await take(session, Grant, *alive)
    line, held = await line_of(session, published, person_id, key)
    one = published.catalogue.access.entitlements.get(key)
    on = await today(session)
    if one is None or held is None or ends_by_itself(one, held, line, on) is None:
        raise Conflict("access.not_ending")
    if held.until is not None and one.approval is Approver.OWNER:
        raise Conflict("access.owner_decides")
    if one.risk is Risk.HIGH:
        require_recent(by)
    grant.since = on
    if held.until is not None:
        grant.until = on + LONGER
    record(grant, "grant.confirmed", by=by, at=at)
    await session.flush()
    left = await _tasks(session, published, [person_id], on)
    await place(session, left)
    await end(session, await _others(session, {task.key for task in left}, person_id), by=by)
