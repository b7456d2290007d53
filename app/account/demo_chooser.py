"""The demo's chooser of people. It exists only with `SKRANKE_DEMO=1` (design decision 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.account.cookies import give_session, visit_of
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published
from app.database.session import Db
from app.errors import NotFound
from app.events.log import database_now
from app.identity import sessions
from app.identity.actor import Actor
from app.identity.demo import DemoPeople, DemoPerson, demo_people
from app.identity.me import first_line_units, load_actor
from app.settings import Settings
from app.web.i18n import _, language_of
from app.web.rate_limit import LimitedByAddress
from app.web.redirects import own_path
from app.web.rooms import Room

router = Room(include_in_schema=False)
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
class DemoView:
    groups: tuple[Group, ...]
    back: str


async def chooser(request: Request, session: AsyncSession, published: Published, back: str) -> DemoView:
    people = await demo_people(session, sorted(first_line_units(request)))
    return DemoView(_groups(people, published, language_of(request)), own_path(back))


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
        (
            _("Personvernombud"),
            _("Les sikkerhetsloggen, se hva som er over oppbevaringstida, og gå gjennom innsyn."),
            people.officers,
        ),
        (
            _("Teknisk administrator"),
            _("Se hvem som slipper inn, logg noen ut overalt, og gi et verv. Ser ingen saker."),
            people.administrators,
        ),
        (_("Varslingsmottak"), _("Les og svar på varsler som ingen andre ser."), people.recipients),
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
    _limited: LimitedByAddress,
    til: Annotated[str, Form(max_length=2000)] = "/",
) -> RedirectResponse:
    """Become somebody of the demo. Without SKRANKE_DEMO=1 this page does not exist."""
    settings: Settings = request.app.state.settings
    if not settings.demo:
        raise NotFound
    await load_actor(session, person_id)
    visit = visit_of(request)
    if visit.token:
        await sessions.revoke_session(session, visit.token)
    at = await database_now(session)
    token = await sessions.create_session(
        session, person_id, settings, at=at, authenticated_at=at, visit=visit
    )
    by = Actor(person_id=person_id, name="")
    await audit(
        session,
        by,
        AuditKind.SIGNED_IN,
        subject_kind="person",
        subject_id=person_id,
        payload={"way": "demo", "device": visit.device, "address": visit.address or ""},
    )
    response = RedirectResponse(own_path(til), 303)
    give_session(response, settings, token)
    return response
