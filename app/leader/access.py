"""GET /leder/tilganger: own people × systems, what each should have, has, waits for and has too much of."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse

from app.access.policy import may_see_grid
from app.access.queries import own_people, persons_of_plan, today
from app.access.view import GridView, grid_view
from app.catalogue.published import Current
from app.database.session import Db
from app.errors import refuse
from app.identity.me import Me
from app.web.i18n import language_of
from app.web.pages import render
from app.web.paging import After, next_link
from app.web.rooms import Room

router = Room(include_in_schema=False)
PER_PAGE = 50


@dataclass(frozen=True)
class GridPage:
    grid: GridView
    next_url: str | None


@router.get("/leder/tilganger", name="access_grid")
async def show(
    request: Request, me: Me, session: Db, published: Current, after: After = None
) -> HTMLResponse:
    """The same number of queries however many people there are."""
    refuse(may_see_grid(me))
    on = await today(session)
    page = await own_people(session, me, after=after, limit=PER_PAGE)
    persons = await persons_of_plan(session, [row.id for row in page.items], on)
    people = [(row.id, row.name, row.title, persons[row.id]) for row in page.items]
    grid = grid_view(published.catalogue.access, people, on, language_of(request))
    return render(request, "leader/access.html", GridPage(grid, next_link(request, page)))
