"""The lists people work from: columns, not entities, a constant number of queries, and every one through `visible_to`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_args

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.catalogue.published import Published
from app.database.model import NEVER, InstantOrNever
from app.errors import NotFound
from app.identity.actor import Actor
from app.people.models import OrgUnit, Person
from app.tickets.lifecycle import OPEN, Status, WaitingFor, id_of, number_of
from app.tickets.models import Ticket
from app.tickets.policy import visible_to
from app.web.paging import Page, decode_cursor, encode_cursor
from service_catalog.schema import Confidentiality
from sla.agreement import Priority

QueueFilter = Literal["all", "breached", "soon", "unassigned", "mine", "handed_over", "waiting"]
QUEUE_FILTERS: tuple[str, ...] = get_args(QueueFilter)
SOON = timedelta(hours=1)
SEARCHED = 2_000
"""A search ranks at most this many of the newest visible matches, and says so."""

Requester, Assignee = aliased(Person), aliased(Person)
DB_NOW = func.clock_timestamp()


@dataclass(frozen=True)
class QueueView:
    """`unit` None: the first line's queue over every unit it may see."""

    unit: str | None
    filter: QueueFilter = "all"
    service: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    number: str
    subject: str
    requester_name: str
    org_unit_name: str
    service: str
    unit: str
    handover_to: str | None
    priority: Priority
    status: Status
    waiting_for: WaitingFor | None
    assignee_id: int | None
    assignee_name: str | None
    due_at: datetime | None
    """The nearest running clock; None while paused."""
    used_percent: int
    breached: bool
    opened_at: datetime
    version: int
    confidentiality: Confidentiality


@dataclass(frozen=True)
class QueueCounts:
    breached: int
    soon: int
    unassigned: int
    mine: int
    open: int
    handed_over: int


@dataclass(frozen=True, slots=True)
class MyTicketRow:
    number: str
    subject: str
    service: str
    status: Status
    waiting_for: WaitingFor | None
    unit: str
    due_at: datetime | None
    """When the solution is promised; None while paused."""
    opened_at: datetime
    resolved_at: datetime | None
    requester_name: str
    is_mine: bool


@dataclass(frozen=True)
class SearchPage:
    """`truncated`: more than the newest 2,000 visible tickets match, and only those were ranked."""

    items: list[QueueRow]
    next: str | None
    truncated: bool


def used_percent(
    due: datetime,
    target: timedelta | None,
    agreement: str,
    version: int,
    *,
    now: datetime,
    published: Published,
) -> int:
    """How much of the nearest running promise is used, in working time; nothing of one that only the law has set."""
    if due == NEVER:
        return 0
    if now >= due:
        return 100
    if target is None:
        return 0
    try:
        agreed = published.agreement(agreement, version)
    except NotFound:  # opened a moment ago under what this process has not read yet
        return 0
    left = published.calendar(agreed.calendar).working_time(now, due)
    return max(0, min(100, round(100 - 100 * float(left / target))))


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return _columns().where(visible_to(actor))


COLUMNS = 20
"""So many has a row of the queue; a search adds its own behind them."""


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Ticket.id,
            Ticket.subject,
            Requester.name.label("requester_name"),
            OrgUnit.name.label("org_unit_name"),
            Ticket.service,
            Ticket.unit,
            Ticket.handover_to,
            Ticket.priority,
            Ticket.status,
            Ticket.waiting_for,
            Ticket.assignee_id,
            Assignee.name.label("assignee_name"),
            Ticket.sort_due,
            Ticket.sort_target,
            Ticket.agreement,
            Ticket.agreement_version,
            Ticket.opened_at,
            Ticket.version,
            Ticket.confidentiality,
            DB_NOW.label("now"),
        )
        .join(Requester, Requester.id == Ticket.requester_id)
        .join(OrgUnit, OrgUnit.id == Ticket.org_unit_id)
        .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
    )


def _queue_row(row: Row[*tuple[Any, ...]], published: Published) -> QueueRow:
    """By place, as `_columns` has them: a list of fifty asks for a thousand values."""
    ticket_id, *said, due, target, agreement, agreed, opened_at, version, confidentiality, now = row[:COLUMNS]
    used = used_percent(due, target, agreement, agreed, now=now, published=published)
    waits = due == NEVER
    shown = (None if waits else due, used, due <= now, opened_at, version, confidentiality)
    values: tuple[Any, ...] = (number_of(ticket_id), *said, *shown)
    return QueueRow(*values)


