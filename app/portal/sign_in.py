"""Signing in and out. The demo's chooser of people exists only with `SKRANKE_DEMO=1` (design decision 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db
from app.errors import NotFound
from app.events.log import database_now
from app.identity import sessions
from app.identity.demo import DemoPeople, DemoPerson, demo_people
from app.identity.me import Somebody, first_line_units, load_actor
from app.settings import Settings
from app.web.i18n import _, language_of
from app.web.pages import render
from app.web.redirects import own_path

router = APIRouter(include_in_schema=False)
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Choice:
    id: int
    name: str
    title: str
    place: str


@dataclass(frozen=True)
class Group:
    title: str
    can_try: str
    people: tuple[Choice, ...]


@dataclass(frozen=True)
class SignInView:
    groups: tuple[Group, ...]
    back: str
    demo: bool


@router.get("/logg-inn", name="sign_in")
async def sign_in(
    request: Request,
    actor: Somebody,
    session: Db,
    published: Current,
    til: Annotated[str, Query(max_length=2000)] = "/",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    groups: tuple[Group, ...] = ()
    if settings.demo:
        people = await demo_people(session, sorted(first_line_units(request)))
        groups = _groups(people, published, language_of(request))
    return render(request, "portal/sign_in.html", SignInView(groups, own_path(til), settings.demo))


def _groups(people: DemoPeople, published: Published, language: str) -> tuple[Group, ...]:
    described = (
        (_("Ansatt"), _("Finn en tjeneste, bestill eller meld feil, og følg saken."), people.employees),
        (
            _("Førstelinja"),
            _("Se alle køer, registrer en telefon, løs med en gang eller send videre."),
            people.first_line,
        ),
        (_("Saksbehandler"), _("Ta saker i køen til fagenheten, svar, sett på vent og løs."), people.agents),
        (_("Leder"), _("Godkjenn det enheten din bestiller."), people.leaders),
        (
            _("Bestiller"),
            _("Bestill på vegne av andre i enheten, og følg det som er bestilt."),
            people.orderers,
        ),
        (_("Kommunalsjef"), _("Leder for lederne i et helt område."), people.directors),
    )
    return tuple(
        Group(title, can_try, tuple(_choice(person, published, language) for person in found))
        for title, can_try, found in described
        if found
    )


def _choice(person: DemoPerson, published: Published, language: str) -> Choice:
    place = person.org_unit
    if person.unit in published.catalogue.units:
        place = published.catalogue.units[person.unit].title.in_language(language)
    return Choice(person.id, person.name, person.title, place)


@router.post("/logg-inn", name="become")
async def become(
    request: Request,
    session: Db,
    person_id: Annotated[int, Form(ge=1, le=LARGEST_ID)],
    til: Annotated[str, Form(max_length=2000)] = "/",
) -> RedirectResponse:
    """Become somebody of the demo. Without SKRANKE_DEMO=1 this page does not exist."""
    settings: Settings = request.app.state.settings
    if not settings.demo:
        raise NotFound
    await load_actor(session, person_id)
    await _end_session(request, session)
    token = await sessions.create_session(session, person_id, settings, at=await database_now(session))
    response = RedirectResponse(own_path(til), 303)
    name = sessions.cookie_name(settings)
    secure = name == sessions.HOST_COOKIE
    response.set_cookie(name, token, path="/", secure=secure, httponly=True, samesite="lax")
    return response


@router.post("/logg-ut", name="sign_out")
async def sign_out(request: Request, session: Db) -> Response:
    settings: Settings = request.app.state.settings
    await _end_session(request, session)
    response = RedirectResponse("/logg-inn", 303)
    name = sessions.cookie_name(settings)
    response.delete_cookie(name, path="/", secure=name == sessions.HOST_COOKIE, httponly=True, samesite="lax")
    return response


async def _end_session(request: Request, session: Db) -> None:
    token = request.cookies.get(sessions.cookie_name(request.app.state.settings))
    if token:
        await sessions.revoke_session(session, token)
