"""What I have asked for, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import HTMLResponse

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.identity.me import Me
from app.portal.progress import COLOURS, STEPS, status_words, steps_done
from app.tickets.lifecycle import OPEN
from app.tickets.queries import MyTicketRow, my_tickets
from app.web.i18n import language_of
from app.web.pages import render
from app.web.paging import After, next_link
from app.web.rooms import Room

router = Room(include_in_schema=False)
PER_PAGE = 20


@dataclass(frozen=True)
class TicketLine:
    number: str
    subject: str
    service: str
    unit: str
    status: str
    colour: str
    steps_done: int
    steps: int
    due_at: datetime | None
    opened_at: datetime
    is_open: bool
    for_name: str | None
    """Whose it is, when it is not mine."""


@dataclass(frozen=True)
class MyTicketsView:
    show: str
    lines: tuple[TicketLine, ...]
    next_url: str | None
    is_first_page: bool


def line(row: MyTicketRow, published: Published, language: str) -> TicketLine:
    service = published.catalogue.services.get(row.service)
    unit = published.catalogue.units.get(row.unit)
    return TicketLine(
        number=row.number,
        subject=row.subject,
        service=service.title.in_language(language) if service else row.service,
        unit=unit.title.in_language(language) if unit else row.unit,
        status=status_words(row.status, row.waiting_for),
        colour=COLOURS[row.status],
        steps_done=steps_done(row),
        steps=STEPS,
        due_at=row.due_at,
        opened_at=row.opened_at,
        is_open=row.status in OPEN,
        for_name=None if row.is_mine else row.requester_name,
    )


@router.get("/mine-saker")
async def page(
    request: Request,
    me: Me,
    session: Db,
    published: Current,
    vis: Annotated[Literal["apne", "alle"], Query()] = "apne",
    after: After = None,
) -> HTMLResponse:
    show: Literal["open", "all"] = "all" if vis == "alle" else "open"
    found = await my_tickets(session, me, show=show, after=after, limit=PER_PAGE)
    language = language_of(request)
    lines = tuple(line(row, published, language) for row in found.items)
    view = MyTicketsView(show, lines, next_link(request, found), after is None)
    return render(request, "portal/my_tickets.html", view)