def is_open() -> ColumnElement[bool]:
    """Just the words of the partial indexes' condition: `IS TRUE` behind it, or parameters, and none of them serves."""
    return literal_column("tickets.status IN ('new', 'in_progress', 'waiting')", Boolean)


def _of_unit(unit: str | None, actor: Actor) -> ColumnElement[bool]:
    if unit is not None:
        return Ticket.unit == unit
    # The first line: everything it may see that is open, whoever holds it.
    return Ticket.unit.is_not(None)


def _narrowed(view: QueueView, actor: Actor) -> list[ColumnElement[bool]]:
    by_filter: dict[str, list[ColumnElement[bool]]] = {
        "all": [],
        "breached": [Ticket.sort_due <= DB_NOW],
        "soon": [Ticket.sort_due > DB_NOW, Ticket.sort_due <= DB_NOW + SOON],
        "unassigned": [Ticket.assignee_id.is_(None), Ticket.status == Status.NEW],
        "mine": [Ticket.assignee_id == actor.person_id],
        "handed_over": [Ticket.handover_to.is_not(None)],
        "waiting": [Ticket.status == Status.WAITING],
    }
    narrowed = list(by_filter[view.filter])
    if view.service:
        narrowed.append(Ticket.service == view.service)
    if view.query:
        narrowed.append(matches(view.query))
    return narrowed


def matches(words: str) -> ColumnElement[bool]:
    """The number itself, or words in subject, description and solution, by their Norwegian stems."""
    found = Ticket.search.bool_op("@@")(_asked(words))
    ticket_id = id_of(words)
    return found if ticket_id is None else or_(Ticket.id == ticket_id, found)


def _asked(words: str) -> ColumnElement[Any]:
    """The words stand in the statement itself, quoted by SQLAlchemy: how rare they are decides the plan.

    Parameters are planned for without being known from the sixth time on (so the limit is none either): 100,000
    tickets were then read for a word that stands in each tenth, where walking back from the newest finds enough
    among 20,000.
    """
    return func.websearch_to_tsquery(literal_column("'norwegian'"), literal(words, literal_execute=True))


async def queue(
    session: AsyncSession,
    actor: Actor,
    view: QueueView,
    *,
    published: Published,
    after: str | None = None,
    limit: int = 50,
) -> Page[QueueRow]:
    """Open tickets that a unit holds, nearest due instant first; those that wait come last."""
    query = _queue_of(actor, view, limit)
    if after:
        due, ticket_id = decode_cursor(after, datetime, int)
        place = tuple_(literal(due, InstantOrNever), literal(ticket_id))
        query = query.where(tuple_(Ticket.sort_due, Ticket.id) > place)
    return _page((await session.execute(query)).all(), limit, published)


@lru_cache(maxsize=1024)
def _queue_of(actor: Actor, view: QueueView, limit: int) -> Select[*tuple[Any, ...]]:
    """Kept for those who look at their queue all day: putting it together costs more than running it."""
    wanted = (is_open(), _of_unit(view.unit, actor), *_narrowed(view, actor))
    return _rows(actor).where(*wanted).order_by(Ticket.sort_due, Ticket.id).limit(limit + 1)


async def offered(
    session: AsyncSession,
    actor: Actor,
    unit: str | None,
    *,
    published: Published,
    limit: int = 50,
) -> list[QueueRow]:
    """Handovers that wait for this unit (None: any of the actor's) to accept or return them."""
    found = (await session.execute(_offered_to(actor, unit, limit))).all()
    return [_queue_row(row, published) for row in found]


@lru_cache(maxsize=1024)
def _offered_to(actor: Actor, unit: str | None, limit: int) -> Select[*tuple[Any, ...]]:
    units = [unit] if unit is not None else sorted(actor.units)
    query = _rows(actor).where(Ticket.handover_to.is_not(None), Ticket.handover_to.in_(units))
    return query.order_by(Ticket.sort_due, Ticket.id).limit(limit)


def _page(found: Any, limit: int, published: Published) -> Page[QueueRow]:
    rows = found[:limit]
    more = encode_cursor(rows[-1].sort_due, rows[-1].id) if len(found) > limit else None
    return Page([_queue_row(row, published) for row in rows], more)


async def queue_counts(session: AsyncSession, actor: Actor, unit: str | None) -> QueueCounts:
    """The numbers above the queue, of just the tickets this actor may see, in one query."""
    return QueueCounts(*(await session.execute(_counts_of(actor, unit))).one())


