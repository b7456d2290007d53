"""«Drift»: who comes in, what an administrator ends and gives, and what they can never give themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.events.log import database_now
from app.identity.actor import Office
from app.identity.me import load_actor
from app.identity.models import ApiToken, BrowserSession
from app.identity.tokens import Scope, create_token
from app.issuer_settings import TokenIssuer
from app.people.models import Person
from app.people.offices import appoint, offices_held
from tests.audit.test_refusals import written
from tests.cast import APPOINTING, Cast
from tests.conftest import AsPerson
from tests.tickets.asking import once

API = "/api/v1/administration"
SYSTEM = {"name": "Timeplan", "client_id": "timeplan-1", "scopes": ["read"]}
AUTHORITY = "https://issuer.example/tenant"
SYSTEMS = TokenIssuer(authority=AUTHORITY, audience="api")

Desk = Callable[[Person], "Browser"]


class Browser:
    """An administrator's browser: reads a page for its token before it changes anything."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def _token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', (await self.get("/drift")).text)
        assert found
        return found[1]

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, data={"csrf_token": await self._token(), **fields})

    async def call(self, method: str, path: str, json: object = None) -> httpx.Response:
        headers = {"x-csrf-token": await self._token()} | once()
        return await self.client.request(method, f"{API}{path}", headers=headers, json=json)


@pytest.fixture
async def admin(session: AsyncSession, cast: Cast, in_browser: AsPerson) -> Browser:
    """Truls, who works at the school and sees nobody's case."""
    await appoint(session, cast.truls.id, Office.TECHNICAL_ADMINISTRATOR, by=APPOINTING)
    await session.commit()
    return Browser(in_browser(cast.truls))


async def test_only_the_technical_administrator_comes_in_and_never_by_a_key(
    admin: Browser, in_browser: AsPerson, as_person: AsPerson, cast: Cast
) -> None:
    pages = ("/drift", "/drift/verv", "/drift/systemer", f"/drift/personer/{cast.alice.id}")
    calls = (f"{API}/persons?q=a", f"{API}/persons/{cast.alice.id}", f"{API}/offices", f"{API}/systems")
    for path in (*pages, *calls):
        assert (await admin.get(path)).status_code == 200, path
        for other in (cast.alice, cast.stein, cast.dagny):
            assert (await in_browser(other).get(path)).status_code == 403, path
        key = await as_person(cast.truls).get(path, headers={"accept": "application/json"})
        assert (key.status_code, key.json()["code"]) == (403, "sign_in.not_recent"), path


async def test_whoever_signed_in_long_ago_is_asked_who_they_are_before_anything_is_shown(
    admin: Browser, session: AsyncSession, cast: Cast
) -> None:
    assert (await admin.get("/drift")).status_code == 200
    await session.execute(update(BrowserSession).values(authenticated_at=None))
    await session.commit()
    page = await admin.get(f"/drift/personer/{cast.alice.id}")
    assert page.status_code == 403
    assert f"/logg-inn/igjen?til=%2Fdrift%2Fpersoner%2F{cast.alice.id}" in page.text
    assert cast.alice.name not in page.text


async def test_people_are_found_by_name_mail_and_number_but_never_the_shielded_or_a_system(
    admin: Browser, session: AsyncSession, cast: Cast
) -> None:
    await session.execute(update(Person).where(Person.id == cast.bob.id).values(active=False))
    await session.commit()

    async def found(q: str) -> list[str]:
        return [each["name"] for each in (await admin.get(f"{API}/persons?q={q}")).json()]

    assert await found("ber ali") == [cast.alice.name]
    assert await found(str(cast.alice.email)) == [cast.alice.name]
    assert await found(str(cast.alice.employee_number)) == [cast.alice.name]
    assert await found("bob") == [cast.bob.name], "also whoever is shut out"
    assert await found("") == await found("sigrid") == await found("%") == []
    shielded, nobody = (
        await admin.get(f"{API}/persons/{cast.sigrid.id}"),
        await admin.get(f"{API}/persons/999999999"),
    )
    assert shielded.status_code == nobody.status_code == 404
    assert shielded.content == nobody.content


async def test_one_sees_where_somebody_is_signed_in_and_their_keys_and_that_is_recorded(
    admin: Browser, session: AsyncSession, cast: Cast, in_browser: AsPerson, as_person: AsPerson
) -> None:
    await in_browser(cast.alice).get("/mine-saker")
    await as_person(cast.alice).get("/api/v1/me")
    account = (await admin.get(f"{API}/persons/{cast.alice.id}")).json()
    assert (len(account["sessions"]), [key["name"] for key in account["keys"]]) == (1, ["test"])
    assert account["keys"][0]["last_used_at"] is not None
    assert not {"token", "key", "token_hash"} & set(account["keys"][0])
    page = (await admin.get(f"/drift/personer/{cast.alice.id}")).text
    assert "Logg ut overalt" in page
    seen = await written(session, AuditKind.ACCOUNT_SHOWN)
    assert [(each["actor_id"], each["concerns_id"]) for each in seen] == [(cast.truls.id, cast.alice.id)] * 2


