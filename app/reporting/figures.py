"""How promises were kept, read from the clocks: per kind of ticket, and per person only for whoever may ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.clocks.models import ClockRow
from app.identity.actor import Actor
from app.people.models import Membership, Person
from app.reporting.enough import Cell
from app.tickets.models import Ticket
from app.tickets.policy import visible_to
from service_catalog.schema import Confidentiality
from sla.zone import ZONE, day_of

Response, Solution = aliased(ClockRow), aliased(ClockRow)


@dataclass(frozen=True)
class Months:
    """Whole months, so that nobody can be found by moving the period by a day."""

    first: date
    end: date
    """The first day after."""

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        begin, end = (datetime.combine(day, time(), ZONE) for day in (self.first, self.end))
        return begin, end


def months_before(at: datetime, count: int) -> Months:
    """The last whole months before the one that `at` is in."""
    today = day_of(at)
    number = today.year * 12 + today.month - 1
    first, end = (date(each // 12, each % 12 + 1, 1) for each in (number - count, number))
    return Months(first, end)


async def unit_cells(session: AsyncSession, actor: Actor, unit: str, months: Months) -> list[Cell]:
    """Of the tickets the unit ended up with; in the order of their kinds. Whistle-blowing is in no figure."""
    query = _cells().where(Ticket.unit == unit, visible_to(actor), *_decided(months))
    return [_cell(row) for row in await session.execute(query)]


async def own_cells(session: AsyncSession, actor: Actor, months: Months) -> list[Cell]:
    """Of the tickets this person had last."""
    query = _cells().where(Ticket.assignee_id == actor.person_id, visible_to(actor), *_decided(months))
    return [_cell(row) for row in await session.execute(query)]


async def person_cells(
    session: AsyncSession, actor: Actor, unit: str, months: Months
) -> list[tuple[str, Cell]]:
    """Of each agent of the unit, by name. Only for whom `may_see_persons` lets through."""
    query = (
        _measured(Person.name, Person.id)
        .join(Person, Person.id == Ticket.assignee_id)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.unit == unit))
        .where(Ticket.unit == unit, visible_to(actor), *_decided(months))
        .group_by(Person.id, Person.name, Person.sort_key)
        .order_by(Person.sort_key, Person.id)
    )
    return [(row.name, _cell(row)) for row in await session.execute(query)]


def _cells() -> Select[*tuple[Any, ...]]:
    kind = (Ticket.service, Ticket.priority)
    return _measured(*kind).group_by(*kind).order_by(*kind)


def _measured(*by: Any) -> Select[*tuple[Any, ...]]:
    def kept(clock: type[ClockRow]) -> ColumnElement[int]:
        return func.count().filter(clock.state == "met", clock.breached_at.is_(None))

    minutes = func.floor(func.extract("epoch", Solution.used) / 60)
    return (
        select(
            *by,
            func.count().label("tickets"),
            kept(Response).label("response"),
            kept(Solution).label("solution"),
            func.array_agg(minutes).filter(Solution.stopped_at.is_not(None)).label("minutes"),
            func.array_agg(Ticket.assignee_id.distinct()).label("holders"),
        )
        .join(Response, _clock_of(Response, "response"))
        .join(Solution, _clock_of(Solution, "solution"))
    )


def _clock_of(clock: type[ClockRow], kind: str) -> ColumnElement[bool]:
    return and_(clock.subject_kind == "ticket", clock.subject_id == Ticket.id, clock.kind == kind)


def _decided(months: Months) -> list[ColumnElement[bool]]:
    """Opened in the period, and either solved or too late: a promise that still runs is neither kept nor broken."""
    first, end = months.bounds
    return [
        Ticket.opened_at >= first,
        Ticket.opened_at < end,
        Ticket.confidentiality != Confidentiality.WHISTLEBLOWING,
        (Solution.state == "met") | Solution.breached_at.is_not(None),
    ]


def _cell(row: Row[*tuple[Any, ...]]) -> Cell:
    found = row._mapping
    return Cell(
        service=str(found.get("service", "")),
        priority=str(found.get("priority", "")),
        tickets=row.tickets,
        response=row.response,
        solution=row.solution,
        minutes=tuple(int(minute) for minute in row.minutes or ()),
        holders=frozenset(holder for holder in row.holders if holder is not None),
    )
