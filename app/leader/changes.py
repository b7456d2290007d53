"""GET and POST /leder/folk/endring: somebody leaves, or moves to another job here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Forbidden, Invalid, Problem, refuse
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.journeys.changing import jobs_led_by, leave, move
from app.journeys.models import JourneyRow
from app.journeys.places import places_of
from app.journeys.policy import leads_people
from app.journeys.schema import read_leaving, read_moving
from app.leader.hiring import positions_of
from app.leader.sending import Form, do_once, form_of, read_sent
from app.people.engaging import LAST_SHIFT
from app.web.i18n import _, language_of
from app.web.pages import render
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False)
LEAVES, MOVES = "slutter", "bytter"
LABELS: dict[str, str] = {
    "engagement_id": _("Hvem"),
    "day": _("Siste dag, eller første dag i den nye jobben"),
    LAST_SHIFT: _("Siste vakt slutter"),
    "org_unit_id": _("Nytt arbeidssted"),
    "position_code": _("Ny stillingskode"),
    "title": _("Ny stillingstittel"),
    "percent": _("Ny stillingsprosent"),
}


@dataclass(frozen=True)
class ChangePage:
    jobs: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    positions: tuple[tuple[str, str], ...]
    form: Form


@router.get("/leder/folk/endring", name="change_form")
async def form(request: Request, me: Me, session: Db, published: Current) -> Response:
    refuse(leads_people(me))
    return await _page(request, session, me, published, {"what": LEAVES})


@router.post("/leder/folk/endring", name="change")
async def change(request: Request, me: MeBriefly, published: Current) -> Response:
    """Sent twice, it is one change."""
    refuse(leads_people(me))
    sent = await read_sent(request, *LABELS, "what")

    async def changed(session: AsyncSession) -> str:
        return f"/leder/folk/{(await _changed(session, sent, me, published)).id}"

    try:
        where = await do_once(request, me, sent, changed)
    except (Invalid, Forbidden, Conflict) as problem:
        await record_refusal(request, problem)
        sessions: Sessions = request.app.state.sessions
        async with transaction(sessions) as session:
            return await _page(request, session, me, published, sent, problem)
    return RedirectResponse(f"{where}?ny=1", 303)


async def _changed(
    session: AsyncSession, sent: Mapping[str, str], me: Actor, published: Published
) -> JourneyRow:
    if sent["what"] == MOVES:
        return await move(session, read_moving(sent), by=me, published=published)
    return await leave(session, read_leaving(sent), by=me, published=published)


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    sent: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    page = ChangePage(
        jobs=tuple(
            (str(job.engagement_id), f"{job.name} – {job.title}, {job.place}")
            for job in await jobs_led_by(session, me)
        ),
        places=tuple((str(place.id), place.name) for place in await places_of(session, me)),
        positions=positions_of(published),
        form=form_of(language_of(request), LABELS, sent, problem),
    )
    return render(request, "leader/change.html", page, status=problem.status if problem else 200)
