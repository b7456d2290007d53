"""The list of needs that all units share (need B7): what is asked for in the whole municipality, most important first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Integer, Row, Select, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import refuse
from app.identity.actor import Actor
from app.people.models import OrgUnit
from app.tickets.lifecycle import Status, WaitingFor, number_of
from app.tickets.models import RANK_SQL, Ticket
from app.tickets.policy import may_see_needs, visible_to
from app.tickets.queries import Assignee, Requester, is_open
from app.web.paging import Page, decode_cursor, encode_cursor
from sla.agreement import Priority

NeedFilter = Literal["all", "free", "mine"]
NEED_FILTERS: tuple[str, ...] = get_args(NeedFilter)
RANK: ColumnElement[int] = literal_column(RANK_SQL, Integer)
"""Just the words of the index, or it does not serve."""


@dataclass(frozen=True)
class NeedsView:
    """`kind` is an answer of the form, `unit` the one that has it; `free`: nobody has begun; `mine`: the reader's."""

    kind: str | None = None
    unit: str | None = None
    filter: NeedFilter = "all"


@dataclass(frozen=True, slots=True)
class NeedRow:
    number: str
    subject: str
    kind: str
    service: str
    requester_name: str
    org_unit_name: str
    unit: str
    handover_to: str | None
    priority: Priority
    status: Status
    waiting_for: WaitingFor | None
    assignee_id: int | None
    assignee_name: str | None
    opened_at: datetime
    version: int


async def needs(
    session: AsyncSession, actor: Actor, view: NeedsView, *, after: str | None = None, limit: int = 50
) -> Page[NeedRow]:
    """Open needs, most important first, then the one that has waited longest. Raises Forbidden for all others."""
    refuse(may_see_needs(actor))
    query = needs_of(actor, view, limit)
    if after:
        rank, opened_at, ticket_id = decode_cursor(after, int, datetime, int)
        query = query.where(tuple_(RANK, Ticket.opened_at, Ticket.id) > tuple_(rank, opened_at, ticket_id))
    found = (await session.execute(query)).all()
    rows = found[:limit]
    last = rows[-1] if len(found) > limit else None
    more = encode_cursor(last.rank, last.opened_at, last.id) if last else None
    return Page([_need(row) for row in rows], more)


def needs_of(actor: Actor, view: NeedsView, limit: int) -> Select[*tuple[Any, ...]]:
    """The first page, and one row more to know whether there is another."""
    return (
        select(
            Ticket.id,
            RANK.label("rank"),
            Ticket.subject,
            Ticket.shared_as,
            Ticket.service,
            Requester.name.label("requester_name"),
            OrgUnit.name.label("org_unit_name"),
            Ticket.unit,
            Ticket.handover_to,
            Ticket.priority,
            Ticket.status,
            Ticket.waiting_for,
            Ticket.assignee_id,
            Assignee.name.label("assignee_name"),
            Ticket.opened_at,
            Ticket.version,
        )
        .join(Requester, Requester.id == Ticket.requester_id)
        .join(OrgUnit, OrgUnit.id == Ticket.org_unit_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
        .where(is_open(), Ticket.shared_as.is_not(None), visible_to(actor), *_narrowed(view, actor))
        .order_by(RANK, Ticket.opened_at, Ticket.id)
        .limit(limit + 1)
    )


def _narrowed(view: NeedsView, actor: Actor) -> list[ColumnElement[bool]]:
    by_filter: dict[str, list[ColumnElement[bool]]] = {
        "all": [],
        "free": [Ticket.assignee_id.is_(None), Ticket.status == Status.NEW],
        "mine": [Ticket.assignee_id == actor.person_id],
    }
    narrowed = list(by_filter[view.filter])
    if view.kind:
        narrowed.append(Ticket.shared_as == view.kind)
    if view.unit:
        narrowed.append(Ticket.unit == view.unit)
    return narrowed


def _need(row: Row[*tuple[Any, ...]]) -> NeedRow:
    return NeedRow(
        number=number_of(row.id),
        subject=row.subject,
        kind=row.shared_as,
        service=row.service,
        requester_name=row.requester_name,
        org_unit_name=row.org_unit_name,
        unit=row.unit,
        handover_to=row.handover_to,
        priority=row.priority,
        status=row.status,
        waiting_for=row.waiting_for,
        assignee_id=row.assignee_id,
        assignee_name=row.assignee_name,
        opened_at=row.opened_at,
        version=row.version,
    )
