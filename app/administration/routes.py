"""GET /drift, /drift/personer/…, /drift/verv, /drift/systemer: the technical administrator's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Form, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.administration import accounts, clients, naming
from app.administration.accounts import Account, AccountRow
from app.administration.door import Administrator, AdministratorBriefly
from app.administration.policy import NAMED_ELSEWHERE
from app.administration.words import OFFICES
from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, Problem
from app.identity.actor import Actor, Office
from app.identity.systems import RegisteredSystem, registered_systems, revoke_system
from app.identity.tokens import Scope
from app.people.offices import Held, offices_held
from app.settings import Settings
from app.web.i18n import language_of, say
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.problems import field_errors
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False, prefix="/drift")
Id = Annotated[int, Path(ge=1, lt=2**63)]
MAY = {"read": frozenset({Scope.READ}), "write": frozenset({Scope.READ, Scope.WRITE})}


@dataclass(frozen=True)
class Tried:
    """A form that was not saved: what was written, a sentence for the whole, and one for each field that is wrong."""

    values: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PeopleView:
    wanted: str
    found: Sequence[AccountRow]


@dataclass(frozen=True)
class OfficeLine:
    held: Held
    title: str
    over: str
    """The service's title, of an office that is held over one."""
    may_end: bool


@dataclass(frozen=True)
class PersonView:
    account: Account
    is_me: bool
    offices: tuple[OfficeLine, ...]
    choices: tuple[tuple[str, str], ...]
    services: tuple[tuple[str, str], ...]
    tried: Tried


@dataclass(frozen=True)
class OfficeGroup:
    title: str
    opens: str
    lines: tuple[OfficeLine, ...]


@dataclass(frozen=True)
class OfficesView:
    groups: tuple[OfficeGroup, ...]


@dataclass(frozen=True)
class SystemsView:
    systems: Sequence[RegisteredSystem]
    units: Mapping[str, str]
    authority: str
    """Whose access tokens are taken; empty: nobody's."""
    tried: Tried


