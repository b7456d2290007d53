"""No page of another site changes anything here: asked of every route that changes something, also of those to come."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.log import database_now
from app.identity.me import SAFE_METHODS
from app.identity.sessions import cookie_name, create_session
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import BASE_URL
from tests.web.test_routes import routes_of

OURS = {"origin": BASE_URL, "sec-fetch-site": "same-origin"}
FOREIGN: dict[str, dict[str, str]] = {
    "another site": {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    "a neighbour on the same domain": {"origin": "https://other.testserver", "sec-fetch-site": "same-site"},
    "a browser that only knows Origin": {"origin": "https://evil.example"},
    "a frame without an origin": {"origin": "null"},
    "another port": {"origin": f"{BASE_URL}:8443"},
    "another protocol": {"origin": "ftp://testserver"},
    "two witnesses that differ": {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    "the other way round": {"origin": BASE_URL, "sec-fetch-site": "cross-site"},
    "an empty witness": {"sec-fetch-site": ""},
    "no witness": {},
}
"""Who asks, each with our own session and its true token."""


@dataclass(frozen=True)
class Browser:
    client: httpx.AsyncClient
    cookie: dict[str, str]
    token: str
    somebody_elses_token: str

    async def change(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str | None]:
        """Status and the problem's code, when there is one."""
        asked = {"accept": "application/json"} | headers
        response = await self.client.request(method, path, headers=asked)
        told = response.headers["content-type"].endswith("json") if response.content else False
        return response.status_code, response.json().get("code") if told else None


@pytest.fixture
async def browser(
    client: httpx.AsyncClient, session: AsyncSession, settings: Settings, cast: Cast
) -> Browser:
    at = await database_now(session)
    signed: list[tuple[dict[str, str], str]] = []
    for who in (cast.bob, cast.carol):
        secret = await create_session(session, who.id, settings, at=at)
        await session.commit()
        cookie = {"cookie": f"{cookie_name(settings)}={secret}"}
        page = await client.get("/", headers=cookie)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        signed.append((cookie, found[1]))
    (cookie, token), (_, other) = signed
    return Browser(client, cookie, token, other)


def changing(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of every route that changes something, its parameters filled.

    But for SCIM, where no cookie opens anything (tests/scim/test_pushing.py).
    """
    found = [
        (method, re.sub(r"\{[^}]*\}", "1", route.path))
        for route in routes_of(app)
        for method in sorted(route.methods - SAFE_METHODS)
        if not route.path.startswith("/scim/")
    ]
    assert len(found) > 25, "the routes are not found any more"
    return found


@pytest.mark.parametrize("who", FOREIGN)
async def test_a_change_that_another_page_asks_for_is_refused(
    app: FastAPI, browser: Browser, who: str
) -> None:
    headers = browser.cookie | FOREIGN[who] | {"X-CSRF-Token": browser.token}
    for method, path in changing(app):
        assert await browser.change(method, path, headers) == (403, "csrf"), f"{method} {path}"


async def test_a_change_needs_the_token_of_its_own_session(app: FastAPI, browser: Browser) -> None:
    for token in (None, "", "å", "x", "A" * 88, browser.somebody_elses_token):
        sent = {"X-CSRF-Token": token.encode()} if token is not None else {}
        headers = {**browser.cookie, **OURS, **sent}
        for method, path in changing(app):
            assert await browser.change(method, path, headers) == (403, "csrf"), f"{method} {path}"  # type: ignore[arg-type]


async def test_a_token_stands_in_the_header_or_the_form_and_never_in_the_address(
    app: FastAPI, browser: Browser
) -> None:
    headers = browser.cookie | OURS
    for method, path in changing(app):
        there = f"{path}?csrf_token={browser.token}"
        assert await browser.change(method, there, headers) == (403, "csrf"), f"{method} {path}"


async def test_another_scheme_of_authorization_is_no_way_round(app: FastAPI, browser: Browser) -> None:
    """A browser adds Basic and Negotiate by itself, and the session would still be read from the cookie."""
    for scheme in ("Basic YTpi", "Negotiate YII", "Digest x", "Bearer", "Bearer "):
        headers = browser.cookie | FOREIGN["another site"] | {"authorization": scheme}
        for method, path in changing(app):
            assert await browser.change(method, path, headers) == (403, "csrf"), f"{scheme}: {method} {path}"


async def test_our_own_pages_are_let_through(app: FastAPI, browser: Browser) -> None:
    for witness in (OURS, {"origin": BASE_URL}, {"sec-fetch-site": "same-origin"}):
        for method, path in changing(app):
            if path == "/logg-ut":
                continue
            headers = browser.cookie | witness | {"X-CSRF-Token": browser.token}
            status, code = await browser.change(method, path, headers)
            assert (status < 500, code != "csrf") == (True, True), f"{method} {path}: {status} {code}"


async def test_nobody_is_signed_in_or_given_a_language_by_another_site(
    app: FastAPI, browser: Browser
) -> None:
    """Without a session there is no token yet; the witnesses must speak for us."""
    for who, witness in FOREIGN.items():
        for method, path in changing(app):
            expected = (401, "not_signed_in") if path.startswith("/api/") else (403, "csrf")
            assert await browser.change(method, path, witness) == expected, f"{who}: {method} {path}"


async def test_no_other_site_may_read_what_is_answered(app: FastAPI, browser: Browser) -> None:
    """There is no CORS: neither a preflight nor an answer names another origin."""
    for route in routes_of(app):
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        if path == "/desk/strom":
            continue
        asked = FOREIGN["another site"] | {"access-control-request-method": "PUT"} | browser.cookie
        for method in ("OPTIONS", "GET"):
            response = await browser.client.request(method, path, headers=asked)
            assert not [name for name in response.headers if name.startswith("access-control-")], path
