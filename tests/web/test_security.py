"""What every answer tells the browser, whoever made it; and what is kept in the browser."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.catalogue.published import Published
from app.database.session import Sessions, transaction
from app.identity.me import SAFE_METHODS
from app.people.models import Person
from app.settings import Settings
from app.web.static_files import STATIC
from tests.cast import Cast, hire_cast
from tests.conftest import BASE_URL, AsPerson, build_app, settings_in, signed_in, undone
from tests.web.test_routes import routes_of

FOR_EVERYBODY = {"/brand.css", "/logo.svg"}
"""Neither personal nor secret; everything else that is not a built file is never kept."""
STREAMS = {"/desk/strom"}
BY_HAND = (
    ("GET", "/nowhere"),
    ("GET", "/%00"),
    ("GET", "/static/nothing.js"),
    ("PATCH", "/mine-saker"),
    ("TRACE", "/"),
    ("POST", "/logg-ut"),
    ("POST", "/api/v1/tickets"),
)


def policy_of(response: httpx.Response) -> dict[str, str]:
    """Directive -> sources."""
    parts = (part.strip().partition(" ") for part in response.headers["content-security-policy"].split(";"))
    return {name: sources for name, _, sources in parts}


@pytest.fixture(scope="module")
async def answers(
    engine: AsyncEngine, published: Published, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, httpx.Response]:
    """One answer of every route that reads, of some that refuse, and of an error nobody thought of."""
    settings = settings_in(tmp_path_factory.mktemp("data"))
    async with undone(engine) as sessions:
        async with transaction(sessions) as session:
            cast = await hire_cast(session)
        app = build_app(settings, sessions, published)
        return await ask_all(app, signed_in(app, sessions, settings, cast.bob, browser=True))


async def ask_all(app: FastAPI, browser: httpx.AsyncClient) -> dict[str, httpx.Response]:
    @app.get("/raise/bug")
    async def fail() -> None:
        raise ZeroDivisionError

    asked = [
        ("GET", re.sub(r"\{[^}]*\}", "1", route.path))
        for route in routes_of(app)
        if route.methods <= SAFE_METHODS and route.path not in STREAMS
    ]
    assert len(asked) > 35, "the routes are not found any more"
    return {
        f"{method} {path}": await browser.request(method, path, headers={"accept": "text/html"})
        for method, path in (*asked, *BY_HAND)
    }


async def test_every_answer_is_closed_for_what_is_not_ours(answers: dict[str, httpx.Response]) -> None:
    for asked, response in answers.items():
        policy = policy_of(response)
        assert "unsafe" not in response.headers["content-security-policy"], asked
        assert "*" not in response.headers["content-security-policy"], asked
        assert policy["default-src"] == "'none'", asked
        assert policy["base-uri"] == "'none'", asked
        assert policy["frame-ancestors"] == "'none'", asked
        if "sandbox" not in policy:
            assert policy["object-src"] == "'none'", asked
            assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'", asked
            assert policy["form-action"] == "'self'", asked


async def test_every_answer_carries_the_headers_that_keep_browsers_safe(
    answers: dict[str, httpx.Response],
) -> None:
    for asked, response in answers.items():
        headers = response.headers
        assert headers["x-content-type-options"] == "nosniff", asked
        # Told to nobody else; and not `no-referrer`, or browsers call the form of languages a stranger's.
        assert headers["referrer-policy"] == "same-origin", asked
        assert headers["cross-origin-opener-policy"] == "same-origin", asked
        assert headers["cross-origin-resource-policy"] == "same-origin", asked
        assert "camera=()" in headers["permissions-policy"], asked
        assert headers["x-frame-options"] == "DENY", asked
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", asked
        assert "server" not in headers, asked
        assert "x-powered-by" not in headers, asked


async def test_what_is_personal_is_kept_nowhere(answers: dict[str, httpx.Response]) -> None:
    for asked, response in answers.items():
        kept = response.headers["cache-control"]
        if asked.partition(" ")[2] in FOR_EVERYBODY:
            assert kept == "public, no-cache", asked
        else:
            assert "no-store" in kept, asked
            assert "public" not in kept, asked


async def test_every_text_says_its_type_and_its_letters(answers: dict[str, httpx.Response]) -> None:
    for asked, response in answers.items():
        kind = response.headers.get("content-type", "")
        assert bool(response.content) <= bool(kind), asked
        if kind.startswith("text/"):
            assert kind.endswith("charset=utf-8"), f"{asked}: {kind}"


async def test_nothing_is_traced(answers: dict[str, httpx.Response]) -> None:
    assert answers["TRACE /"].status_code == 405


async def test_a_built_file_is_kept_for_good_and_a_folder_is_not_listed(client: httpx.AsyncClient) -> None:
    built = next(path.name for path in sorted(STATIC.glob("main-*.js")))
    file = await client.get(f"/static/{built}")
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "unsafe" not in file.headers["content-security-policy"]
    for folder in ("/static", "/static/", "/static/..%2f..%2fsettings.py", "/static/../settings.py"):
        assert (await client.get(folder)).status_code == 404, folder


async def test_no_answer_repeats_the_host_that_was_asked_for(app: FastAPI, client: httpx.AsyncClient) -> None:
    """An address made of the Host header would take people, or a cache, wherever somebody likes."""
    for route in routes_of(app):
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        for asked in (path, f"{path}/".replace("//", "/")):
            response = await client.get(asked, headers={"host": "evil.example", "accept": "text/html"})
            assert "evil.example" not in f"{response.headers}{response.text}", asked


async def test_on_plain_http_there_is_no_promise_of_https(
    settings: Settings, sessions: Sessions, published: Published
) -> None:
    """A year of https-only for 127.0.0.1 would break every other program on the machine."""
    app = build_app(settings.model_copy(update={"public_url": "http://127.0.0.1:8000"}), sessions, published)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000"
    ) as client:
        assert "strict-transport-security" not in (await client.get("/health/live")).headers


async def test_behind_a_proxy_that_ends_tls_https_is_promised_all_the_same(app: FastAPI) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://10.0.0.7:8000"
    ) as client:
        assert "strict-transport-security" in (await client.get("/health/live")).headers


def cookies_of(response: httpx.Response) -> list[Any]:
    return [
        morsel
        for header in response.headers.get_list("set-cookie")
        for morsel in SimpleCookie(header).values()
    ]


async def test_every_cookie_belongs_to_this_host_alone(
    settings: Settings, sessions: Sessions, published: Published, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    app = build_app(settings.model_copy(update={"demo": True}), sessions, published)
    ours = {"origin": BASE_URL, "sec-fetch-site": "same-origin"}
    given: list[Any] = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=BASE_URL, headers=ours
    ) as browser:
        for path, form in (
            ("/language", {"language": "nn"}),
            ("/logg-inn", {"person_id": str(cast.alice.id)}),
            ("/logg-ut", {}),
        ):
            token = re.search(r'name="csrf_token" value="([^"]*)"', (await browser.get("/personvern")).text)
            assert token
            given += cookies_of(await browser.post(path, data=form | {"csrf_token": token[1]}))
    assert {morsel.key for morsel in given} == {"__Host-skranke", "__Host-skranke_language"}
    for morsel in given:
        assert morsel["secure"], morsel.key
        assert morsel["httponly"], morsel.key
        assert morsel["samesite"] == "lax", morsel.key
        assert (morsel["path"], morsel["domain"]) == ("/", ""), morsel.key


async def test_signing_out_clears_what_the_browser_kept(
    in_browser: AsPerson, session: AsyncSession, bob: Person
) -> None:
    await session.commit()
    browser = in_browser(bob)
    for path in ("/logg-ut/overalt", "/logg-ut"):
        token = re.search(r'name="csrf_token" value="([^"]*)"', (await browser.get("/personvern")).text)
        assert token
        response = await browser.post(path, data={"csrf_token": token[1]})
        assert response.status_code == 303
        assert response.headers["clear-site-data"] == '"cache"'