@lru_cache(maxsize=1024)
def _counts_of(actor: Actor, unit: str | None) -> Select[*tuple[Any, ...]]:
    """In the order of QueueCounts' fields."""

    def count(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(and_(*where)) if where else func.count()

    return select(
        count(Ticket.sort_due <= DB_NOW),
        count(Ticket.sort_due > DB_NOW, Ticket.sort_due <= DB_NOW + SOON),
        count(Ticket.assignee_id.is_(None), Ticket.status == Status.NEW),
        count(Ticket.assignee_id == actor.person_id),
        count(),
        count(Ticket.handover_to.is_not(None)),
    ).where(is_open(), _of_unit(unit, actor), visible_to(actor))


async def my_tickets(
    session: AsyncSession,
    actor: Actor,
    *,
    show: Literal["open", "all"] = "open",
    after: str | None = None,
    limit: int = 30,
) -> Page[MyTicketRow]:
    """What this person asked for, or asked on behalf of somebody, newest first."""
    mine = or_(Ticket.requester_id == actor.person_id, Ticket.opened_by_id == actor.person_id)
    if actor.orders_for:
        mine = or_(mine, Ticket.org_unit_id.in_(sorted(actor.orders_for)))
    query = (
        select(
            Ticket.id,
            Ticket.subject,
            Ticket.service,
            Ticket.status,
            Ticket.waiting_for,
            Ticket.unit,
            Ticket.solution_due_at,
            Ticket.opened_at,
            Ticket.resolved_at,
            Ticket.requester_id,
            Requester.name.label("requester_name"),
        )
        .join(Requester, Requester.id == Ticket.requester_id)
        .where(visible_to(actor), mine)
    )
    if show == "open":
        query = query.where(Ticket.status.in_(sorted(OPEN)))
    if after:
        query = query.where(
            tuple_(Ticket.opened_at, Ticket.id) < tuple_(*decode_cursor(after, datetime, int))
        )
    found = (
        await session.execute(query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(limit + 1))
    ).all()
    rows = found[:limit]
    more = encode_cursor(rows[-1].opened_at, rows[-1].id) if len(found) > limit else None
    return Page([_my_row(row, actor) for row in rows], more)


def _my_row(row: Row[*tuple[Any, ...]], actor: Actor) -> MyTicketRow:
    return MyTicketRow(
        number=number_of(row.id),
        subject=row.subject,
        service=row.service,
        status=row.status,
        waiting_for=row.waiting_for,
        unit=row.unit,
        due_at=row.solution_due_at,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        requester_name=row.requester_name,
        is_mine=row.requester_id == actor.person_id,
    )


async def search_tickets(
    session: AsyncSession,
    actor: Actor,
    words: str,
    *,
    published: Published,
    after: str | None = None,
    limit: int = 30,
) -> SearchPage:
    """Tickets that mention the words, best first among the newest 2,000 visible matches."""
    newest = (
        select(Ticket.id, func.ts_rank(Ticket.search, _asked(words)).label("rank"))
        .where(matches(words), visible_to(actor))
        .order_by(Ticket.id.desc())
        .limit(literal_column(str(SEARCHED + 1), Integer))
        .subquery()
    )
    ranked = select(
        newest.c.id,
        func.round(newest.c.rank * 1_000_000).label("score"),
        func.count().over().label("found"),
    ).subquery()
    chosen = select(ranked.c.id, ranked.c.score, ranked.c.found)
    if after:
        score, ticket_id = decode_cursor(after, int, int)
        chosen = chosen.where(tuple_(ranked.c.score, ranked.c.id) < tuple_(score, ticket_id))
    page = chosen.order_by(ranked.c.score.desc(), ranked.c.id.desc()).limit(limit + 1).subquery()
    # The page holds nothing but what this actor may see: it need not be asked again.
    query = (
        _columns()
        .add_columns(page.c.score, page.c.found)
        .join(page, page.c.id == Ticket.id)
        .order_by(page.c.score.desc(), page.c.id.desc())
    )
    found = (await session.execute(query)).all()
    rows = found[:limit]
    more = encode_cursor(int(rows[-1].score), rows[-1].id) if len(found) > limit else None
    truncated = bool(rows) and rows[0].found > SEARCHED
    return SearchPage([_queue_row(row, published) for row in rows], more, truncated)