@pytest.mark.parametrize("by_page", [True, False])
async def test_somebody_is_signed_out_everywhere_and_the_keys_go_one_by_one(
    admin: Browser,
    session: AsyncSession,
    cast: Cast,
    in_browser: AsPerson,
    as_person: AsPerson,
    by_page: bool,
) -> None:
    browsers, program = [in_browser(cast.alice), in_browser(cast.alice)], as_person(cast.alice)
    for each in browsers:
        assert (await each.get("/mine-saker")).status_code == 200
    assert (await program.get("/api/v1/me")).status_code == 200
    at = f"/drift/personer/{cast.alice.id}"
    ended = await (
        admin.post(f"{at}/logg-ut") if by_page else admin.call("DELETE", f"/persons/{cast.alice.id}/sessions")
    )
    assert ended.status_code == (303 if by_page else 204)
    for each in browsers:
        assert (await each.get("/mine-saker")).status_code == 303
    assert (await program.get("/api/v1/me")).status_code == 200
    key = (await session.scalars(select(ApiToken.id).where(ApiToken.person_id == cast.alice.id))).one()
    revoked = await (
        admin.post(f"{at}/nokler/{key}/tilbakekall")
        if by_page
        else admin.call("DELETE", f"/persons/{cast.alice.id}/keys/{key}")
    )
    assert revoked.status_code == (303 if by_page else 204)
    assert (await program.get("/api/v1/me")).status_code == 401
    other = await admin.call("DELETE", f"/persons/{cast.bob.id}/keys/{key}")
    assert other.status_code == 404, "a key is its owner's, and this one is over"
    for kind in (AuditKind.SIGNED_OUT_EVERYWHERE, AuditKind.KEY_REVOKED):
        [entry] = await written(session, kind)
        assert (entry["actor_id"], entry["concerns_id"]) == (cast.truls.id, cast.alice.id)


async def test_somebody_is_shut_out_and_let_in_again(
    admin: Browser, session: AsyncSession, cast: Cast, in_browser: AsPerson, as_person: AsPerson
) -> None:
    browser, program = in_browser(cast.bob), as_person(cast.bob)
    await browser.get("/mine-saker")
    await program.get("/api/v1/me")
    assert (await admin.post(f"/drift/personer/{cast.bob.id}/steng")).status_code == 303
    assert (await browser.get("/desk", headers={"accept": "application/json"})).status_code == 401
    assert (await program.get("/api/v1/me")).status_code == 401
    assert "Stengt ute" in (await admin.get(f"/drift/personer/{cast.bob.id}")).text
    assert (await admin.call("PUT", f"/persons/{cast.bob.id}/access")).status_code == 204
    assert (await browser.get("/desk", headers={"accept": "application/json"})).status_code == 401
    assert (await in_browser(cast.bob).get("/mine-saker")).status_code == 200
    assert len(await written(session, AuditKind.PERSON_DISABLED)) == 1
    assert len(await written(session, AuditKind.PERSON_ENABLED)) == 1


async def test_nobody_changes_their_own_access_or_offices(
    admin: Browser, session: AsyncSession, cast: Cast
) -> None:
    me = cast.truls.id
    own = (
        ("DELETE", f"/persons/{me}/sessions"),
        ("DELETE", f"/persons/{me}/access"),
        ("PUT", f"/persons/{me}/access"),
        ("DELETE", f"/persons/{me}/keys/1"),
        ("PUT", f"/offices/privacy_officer/{me}"),
        ("PUT", f"/offices/process_owner/{me}?scope=bestille-pc"),
        ("DELETE", f"/offices/technical_administrator/{me}"),
    )
    for method, path in own:
        refused = await admin.call(method, path)
        assert (refused.status_code, refused.json()["code"]) == (403, "administration.not_yourself"), path
    form = await admin.post(f"/drift/personer/{me}/verv", office="privacy_officer")
    assert form.status_code == 403
    assert len(await written(session, AuditKind.REFUSED)) >= 1
    assert [held.office for held in await offices_held(session, me)] == [Office.TECHNICAL_ADMINISTRATOR]


