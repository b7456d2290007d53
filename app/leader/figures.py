"""How a leader's units stand: counts, never a ticket."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import run
from app.leader.views import ENOUGH, Few, UnitFigures
from app.people.models import Engagement, OrgUnit
from app.tickets.lifecycle import Resolution, Status
from app.tickets.models import Ticket
from app.tickets.queries import is_open
from service_catalog.schema import Confidentiality

COUNTED = (Confidentiality.OPEN, Confidentiality.PERSONAL)
"""Personal tickets too: how many there are, never what they are about."""
LATELY = timedelta(days=30)
AHEAD = timedelta(days=60)


async def figures_of(session: AsyncSession, leads: Collection[int]) -> UnitFigures | None:
    """The units this leader leads and everything below them, in two queries; None for who leads none.

    Personnel tickets are left out, and nothing of fewer than five is told (`Few`): a small number may tell of
    somebody. Who begins and who leaves their leader knows.
    """
    if not leads:
        return None
    units = (await run(session, _UNITS, {"leads": sorted(leads)})).all()
    # By their ids: a plan made without knowing how few they are reads a month of everybody's cases.
    counted = (await run(session, _COUNTED, {"below": [unit.id for unit in units]})).one()
    new, working, waiting, late, solved, missed, ordered, cost, *people = counted
    return UnitFigures(
        tuple(unit.name for unit in units if unit.id in leads),
        new=Few(new),
        working=Few(working),
        waiting=Few(waiting),
        late=Few(late),
        solved=Few(solved),
        kept_percent=round(100 * (solved - missed) / solved) if solved >= ENOUGH else None,
        cost=Decimal(cost) if Few(ordered).is_told else None,
        people=people[0],
        beginning=people[1],
        leaving=people[2],
    )


BELOW: BindParameter[int] = bindparam("below", expanding=True)


def _units() -> Select[int, str]:
    """Those that are led, and everything below them."""
    led = OrgUnit.id.in_(bindparam("leads", expanding=True))
    top = select(OrgUnit.id).where(led).cte("below", recursive=True)
    below = top.union(select(OrgUnit.id).join(top, OrgUnit.parent_id == top.c.id))
    return select(OrgUnit.id, OrgUnit.name).join(below, below.c.id == OrgUnit.id).order_by(OrgUnit.sort_key)


def _theirs(*which: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (
        Ticket.org_unit_id.in_(BELOW),
        Ticket.confidentiality.in_(COUNTED),
        *which,
    )


def _lately() -> ColumnElement[Any]:
    """The statement's own instant: an index can be asked for what came after it, and not for what the clock says."""
    return func.statement_timestamp() - LATELY


def _open_now() -> Subquery:
    states = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)
    return (
        select(
            *(func.count().filter(Ticket.status == status).label(status.value) for status in states),
            func.count().filter(Ticket.sort_due <= func.statement_timestamp()).label("late"),
        )
        .where(*_theirs(is_open()))
        .subquery("open_now")
    )


def _solved_lately() -> Subquery:
    """How many, and of how many the solution came too late.

    By what the ticket's row repeats of its clock (`tickets/copies.py`), which has no due instant when it was stopped
    before it: whoever leads a whole municipality has thousands of tickets a month, and clocks take long to read.
    """
    solved = (
        Ticket.resolved_at > _lately(),
        Ticket.status.in_([Status.RESOLVED, Status.CLOSED]),
        Ticket.resolution == Resolution.SOLVED,
    )
    return (
        select(
            func.count().label("solved"),
            func.count().filter(Ticket.solution_due_at <= Ticket.resolved_at).label("missed"),
        )
        .where(*_theirs(*solved))
        .subquery("solved_lately")
    )


def _ordered_lately() -> Subquery:
    """How many orders with a price, and what they cost together: of what is open or was solved."""
    stands = or_(is_open(), Ticket.resolution == Resolution.SOLVED)
    return (
        select(
            func.count().label("ordered"),
            func.coalesce(func.sum(Ticket.price), 0).label("cost"),
        )
        .where(*_theirs(Ticket.opened_at > _lately(), Ticket.price > 0, stands))
        .subquery("ordered_lately")
    )


def _people() -> Subquery:
    """Who works there today, who begins within two months, and whose last day is within two months."""
    today = func.current_date()
    starts, ends = Engagement.starts_on, Engagement.ends_on
    periods = {
        "people": and_(starts <= today, or_(ends.is_(None), ends >= today)),
        "beginning": and_(starts > today, starts <= today + AHEAD),
        "leaving": and_(starts <= today, ends >= today, ends <= today + AHEAD),
    }
    # Each person once, whatever jobs they have: three counts of what is distinct would sort everybody three times.
    each = (
        select(*(func.bool_or(period).label(name) for name, period in periods.items()))
        .where(Engagement.org_unit_id.in_(BELOW), or_(ends.is_(None), ends >= today), starts <= today + AHEAD)
        .group_by(Engagement.person_id)
        .subquery("each_person")
    )
    return select(*(func.count().filter(each.c[name]).label(name) for name in periods)).subquery("people")


def _counted() -> Select[*tuple[Any, ...]]:
    """One row of everything that is counted in the units `below`."""
    first, *others = (_open_now(), _solved_lately(), _ordered_lately(), _people())
    rows: FromClause = first
    for other in others:
        rows = rows.join(other, true())
    return select(first, *others).select_from(rows)


# Made once: putting these together costs more than PostgreSQL takes to run them.
_UNITS, _COUNTED = _units(), _counted()
