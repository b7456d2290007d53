"""GET and POST /leder/folk/ny: «Ny ansatt», ordered by the leader or the bestiller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Forbidden, Invalid, Problem, refuse
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.journeys.hiring import hire
from app.journeys.places import PlaceRow, places_of
from app.journeys.policy import orders_people
from app.journeys.schema import read_hire
from app.leader.sending import Form, do_once, form_of, read_sent
from app.people.models import EngagementKind
from app.web.i18n import _, language_of
from app.web.pages import render
from app.web.refusals import record_refusal
from app.web.rooms import Room
from service_catalog.journey_schema import JourneyKind

router = Room(include_in_schema=False)
LABELS: dict[str, str] = {
    "name": _("Navn"),
    "org_unit_id": _("Arbeidssted"),
    "position_code": _("Stillingskode"),
    "title": _("Stillingstittel"),
    "kind": _("Slags ansettelse"),
    "percent": _("Stillingsprosent"),
    "starts_on": _("Første dag"),
    "ends_on": _("Siste dag"),
    "ground": _("Grunnlag for at det tar slutt"),
    "reference": _("Kontraktsnummer"),
    "private_email": _("Privat e-post"),
    "private_phone": _("Privat telefon"),
    "leader_id": _("Nærmeste leder"),
    "meets": _("Oppmøte"),
    "shielded": _("Skjermet adresse"),
}
"""In the order of the form."""


@dataclass(frozen=True)
class HiringPage:
    places: tuple[tuple[str, str], ...]
    positions: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    grounds: tuple[tuple[str, str], ...]
    leaders: tuple[tuple[str, str], ...]
    form: Form


@router.get("/leder/folk/ny", name="hire_form")
async def form(request: Request, me: Me, session: Db, published: Current) -> Response:
    refuse(orders_people(me))
    return await _page(request, session, me, published, {})


@router.post("/leder/folk/ny", name="hire")
async def order(request: Request, me: MeBriefly, published: Current) -> Response:
    """Sent twice, it is one order."""
    refuse(orders_people(me))
    sent = await read_sent(request, *LABELS)

    async def ordered(session: AsyncSession) -> str:
        new = read_hire({name: sent[name] for name in LABELS})
        return f"/leder/folk/{(await hire(session, new, by=me, published=published)).id}"

    try:
        where = await do_once(request, me, sent, ordered)
    except (Invalid, Forbidden) as problem:
        await record_refusal(request, problem)
        sessions: Sessions = request.app.state.sessions
        async with transaction(sessions) as session:
            return await _page(request, session, me, published, sent, problem)
    return RedirectResponse(f"{where}?ny=1", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    sent: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    language = language_of(request)
    places = await places_of(session, me)
    if not sent and len(places) == 1:
        sent = {"org_unit_id": str(places[0].id)}
    page = HiringPage(
        places=tuple((str(place.id), place.name) for place in places),
        positions=positions_of(published),
        kinds=await _kinds(session, published),
        grounds=_grounds(published, language),
        leaders=_leaders(places, me),
        form=form_of(language, LABELS, sent, problem),
    )
    return render(request, "leader/hiring.html", page, status=problem.status if problem else 200)


def positions_of(published: Published) -> tuple[tuple[str, str], ...]:
    found = published.catalogue.access.positions.values()
    return tuple(
        (each.key, f"{each.title} ({each.key})") for each in sorted(found, key=lambda one: one.title)
    )


async def _kinds(session: AsyncSession, published: Published) -> tuple[tuple[str, str], ...]:
    """Those that a journey is written for."""
    rows = await session.execute(select(EngagementKind.key, EngagementKind.name))
    names = {row.key: row.name for row in rows}
    joining = [each for each in published.catalogue.journeys.values() if each.kind is JourneyKind.JOIN]
    kinds = [kind for each in joining for kind in each.for_kinds if kind in names]
    return tuple((kind, names[kind]) for kind in kinds)


def _grounds(published: Published, language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.key, f"{each.title.in_language(language)} – {each.paragraph}")
        for each in published.catalogue.grounds.values()
    )


def _leaders(places: Sequence[PlaceRow], me: Actor) -> tuple[tuple[str, str], ...]:
    """Oneself, and whoever leads one of the places."""
    found = {place.leader_id: place.leader_name for place in places if place.leader_id is not None}
    if me.is_leader and me.person_id is not None:
        found[me.person_id] = me.name
    return tuple(
        (str(id_), name or "") for id_, name in sorted(found.items(), key=lambda each: each[1] or "")
    )