async def test_an_office_is_given_and_taken_and_the_mottak_never_from_here(
    admin: Browser, session: AsyncSession, cast: Cast
) -> None:
    vera = cast.dagny.id
    assert (await admin.post(f"/drift/personer/{vera}/verv", office="privacy_officer")).status_code == 303
    assert (await admin.call("PUT", f"/offices/privacy_officer/{vera}")).status_code == 204, "twice is once"
    assert (await load_actor(session, vera)).holds(Office.PRIVACY_OFFICER)
    assert (await admin.call("PUT", f"/offices/process_owner/{vera}?scope=bestille-pc")).status_code == 204
    listed = (await admin.get(f"{API}/offices")).json()
    assert [(each["office"], each["scope"]) for each in listed if each["person_id"] == vera] == [
        ("privacy_officer", ""),
        ("process_owner", "bestille-pc"),
    ]
    assert cast.dagny.name in (await admin.get("/drift/verv")).text
    for method in ("PUT", "DELETE"):
        refused = await admin.call(method, f"/offices/whistleblowing_recipient/{vera}")
        assert (refused.status_code, refused.json()["code"]) == (403, "administration.mottak_not_here")
    ended = await admin.post(f"/drift/personer/{vera}/verv/slutt", office="privacy_officer")
    assert ended.status_code == 303
    assert (await admin.call("DELETE", f"/offices/privacy_officer/{vera}")).status_code == 404
    given = [each["payload"]["office"] for each in await written(session, AuditKind.RIGHT_GIVEN)]
    assert given[-2:] == ["privacy_officer", "process_owner"]
    assert [each["payload"]["office"] for each in await written(session, AuditKind.RIGHT_TAKEN)] == [
        "privacy_officer"
    ]


@pytest.mark.parametrize(
    ("office", "scope", "wrong"),
    [
        ("process_owner", "", "scope"),
        ("process_owner", "no-such", "scope"),
        ("privacy_officer", "bestille-pc", "scope"),
    ],
)
async def test_an_office_that_is_wrong_is_not_given(
    admin: Browser, session: AsyncSession, cast: Cast, office: str, scope: str, wrong: str
) -> None:
    refused = await admin.call("PUT", f"/offices/{office}/{cast.dagny.id}?scope={scope}")
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == [wrong]
    page = await admin.post(f"/drift/personer/{cast.dagny.id}/verv", office=office, scope=scope)
    assert page.status_code == 422
    assert "ds-validation-message" in page.text
    assert (await admin.post(f"/drift/personer/{cast.dagny.id}/verv", office="king")).status_code == 422
    assert await offices_held(session, cast.dagny.id) == []
    for nobody in (cast.sigrid.id, 999_999_999):
        assert (await admin.call("PUT", f"/offices/privacy_officer/{nobody}")).status_code == 404


async def test_a_system_comes_in_without_a_unit_and_is_ended(
    admin: Browser, app: FastAPI, session: AsyncSession
) -> None:
    refused = await admin.call("POST", "/systems", SYSTEM)
    assert (refused.status_code, refused.json()["code"]) == (409, "administration.no_systems")
    app.state.settings = app.state.settings.model_copy(update={"systems": SYSTEMS})
    made = await admin.call("POST", "/systems", SYSTEM)
    assert made.status_code == 201, made.text
    [system] = made.json()
    assert (system["name"], system["units"], system["scopes"]) == ("Timeplan", [], ["read"])
    again = await admin.post("/drift/systemer", name="Timeplan", client_id="timeplan-1", may="read")
    assert again.status_code == 409
    assert (await admin.post("/drift/systemer", name=" ", client_id="", may="")).status_code == 422
    assert "Timeplan" in (await admin.get("/drift/systemer")).text
    assert (await admin.post(f"/drift/systemer/{system['id']}/slutt")).status_code == 303
    assert (await admin.get(f"{API}/systems")).json() == []
    assert (await admin.call("DELETE", f"/systems/{system['id']}")).status_code == 404
    [entry] = await written(session, AuditKind.CLIENT_REGISTERED)
    assert entry["payload"] == {"scopes": ["read"], "units": []}
    assert len(await written(session, AuditKind.CLIENT_REVOKED)) == 1


async def test_a_key_s_name_is_shown_and_the_key_itself_nowhere(
    admin: Browser, session: AsyncSession, cast: Cast
) -> None:
    token = await create_token(
        session, cast.alice.id, "Rapport", {Scope.READ}, at=await database_now(session), expires_at=None
    )
    await session.commit()
    page = (await admin.get(f"/drift/personer/{cast.alice.id}")).text
    assert "Rapport" in page
    assert token not in page


@pytest.mark.parametrize(
    "path",
    [
        "/drift/personer/0",
        "/drift/personer/abc",
        f"/drift/personer/{2**63}",
        "/drift/personer/1%00",
        "/drift?q=%00",
        f"/drift?q={'x' * 101}",
        f"{API}/persons?q={'x' * 101}",
        f"{API}/persons",
        f"{API}/persons/-1",
    ],
)
async def test_what_names_nobody_is_refused(admin: Browser, path: str) -> None:
    assert (await admin.get(path)).status_code in (400, 404, 422)


async def test_a_body_that_is_wrong_registers_nothing(admin: Browser, app: FastAPI) -> None:
    app.state.settings = app.state.settings.model_copy(update={"systems": SYSTEMS})
    for wrong in (
        {},
        SYSTEM | {"units": ["hr"]},
        SYSTEM | {"scopes": ["all"]},
        SYSTEM | {"scopes": []},
        SYSTEM | {"name": " "},
    ):
        assert (await admin.call("POST", "/systems", wrong)).status_code == 422, wrong
    assert (await admin.call("PUT", "/offices/king/1")).status_code == 422
    assert (await admin.get(f"{API}/systems")).json() == []
