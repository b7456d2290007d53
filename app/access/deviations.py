"""Where plan and system differ: what failed, what is late, what was found outside, and what nobody has confirmed.

The page of a unit names the people in its own systems; the page of the technical administrator counts, and names nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.keeping import LATE, open_stop
from app.access.models import Errand, Grant, GrantOrder, TargetReading, Way
from app.access.plan import SOON, Origin, Standing, State, plan
from app.access.queries import persons_of_plan, today
from app.access.reconciling import LOST
from app.access.targets import Targets
from app.people.models import Person
from service_catalog.access_schema import Access, Entitlement

MOST = 300


class Kind(StrEnum):
    """What differs, from what is most pressing."""

    LATE_TAKING = "late_taking"
    """It should be gone by now, and is not."""
    LATE_GIVING = "late_giving"
    FOUND = "found"
    """It stands there, nothing gives it, and nobody here has given it."""
    LOST = "lost"
    FAILED = "failed"
    CONFIRM = "confirm"
    """Lives may depend on it, and its time is over: somebody must say whether it is needed. It stays until then."""


@dataclass(frozen=True)
class Deviation:
    """One entitlement of one person."""

    kind: Kind
    person_id: int
    name: str
    """Empty for a shielded person."""
    entitlement: str
    reason: str
    """A code; empty when there is none."""
    since: datetime
    ticket_id: int | None


@dataclass(frozen=True)
class Reading:
    """How one connected system stands."""

    system: str
    can_be_read: bool
    read_at: datetime | None
    strangers: int
    held_back: int
    reason: str
    is_asked: bool


@dataclass(frozen=True)
class Stop:
    would_take: int
    most: int
    stopped_at: datetime
    is_released: bool


@dataclass(frozen=True)
class Overview:
    readings: tuple[Reading, ...]
    counts: dict[str, Counter[Kind]]
    """By system."""
    stop: Stop | None


async def deviations(session: AsyncSession, access: Access, systems: Collection[str]) -> list[Deviation]:
    """In these systems, most pressing first, at most MOST; in the same few queries however many there are."""
    ours = {one.key: one for one in access.entitlements.values() if one.system in systems}
    on = await today(session)
    overdue = Errand.ordered_at < func.clock_timestamp() - LATE
    query = (
        select(
            Grant.person_id,
            Person.name,
            Person.shielded,
            Grant.entitlement,
            Grant.state,
            Grant.origin,
            func.coalesce(Grant.reason, Errand.reason, "").label("reason"),
            func.coalesce(Errand.ordered_at, Grant.last_event_at).label("since"),
            Errand.way,
            GrantOrder.ticket_id,
        )
        .join(Person, Person.id == Grant.person_id)
        .outerjoin(Errand, and_(Errand.grant_id == Grant.id, Errand.settled_at.is_(None), overdue))
        .outerjoin(GrantOrder, and_(GrantOrder.grant_id == Grant.id, GrantOrder.settled_at.is_(None)))
        .where(
            Grant.entitlement.in_(ours),
            or_(
                Grant.state == State.FAILED,
                and_(Grant.state == State.GRANTED, Grant.origin == Origin.FOUND),
                Errand.id.is_not(None),
                _unconfirmed(ours.values(), on),
            ),
        )
        .order_by(Grant.last_event_at.desc(), Grant.id)
        .limit(4 * MOST)
    )
    rows = (await session.execute(query)).all()
    superfluous = await _superfluous(session, access, rows, on)
    kinds = ((row, _kind(row, superfluous)) for row in rows)
    order = {kind: place for place, kind in enumerate(Kind)}
    found = [
        Deviation(
            kind=kind,
            person_id=row.person_id,
            name="" if row.shielded else row.name,
            entitlement=row.entitlement,
            reason=row.reason,
            since=row.since,
            ticket_id=row.ticket_id,
        )
        for row, kind in kinds
        if kind is not None
    ]
    return sorted(found, key=lambda each: (order[each.kind], each.since))[:MOST]


def _unconfirmed(ours: Collection[Entitlement], on: date) -> ColumnElement[bool]:
    """Of what lives depend on: given for a time that is over, or will be soon."""
    return or_(
        *(
            and_(Grant.entitlement == one.key, Grant.since <= on + SOON - timedelta(days=one.max_days))
            for one in ours
            if one.life_and_health and one.max_days is not None
        ),
        Grant.id < 0,
    ) & (Grant.state == State.GRANTED)


async def _superfluous(
    session: AsyncSession, access: Access, rows: Sequence[Any], on: date
) -> set[tuple[int, str]]:
    """What the plan says is too much, of those who have something that was found."""
    ids = {row.person_id for row in rows if row.origin is Origin.FOUND}
    persons = await persons_of_plan(session, ids, on) if ids else {}
    return {
        (person_id, line.entitlement)
        for person_id, person in persons.items()
        for line in plan(access, person, on)
        if line.standing is Standing.SUPERFLUOUS
    }


def _kind(row: Any, superfluous: Collection[tuple[int, str]]) -> Kind | None:
    if row.way is not None:
        return Kind.LATE_TAKING if row.way is Way.TAKE else Kind.LATE_GIVING
    if row.state is State.FAILED:
        return Kind.LOST if row.reason == LOST else Kind.FAILED
    if row.origin is Origin.FOUND:
        return Kind.FOUND if (row.person_id, row.entitlement) in superfluous else None
    return Kind.CONFIRM


async def overview(session: AsyncSession, access: Access, targets: Targets) -> Overview:
    """Without a name: for whoever keeps it running."""
    rows = {row.system: row for row in await session.scalars(select(TargetReading))}
    readings = []
    for system, connection in targets.connections.items():
        row = rows.get(system)
        readings.append(
            Reading(
                system=system,
                can_be_read=connection.can_be_read,
                read_at=row.read_at if row else None,
                strangers=row.strangers if row else 0,
                held_back=row.held_back if row else 0,
                reason=(row.reason if row else None) or "",
                is_asked=row is not None and row.asked_at is not None,
            )
        )
    counts: dict[str, Counter[Kind]] = {system: Counter() for system in targets.connections}
    for each in await deviations(session, access, targets.connections.keys()):
        counts[access.entitlements[each.entitlement].system][each.kind] += 1
    stop = await open_stop(session)
    return Overview(
        tuple(readings),
        counts,
        None
        if stop is None
        else Stop(stop.would_take, stop.most, stop.stopped_at, stop.released_at is not None),
    )
