"""GET /tilganger and /tilganger/{person_id}: what somebody has, lacks, waits for, and has too much of, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import HTMLResponse

from app.access.policy import check_may_see
from app.access.queries import persons_of_plan, today
from app.access.view import person_view
from app.catalogue.published import Current
from app.database.session import Db
from app.errors import NotFound
from app.identity.me import Me
from app.people.queries import person_ref
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)
Id = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/tilganger", name="own_access")
async def own(request: Request, me: Me, session: Db, published: Current) -> HTMLResponse:
    if me.person_id is None:
        raise NotFound
    on = await today(session)
    person = (await persons_of_plan(session, [me.person_id], on))[me.person_id]
    view = person_view(published.catalogue, me.person_id, "", person, on, language_of(request))
    return render(request, "portal/access.html", view)


@router.get("/tilganger/{person_id}", name="access_of")
async def of_somebody(
    request: Request, person_id: Id, me: Me, session: Db, published: Current
) -> HTMLResponse:
    """For whoever leads them. To others nobody has this number."""
    await check_may_see(session, me, person_id)
    on = await today(session)
    name = "" if person_id == me.person_id else (await person_ref(session, person_id)).name
    person = (await persons_of_plan(session, [person_id], on))[person_id]
    view = person_view(published.catalogue, person_id, name, person, on, language_of(request))
    return render(request, "portal/access.html", view)
