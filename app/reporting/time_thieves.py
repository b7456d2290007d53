"""GET /desk/tidstyver: what the forms cost those who fill them in, the worst service first (need B41)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from app.catalogue.published import Current
from app.database.session import Db
from app.errors import Forbidden
from app.events.log import database_now
from app.identity.actor import Office
from app.identity.me import Me
from app.portal.form_times import Thief, may_see, thieves
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)
BACK = timedelta(days=90)


@dataclass(frozen=True)
class Row:
    title: str
    owner: str
    is_mine: bool
    """The reader leads the unit, or owns the process: it is for them to mend."""
    thief: Thief


@dataclass(frozen=True)
class ThievesPage:
    rows: Sequence[Row]
    days: int


@router.get("/desk/tidstyver", name="time_thieves")
async def show(request: Request, me: Me, session: Db, published: Current) -> Response:
    if not may_see(me):
        raise Forbidden("reporting.not_yours")
    language = language_of(request)
    found = await thieves(session, since=await database_now(session) - BACK)
    services, owned = published.catalogue.services, me.scopes_of(Office.PROCESS_OWNER)
    rows = [
        Row(
            services[one.service].title.in_language(language),
            published.unit(services[one.service].unit).title.in_language(language),
            services[one.service].unit in me.leads_units or one.service in owned,
            one,
        )
        for one in found
        if one.service in services
    ]
    return render(request, "reporting/thieves.html", ThievesPage(rows, BACK.days))