@router.get("", name="administration")
async def people(
    request: Request, me: Administrator, session: Db, q: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    view = PeopleView(q.strip(), await accounts.find_accounts(session, q))
    return render(request, "administration/people.html", view)


@router.get("/personer/{person_id}")
async def person(
    request: Request, person_id: Id, me: Administrator, session: Db, published: Current
) -> HTMLResponse:
    return await _person(request, session, person_id, me, published, Tried())


@router.post("/personer/{person_id}/logg-ut")
async def sign_out(person_id: Id, me: Administrator, session: Db) -> Response:
    await accounts.sign_out_everywhere(session, person_id, by=me)
    return _back(person_id)


@router.post("/personer/{person_id}/steng")
async def shut_out(person_id: Id, me: Administrator, session: Db) -> Response:
    await accounts.shut_out(session, person_id, by=me)
    return _back(person_id)


@router.post("/personer/{person_id}/apne")
async def let_in(person_id: Id, me: Administrator, session: Db) -> Response:
    await accounts.let_in(session, person_id, by=me)
    return _back(person_id)


@router.post("/personer/{person_id}/nokler/{key_id}/tilbakekall")
async def revoke_key(person_id: Id, key_id: Id, me: Administrator, session: Db) -> Response:
    await accounts.revoke_key(session, person_id, key_id, by=me)
    return _back(person_id, "nokler")


@router.post("/personer/{person_id}/verv")
async def name_to(
    request: Request,
    person_id: Id,
    me: AdministratorBriefly,
    published: Current,
    office: Annotated[str, Form(max_length=100)] = "",
    scope: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await naming.name_to(session, person_id, _office(office), scope, by=me, published=published)
    except (Invalid, Forbidden) as problem:
        await record_refusal(request, problem)
        tried = _tried(request, {"office": office, "scope": scope}, problem)
        async with transaction(sessions) as session:
            return await _person(request, session, person_id, me, published, tried, status=problem.status)
    return _back(person_id, "verv")


@router.post("/personer/{person_id}/verv/slutt")
async def relieve(
    person_id: Id,
    me: Administrator,
    session: Db,
    office: Annotated[str, Form(max_length=100)] = "",
    scope: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    await naming.relieve(session, person_id, _office(office), scope, by=me)
    return _back(person_id, "verv")


@router.get("/verv")
async def offices(request: Request, me: Administrator, session: Db, published: Current) -> HTMLResponse:
    held = await offices_held(session)
    language = language_of(request)
    groups = tuple(
        OfficeGroup(
            title, opens, _lines([one for one in held if one.office is office], me, published, language)
        )
        for office, (title, opens) in OFFICES.items()
    )
    return render(request, "administration/offices.html", OfficesView(groups))


@router.get("/systemer")
async def systems(request: Request, me: Administrator, session: Db, published: Current) -> HTMLResponse:
    return await _systems(request, session, published, Tried())


@router.post("/systemer")
async def register(
    request: Request,
    me: AdministratorBriefly,
    published: Current,
    name: Annotated[str, Form(max_length=1000)] = "",
    client_id: Annotated[str, Form(max_length=1000)] = "",
    may: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    sessions: Sessions = request.app.state.sessions
    settings: Settings = request.app.state.settings
    try:
        async with transaction(sessions) as session:
            await clients.register(
                session, name, client_id, MAY.get(may, frozenset()), by=me, settings=settings
            )
    except (Invalid, Conflict) as problem:
        tried = _tried(request, {"name": name, "client_id": client_id, "may": may}, problem)
        async with transaction(sessions) as session:
            return await _systems(request, session, published, tried, status=problem.status)
    return RedirectResponse("/drift/systemer", 303)


@router.post("/systemer/{system_id}/slutt")
async def end_system(system_id: Id, me: Administrator, session: Db) -> Response:
    await revoke_system(session, system_id, by=me)
    return RedirectResponse("/drift/systemer", 303)


def _back(person_id: int, part: str = "") -> RedirectResponse:
    return RedirectResponse(f"/drift/personer/{person_id}{f'#{part}' if part else ''}", 303)


def _office(named: str) -> Office:
    """Raises Invalid for what is no office."""
    try:
        return Office(named)
    except ValueError:
        raise Invalid("request.invalid", fields=(FieldProblem("office", "field.required"),)) from None


async def _person(
    request: Request,
    session: AsyncSession,
    person_id: int,
    me: Actor,
    published: Published,
    tried: Tried,
    *,
    status: int = 200,
) -> HTMLResponse:
    account = await accounts.account_of(session, person_id, request.app.state.settings, by=me)
    language = language_of(request)
    view = PersonView(
        account=account,
        is_me=person_id == me.person_id,
        offices=_lines(account.offices, me, published, language),
        choices=tuple(
            (office.value, say(language, title))
            for office, (title, _opens) in OFFICES.items()
            if office not in NAMED_ELSEWHERE
        ),
        services=_services(published, language),
        tried=tried,
    )
    return render(request, "administration/person.html", view, status=status)


async def _systems(
    request: Request, session: AsyncSession, published: Published, tried: Tried, *, status: int = 200
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    language = language_of(request)
    view = SystemsView(
        systems=await registered_systems(session),
        units={key: unit.title.in_language(language) for key, unit in published.catalogue.units.items()},
        authority=settings.systems.authority if settings.systems else "",
        tried=tried,
    )
    return render(request, "administration/systems.html", view, status=status)


def _lines(held: Sequence[Held], me: Actor, published: Published, language: str) -> tuple[OfficeLine, ...]:
    services = published.catalogue.services
    return tuple(
        OfficeLine(
            one,
            say(language, OFFICES[one.office][0]),
            services[one.scope].title.in_language(language) if one.scope in services else one.scope,
            may_end=one.person_id != me.person_id and one.office not in NAMED_ELSEWHERE,
        )
        for one in held
    )


def _services(published: Published, language: str) -> tuple[tuple[str, str], ...]:
    """What an office may be held over, by title."""
    titles = ((key, each.title.in_language(language)) for key, each in published.catalogue.services.items())
    return tuple(sorted(titles, key=lambda pair: pair[1].casefold()))


def _tried(request: Request, values: Mapping[str, str], problem: Problem) -> Tried:
    language = language_of(request)
    return Tried(
        values,
        "" if problem.fields else sentence_of(problem.code, language, problem.params) or "",
        {wrong["field"]: wrong["detail"] for wrong in field_errors(problem, language)},
    )
