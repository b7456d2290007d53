"""GET /desk/sok: a number goes straight to its ticket; words find what this agent may see."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from app.catalogue.published import Current
from app.database.session import Db
from app.desk.addresses import ticket_address
from app.desk.queue import Agent, line_of
from app.desk.views import SearchPage, titles_in
from app.errors import NotFound
from app.tickets import queries
from app.tickets.lifecycle import id_of, number_of
from app.tickets.view import ticket_view
from app.web.pages import render
from app.web.paging import MAX_CURSOR
from app.web.rooms import Room

HITS = 30

router = Room()


@router.get("/desk/sok", name="desk_search")
async def search(
    request: Request,
    me: Agent,
    session: Db,
    published: Current,
    q: Annotated[str, Query(max_length=200)] = "",
    etter: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None,
) -> Response:
    words = q.strip()
    ticket_id = id_of(words)
    if ticket_id is not None:
        try:
            await ticket_view(session, me, number_of(ticket_id))
        except NotFound:
            pass  # not a ticket for this agent: perhaps the figures stand in another one's text
        else:
            return RedirectResponse(ticket_address(number_of(ticket_id)), 303)
    found = queries.SearchPage([], None, False)
    if words:
        found = await queries.search_tickets(session, me, words, published=published, after=etter, limit=HITS)
    view = SearchPage(
        words=words,
        lines=[line_of(row, me, "/desk/saker/") for row in found.items],
        next_href="/desk/sok?" + urlencode({"q": words, "etter": found.next}) if found.next else None,
        truncated=found.truncated,
        searched=queries.SEARCHED,
        titles=titles_in(published.catalogue, me.language),
    )
    return render(request, "desk/search.html", view)
