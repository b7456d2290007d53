"""How a leader's units stand: counts, never a ticket."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CTE, ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.compute import ClockState
from app.clocks.models import ClockRow
from app.clocks.promised import ClockKind
from app.leader.views import Few, UnitFigures
from app.people.models import Engagement, OrgUnit
from app.tickets.lifecycle import OPEN, Status
from app.tickets.models import Ticket
from service_catalog.schema import Confidentiality

LATELY = timedelta(days=30)
AHEAD = timedelta(days=60)


async def figures_of(session: AsyncSession, leads: Collection[int]) -> UnitFigures | None:
    """The units this leader leads and everything below them, in two queries; None for who leads none.

    Only tickets that are open to their unit are counted, and none of fewer than five is told (`Few`): a small number
    may tell of somebody. Who begins and who leaves their leader knows.
    """
    if not leads:
        return None
    top = select(OrgUnit.id).where(OrgUnit.id.in_(leads)).cte("below", recursive=True)
    below = top.union(select(OrgUnit.id).join(top, OrgUnit.parent_id == top.c.id))
    now = func.clock_timestamp()
    is_open = Ticket.status.in_(sorted(OPEN))
    lately = Ticket.resolved_at > now - LATELY
    resolved = and_(Ticket.status.in_([Status.RESOLVED, Status.CLOSED]), lately)
    tickets = (
        select(
            *(func.count().filter(Ticket.status == status) for status in (Status.NEW, Status.IN_PROGRESS)),
            func.count().filter(Ticket.status == Status.WAITING),
            func.count().filter(is_open, Ticket.sort_due <= now),
            func.count().filter(resolved),
            func.count().filter(resolved, ClockRow.state == ClockState.MET, ClockRow.breached_at.is_(None)),
            func.coalesce(func.sum(Ticket.price).filter(Ticket.opened_at > now - LATELY), 0),
            *_people(below),
        )
        .outerjoin(ClockRow, _solution_of_the_ticket())
        .where(
            Ticket.org_unit_id.in_(select(below.c.id)),
            Ticket.confidentiality == Confidentiality.OPEN,
            or_(is_open, lately),
        )
    )
    new, working, waiting, late, solved, kept, cost, *people = (await session.execute(tickets)).one()
    names = await session.scalars(
        select(OrgUnit.name).where(OrgUnit.id.in_(leads)).order_by(OrgUnit.sort_key)
    )
    return UnitFigures(
        tuple(names),
        new=Few(new),
        working=Few(working),
        waiting=Few(waiting),
        late=Few(late),
        solved=Few(solved),
        kept_percent=round(100 * kept / solved) if Few(solved).is_told and solved else None,
        cost=Decimal(cost) if Few(solved + new + working + waiting).is_told else None,
        people=people[0],
        beginning=people[1],
        leaving=people[2],
    )


def _solution_of_the_ticket() -> ColumnElement[bool]:
    return and_(
        ClockRow.subject_kind == "ticket",
        ClockRow.subject_id == Ticket.id,
        ClockRow.kind == ClockKind.SOLUTION,
    )


def _people(below: CTE) -> list[ScalarSelect[Any]]:
    """Who works there today, who begins within two months, and whose last day is within two months."""
    today = func.current_date()
    starts, ends = Engagement.starts_on, Engagement.ends_on
    periods = (
        and_(starts <= today, or_(ends.is_(None), ends >= today)),
        and_(starts > today, starts <= today + AHEAD),
        and_(starts <= today, ends >= today, ends <= today + AHEAD),
    )
    return [
        select(func.count(func.distinct(Engagement.person_id)))
        .where(Engagement.org_unit_id.in_(select(below.c.id)), period)
        .scalar_subquery()
        for period in periods
    ]
