"""A unit's history as the simulator takes it: every ticket it worked on, and what really became of the promises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.work_history import KINDS, WorkHistory, read_history
from app.events.log import database_now
from app.events.models import Event
from sla.attention import attention, staff_of
from sla.calendar import WorkingCalendar
from sla.simulate import Arrival, OpenTime

LEAD_IN = timedelta(days=60)
"""Read before the period, so that the queue is not empty when it begins; served, and not counted."""
WEEK_MICROS = timedelta(hours=37.5) // timedelta(microseconds=1)
FETCHED_AT_ONCE = 5_000


@dataclass(frozen=True)
class Period:
    """Tickets opened on these days are counted, both included; None: from the first, to the last."""

    first: date | None = None
    last: date | None = None

    def bounds(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From the first instant until the one after the last."""
        after = None if self.last is None else self.last + timedelta(days=1)
        first, end = (
            None if day is None else datetime.combine(day, time(), zone) for day in (self.first, after)
        )
        return first, end


@dataclass(frozen=True)
class History:
    """`used`: what the two clocks of each arrival really used, in microseconds of open time."""

    arrivals: list[Arrival]
    used: list[tuple[int, int]]
    staff: int
    """How many agents of the unit had tickets, in the middle one of its working weeks."""
    still_open: int
    without_work: int
    """Withdrawn, refused, or solved by others: nobody of the unit had them."""


async def history_of(
    session: AsyncSession,
    unit: str,
    *,
    period: Period,
    zone: ZoneInfo,
    calendar: WorkingCalendar,
    pauses_on: Collection[str],
) -> History:
    """Everything the unit worked on in the period and the weeks before it; one pass over the events."""
    at = await database_now(session)
    first, end = period.bounds(zone)
    opened = _opened_by_unit(unit, None if first is None else first - LEAD_IN, end)
    since = (
        await session.execute(
            select(func.min(Event.at)).where(Event.kind == "ticket.opened", Event.subject_id.in_(opened))
        )
    ).scalar_one()
    if since is None:
        return History([], [], 0, 0, 0)
    axis = OpenTime(calendar, since)
    told = [
        read_history(events, unit=unit, pauses_on=pauses_on, axis=axis, at=at)
        async for events in _ticket_by_ticket(session, opened)
    ]
    return _served(told)


def _served(told: Sequence[WorkHistory]) -> History:
    holdings = [holding for each in told for holding in each.holdings()]
    shares = iter(attention(holdings))
    arrivals: list[Arrival] = []
    used: list[tuple[int, int]] = []
    still_open = without_work = 0
    for each in told:
        arrival = each.arrival(list(islice(shares, len(each.holdings()))))
        if each.is_open:
            still_open += 1
        elif arrival is None:
            without_work += 1
        else:
            arrivals.append(arrival)
            used.append((each.response_used or 0, each.solution_used))
    return History(arrivals, used, staff_of(holdings, WEEK_MICROS), still_open, without_work)


def _opened_by_unit(unit: str, first: datetime | None, end: datetime | None) -> Select[int]:
    """Ids of the tickets that were opened in the period and have been with the unit."""
    came_to = or_(
        and_(Event.kind == "ticket.opened", Event.payload["unit"].as_string() == unit),
        and_(
            Event.kind.in_(("ticket.handover_accepted", "ticket.rerouted")),
            Event.payload["to_unit"].as_string() == unit,
        ),
    )
    touched = select(Event.subject_id).where(Event.subject_kind == "ticket", came_to)
    bounds: list[ColumnElement[bool]] = []
    if first is not None:
        bounds.append(Event.at >= first)
    if end is not None:
        bounds.append(Event.at < end)
    return select(Event.subject_id).where(
        Event.subject_kind == "ticket", Event.kind == "ticket.opened", Event.subject_id.in_(touched), *bounds
    )


async def _ticket_by_ticket(session: AsyncSession, ids: Select[int]) -> AsyncIterator[list[Row[Any]]]:
    query = (
        select(Event.subject_id, Event.kind, Event.at, Event.actor_id, Event.payload)
        .where(Event.subject_kind == "ticket", Event.kind.in_(KINDS), Event.subject_id.in_(ids))
        .order_by(Event.subject_id, Event.seq)
        .execution_options(yield_per=FETCHED_AT_ONCE)
    )
    events: list[Row[Any]] = []
    async for event in await session.stream(query):
        if events and events[0].subject_id != event.subject_id:
            yield events
            events = []
        events.append(event)
    if events:
        yield events


def counted(agreement: str, period: Period, zone: ZoneInfo) -> Callable[[Arrival], bool]:
    """Which arrivals the shares are of: those of the agreement, opened in the period."""
    first, end = period.bounds(zone)

    def counts(arrival: Arrival) -> bool:
        return (
            arrival.agreement == agreement
            and (first is None or arrival.opened_at >= first)
            and (end is None or arrival.opened_at < end)
        )

    return counts
