"""How the orders of a leader's units stand: counts, never a ticket."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.leader.views import UnitFigures
from app.people.models import Engagement, OrgUnit
from app.tickets.lifecycle import OPEN, Status, WaitingFor
from app.tickets.models import Ticket
from service_catalog.schema import Confidentiality

LATELY = timedelta(days=30)


async def figures_of(session: AsyncSession, leads: Collection[int]) -> UnitFigures | None:
    """The units this leader leads and everything below them, in two queries; None for who leads none.

    Only tickets that are open to their unit are counted: a number of one may not tell of a personnel case.
    """
    if not leads:
        return None
    top = select(OrgUnit.id).where(OrgUnit.id.in_(leads)).cte("below", recursive=True)
    below = top.union(select(OrgUnit.id).join(top, OrgUnit.parent_id == top.c.id))
    here = select(below.c.id)
    today, now = func.current_date(), func.clock_timestamp()
    people = (
        select(func.count(func.distinct(Engagement.person_id)))
        .where(
            Engagement.org_unit_id.in_(here),
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today),
        )
        .scalar_subquery()
    )
    is_open = Ticket.status.in_(sorted(OPEN))
    tickets = select(
        func.count().filter(is_open),
        func.count().filter(is_open, Ticket.waiting_for == WaitingFor.APPROVAL),
        func.count().filter(is_open, Ticket.sort_due <= now),
        func.count().filter(
            Ticket.status.in_([Status.RESOLVED, Status.CLOSED]), Ticket.resolved_at > now - LATELY
        ),
        people,
    ).where(
        and_(Ticket.org_unit_id.in_(here), Ticket.confidentiality == Confidentiality.OPEN),
        or_(is_open, Ticket.resolved_at > now - LATELY),
    )
    counted = (await session.execute(tickets)).one()
    names = await session.scalars(
        select(OrgUnit.name).where(OrgUnit.id.in_(leads)).order_by(OrgUnit.sort_key)
    )
    return UnitFigures(tuple(names), *counted)
