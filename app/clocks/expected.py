"""«Forventet ferdig»: what the log teaches about how long things take, kept as curves, and read for one ticket."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Row, Select, delete, insert, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.models import ExpectedFinish, ExpectedQueue
from app.errors import NotFound
from app.events.models import TAKEN_SQL, Event
from sla.experience import Ended, Experience, Fact, Group, Opened, groups_of
from sla.forecast import FEWEST_FINISHED, Basis, Curve, Forecast, forecast, plan_by, scale_of

WITHDRAWN = "withdrawn"
FETCHED_AT_A_TIME = 5_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


async def facts(
    session: AsyncSession, *, published: Published, first_subject: int = 0, since: datetime = EARLIEST
) -> AsyncIterator[Fact]:
    """Tickets from `first_subject` on, as they were opened and ended since then: from the log, in the order it happened.

    Some thousands in a statement, each short, so that a house with a million tickets needs no long one.
    `published`: the newest, which knows every agreement that was ever adopted.
    """
    place: tuple[datetime, int, int] = (since, 0, 0)
    while rows := (await session.execute(_next_facts(first_subject, place))).all():
        for row in rows:
            yield _opened(row, published) if row.kind == "ticket.opened" else _ended(row)
        place = (rows[-1].at, rows[-1].subject_id, rows[-1].seq)


def _next_facts(first_subject: int, place: tuple[datetime, int, int]) -> Select[*tuple[Any, ...]]:
    """Just the words of the partial index's condition: parameters would not have it serve."""
    return (
        select(Event.subject_id, Event.kind, Event.at, Event.payload, Event.seq)
        .where(
            literal_column(f"events.{TAKEN_SQL}", Boolean),
            tuple_(Event.at, Event.subject_id, Event.seq) > tuple_(*place),
            Event.subject_id >= first_subject,
        )
        .order_by(Event.at, Event.subject_id, Event.seq)
        .limit(FETCHED_AT_A_TIME)
    )


def _opened(row: Row[*tuple[Any, ...]], published: Published) -> Opened:
    told = row.payload
    agreement = published.agreement(told["agreement"], told["agreement_version"])
    calendar = published.calendar(agreement.calendar)
    return Opened(
        ticket=row.subject_id,
        at=row.at,
        service=told["service"],
        priority=told["priority"],
        unit=told["unit"],
        agreement=agreement.name,
        target=agreement.promise(told["priority"]).solution.target(calendar, row.at),
        calendar=calendar,
    )


def _ended(row: Row[*tuple[Any, ...]]) -> Ended:
    return Ended(row.subject_id, row.at, finished=row.payload["resolution"] != WITHDRAWN)


@dataclass(frozen=True)
class Learnt:
    """Everything a promise is read from, at one instant."""

    curves: Mapping[Group, Curve]
    queues: Mapping[str, int]


async def learn(known: AsyncIterable[Fact], *, at: datetime) -> Learnt:
    """Takes seconds for a large house, and no more memory than what it learns: facts are let go of as they come."""
    experience = Experience()
    async for fact in known:
        if fact.at <= at:
            experience.learn(fact)
    experience.pass_time(at)
    curves = {group: experience.curve(group) for group in experience.groups()}
    enough = {group: curve for group, curve in curves.items() if curve.finished >= FEWEST_FINISHED}
    return Learnt(enough, experience.queues())


async def keep(session: AsyncSession, learnt: Learnt) -> None:
    """In the place of what was learnt before."""
    await session.execute(delete(ExpectedFinish))
    await session.execute(delete(ExpectedQueue))
    curves = [
        {"basis": basis, "key": key, "times": curve.times, "finished": curve.finished, "open": curve.open}
        for (basis, key), curve in learnt.curves.items()
    ]
    queues = [{"unit": unit, "waiting": waiting} for unit, waiting in learnt.queues.items()]
    if curves:
        await session.execute(insert(ExpectedFinish), curves)
    if queues:
        await session.execute(insert(ExpectedQueue), queues)


@dataclass(frozen=True)
class Asked:
    """A ticket as it is now, or one that is about to be opened."""

    service: str
    priority: str
    unit: str
    agreement: str
    agreement_version: int
    opened_at: datetime

    @property
    def groups(self) -> tuple[Group, ...]:
        return groups_of(self.service, self.priority, self.unit, self.agreement)


@dataclass(frozen=True)
class Expected:
    """When half, and nine in ten, of such tickets are finished. Times to plan by are whole and half hours."""

    median_at: datetime
    """Exact; what is compared with the agreed limit."""
    half_by: datetime
    nine_of_ten_by: datetime
    basis: Basis
    sample: int


async def expected(
    session: AsyncSession, asked: Asked, *, published: Published, at: datetime
) -> Expected | None:
    """What can be promised at `at`, in one query; None when too little is known."""
    waiting = select(ExpectedQueue.waiting).where(ExpectedQueue.unit == asked.unit).scalar_subquery()
    rows = await session.execute(
        select(
            ExpectedFinish.basis,
            ExpectedFinish.key,
            ExpectedFinish.times,
            ExpectedFinish.finished,
            ExpectedFinish.open,
            waiting.label("waiting"),
        ).where(tuple_(ExpectedFinish.basis, ExpectedFinish.key).in_(asked.groups))
    )
    curves: dict[Group, Curve] = {}
    queues: dict[str, int] = {}
    for row in rows:
        curves[row.basis, row.key] = Curve(tuple(row.times), row.finished, row.open)
        queues[asked.unit] = row.waiting or 0
    return expected_of(asked, Learnt(curves, queues), published=published, at=at)


async def all_learnt(session: AsyncSession) -> Learnt:
    """For whoever looks at every open ticket."""
    curves = {
        (row.basis, row.key): Curve(tuple(row.times), row.finished, row.open)
        for row in await session.scalars(select(ExpectedFinish))
    }
    queues = {row.unit: row.waiting for row in await session.scalars(select(ExpectedQueue))}
    return Learnt(curves, queues)


def expected_of(asked: Asked, learnt: Learnt, *, published: Published, at: datetime) -> Expected | None:
    """`at`: not before it is opened. All its time counts, also what it waited; so it did for the others."""
    try:
        agreement = published.agreement(asked.agreement, asked.agreement_version)
    except NotFound:  # adopted a moment ago, and this process has not read it yet
        return None
    calendar = published.calendar(agreement.calendar)
    target = agreement.promise(asked.priority).solution.target(calendar, asked.opened_at)
    found: Forecast | None = forecast(
        ((group[0], learnt.curves[group]) for group in asked.groups if group in learnt.curves),
        scale=scale_of(target, learnt.queues.get(asked.unit, 0)),
        used=calendar.working_time(asked.opened_at, at),
    )
    if found is None:
        return None
    median_at = calendar.after(asked.opened_at, found.median)
    return Expected(
        median_at=median_at,
        half_by=plan_by(median_at, calendar),
        nine_of_ten_by=plan_by(calendar.after(asked.opened_at, found.nine_of_ten), calendar),
        basis=found.basis,
        sample=found.sample,
    )
