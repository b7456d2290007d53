"""The queue: a unit's open tickets, or all units' for the first line, nearest due instant first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import EventSourceResponse

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.desk.addresses import FILTERS, FIRST_LINE, QueueAddress
from app.desk.stream import changes_of, check_works_with, signals
from app.desk.views import (
    Counter,
    QueueLine,
    QueueList,
    QueuePage,
    QueueTab,
    TicketPreview,
    Tone,
    nearest_bar,
    titles_in,
)
from app.errors import Forbidden, NotFound
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.tickets import queries
from app.tickets.lifecycle import Status
from app.tickets.queries import QueueCounts, QueueRow, QueueView
from app.tickets.view import ticket_view
from app.web.pages import render
from app.web.paging import MAX_CURSOR
from app.web.rooms import Room
from app.web.sla_bar import sla_bar

ROWS = 50
HANDOVERS = 20
COUNTERS: tuple[tuple[str, str, Tone], ...] = (
    ("over-frist", "breached", "danger"),
    ("under-en-time", "soon", "warning"),
    ("ingen-har-tatt", "unassigned", "accent"),
    ("mine", "mine", "neutral"),
    ("alle", "open", "neutral"),
)
"""The word of the address, the number it shows, and its colour."""

router = Room()


def checked_agent(me: Actor) -> Actor:
    """The desk is for agents; a colleague who comes here by mistake is told so."""
    if not me.is_agent:
        raise Forbidden("desk.agents_only")
    return me


async def require_agent(me: Me) -> Actor:
    return checked_agent(me)


async def require_agent_briefly(me: MeBriefly) -> Actor:
    return checked_agent(me)


Agent = Annotated[Actor, Depends(require_agent)]
AgentBriefly = Annotated[Actor, Depends(require_agent_briefly)]
"""For routes that open their own transactions."""


async def address(
    enhet: Annotated[str, Query(max_length=60)] = "",
    vis: Annotated[str, Query(max_length=20)] = "alle",
    tjeneste: Annotated[str | None, Query(max_length=60)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    etter: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None,
    sak: Annotated[str | None, Query(max_length=20)] = None,
) -> QueueAddress:
    if vis not in FILTERS:
        raise NotFound
    words = (q or "").strip() or None
    return QueueAddress(enhet, vis, service=tjeneste or None, words=words, after=etter, selected=sak)


Address = Annotated[QueueAddress, Depends(address)]


def queues_of(actor: Actor, published: Published) -> list[str]:
    """The first line's queue first, then the agent's units in the catalogue's order."""
    own = [key for key in published.catalogue.units if actor.works_in(key)]
    return ([FIRST_LINE] if actor.first_line else []) + own


@router.get("/desk", name="desk")
async def desk(me: Agent, published: Current) -> Response:
    queues = queues_of(me, published)
    if not queues:
        raise Forbidden("desk.agents_only")
    return RedirectResponse(QueueAddress(queues[0]).href, 303)


@router.get("/desk/ko", name="queue")
async def show_queue(
    request: Request, where: Address, me: Agent, session: Db, published: Current
) -> Response:
    if not where.queue:
        return RedirectResponse("/desk", 303)
    check_works_with(me, where.queue)
    unit = published.unit(where.unit) if where.unit else None
    view = QueuePage(
        unit_title=unit.title.in_language(me.language) if unit else None,
        tabs=[_tab(key, where, me, published) for key in queues_of(me, published)],
        services=_services(where, me, published),
        list=await queue_list(session, me, where, published),
        preview=await _preview(session, me, where, published),
        owns_systems=any(me.works_in(each.unit) for each in published.catalogue.access.systems.values()),
    )
    return render(request, "desk/queue.html", view)


@router.get("/desk/ko/liste", name="queue_list")
async def show_list(request: Request, where: Address, me: Agent, session: Db, published: Current) -> Response:
    """Counters and rows alone: what the live update fetches."""
    check_works_with(me, where.queue)
    return render(request, "desk/_list.html", await queue_list(session, me, where, published))


@router.get("/desk/ko/sak", name="queue_preview")
async def show_preview(
    request: Request, where: Address, me: Agent, session: Db, published: Current
) -> Response:
    """The pane beside the rows."""
    return render(request, "desk/_preview.html", await _preview(session, me, where, published))


@router.get("/desk/strom", name="queue_stream")
async def stream(request: Request, me: AgentBriefly, enhet: Annotated[str, Query(max_length=60)]) -> Response:
    check_works_with(me, enhet)
    return EventSourceResponse(signals(changes_of(request), enhet), ping=15)


async def queue_list(
    session: AsyncSession, me: Actor, where: QueueAddress, published: Published
) -> QueueList:
    """Counters, what waits to be accepted, and one page of rows: the same number of queries however many there are."""
    counts = await queries.queue_counts(session, me, where.unit)
    wanted = QueueView(unit=where.unit, filter=where.filter, service=where.service, query=where.words)
    page = await queries.queue(session, me, wanted, published=published, after=where.after, limit=ROWS)
    offered = await queries.offered(session, me, where.unit, published=published, limit=HANDOVERS)
    selecting = where.selecting(None).href + "&sak="
    return QueueList(
        address=where,
        counters=[_counter(word, field, tone, where, counts) for word, field, tone in COUNTERS],
        handovers=[line_of(row, me, selecting) for row in offered],
        lines=[line_of(row, me, selecting) for row in page.items],
        next_href=where.next_page(page.next).href if page.next else None,
        my_id=me.person_id or 0,
        titles=titles_in(published.catalogue, me.language),
    )


def line_of(row: QueueRow, me: Actor, selecting: str) -> QueueLine:
    """`selecting`: the address that shows one ticket of the list, up to its number."""
    # This process's clock: it only picks the colour and the words of the bar (design decision 4).
    bar = sla_bar(row.due_at, row.used_percent, at=datetime.now(UTC), breached=row.breached)
    is_free = row.assignee_id is None and row.status in (Status.NEW, Status.IN_PROGRESS)
    return QueueLine(row, bar, is_free and me.works_in(row.unit), selecting + row.number)


def _counter(word: str, field: str, tone: Tone, where: QueueAddress, counts: QueueCounts) -> Counter:
    return Counter(word, getattr(counts, field), tone, where.showing(word).href, where.show == word)


def _tab(key: str, where: QueueAddress, me: Actor, published: Published) -> QueueTab:
    title = None if key == FIRST_LINE else published.unit(key).title.in_language(me.language)
    return QueueTab(title, QueueAddress(key).href, key == where.queue)


def _services(where: QueueAddress, me: Actor, published: Published) -> dict[str, str]:
    """Title by key: the unit's services, or everybody's in the first line's queue."""
    services = (
        published.catalogue.services_of(where.unit) if where.unit else published.catalogue.services.values()
    )
    return {service.key: service.title.in_language(me.language) for service in services}


async def _preview(
    session: AsyncSession, me: Actor, where: QueueAddress, published: Published
) -> TicketPreview | None:
    """None when nothing is chosen, or when the chosen ticket is not for this agent (any more)."""
    if where.selected is None:
        return None
    try:
        found = await ticket_view(session, me, where.selected)
    except NotFound:
        return None
    return TicketPreview(
        ticket=found,
        bar=nearest_bar(found),
        close_href=where.selecting(None).href,
        back_href=where.href,
        titles=titles_in(published.catalogue, me.language),
    )
