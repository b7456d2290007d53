from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.catalogue.published import Published
from app.people.models import Person
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import BASE_URL, AsPerson, build_app
from tests.identity.test_me import counted

PAGES = [
    "/",
    "/tjenester",
    "/tjenester?enhet=it",
    "/tjenester?enhet=finnes-ikke",
    "/sok",
    "/sok?q=bærbar",
    "/sok?q=qqqqqqq",
    "/mine-saker",
    "/mine-saker?vis=alle",
    "/tilgjengelighet",
    "/personvern",
    "/avtaler",
]


@pytest.fixture
async def browser(in_browser: AsPerson, session: AsyncSession, cast: Cast) -> httpx.AsyncClient:
    await session.commit()
    return in_browser(cast.alice)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_stands_in_every_language(
    in_browser: AsPerson, session: AsyncSession, alice: Person, path: str, language: str
) -> None:
    alice.language = language
    await session.commit()
    response = await in_browser(alice).get(path)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.text
    assert "55 00 12 00" in response.text


async def test_every_service_has_a_page_and_a_form_that_says_when_it_is_done(
    browser: httpx.AsyncClient, published: Published
) -> None:
    for key, service in published.catalogue.services.items():
        if service.confidentiality == "whistleblowing":
            continue  # no order: its form is the room's own, tests/whistleblowing
        page = await browser.get(f"/tjenester/{key}")
        form = await browser.get(f"/tjenester/{key}/bestill")
        assert (page.status_code, form.status_code) == (200, 200), key
        assert "Prosesseier" in page.text
        assert "Slik behandler vi opplysningene" in page.text
        assert "personvernforordningen artikkel 6" in page.text
        assert "Få hjelp" in form.text
        assert "innen" in page.text
        assert "[[" not in page.text + form.text, key


async def test_every_article_can_be_read(browser: httpx.AsyncClient, published: Published) -> None:
    for key in published.catalogue.articles:
        assert (await browser.get(f"/artikler/{key}")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tjenester/finnes-ikke",
        "/tjenester/finnes-ikke/bestill",
        "/artikler/x",
        "/saker/100000-8",
        "/vedlegg/1",
    ],
)
async def test_what_does_not_exist_is_a_page_that_says_so(browser: httpx.AsyncClient, path: str) -> None:
    response = await browser.get(path)
    assert response.status_code == 404
    assert "Vi finner ikke det du leter etter" in response.text


async def test_pages_carry_no_inline_script_and_no_inline_style(browser: httpx.AsyncClient) -> None:
    for path in [*PAGES, "/tjenester/bestille-pc/bestill"]:
        html = (await browser.get(path)).text
        assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", html), path


async def test_while_typing_only_the_list_comes_back(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/sok?q=bærbar", headers={"hx-request": "true"})
    assert "<html" not in response.text
    assert "/tjenester/bestille-pc" in response.text


async def test_what_somebody_searches_for_is_shown_as_text(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/sok", params={"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in response.text


async def test_the_menu_shows_what_one_may_use(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    alice = (await in_browser(cast.alice).get("/")).text
    bob = (await in_browser(cast.bob).get("/")).text
    leif = (await in_browser(cast.leif).get("/")).text
    assert ('href="/desk"' in alice, 'href="/desk"' in bob, 'href="/desk"' in leif) == (False, True, False)
    assert ('href="/leder"' in alice, 'href="/leder"' in bob, 'href="/leder"' in leif) == (False, False, True)


async def test_a_language_is_remembered_and_nobody_is_sent_elsewhere(browser: httpx.AsyncClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await browser.get("/")).text)
    assert token
    sent = {"csrf_token": token[1], "language": "nn"}
    for back, landed in [
        ("/mine-saker", "/mine-saker"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil", "/"),
    ]:
        response = await browser.post("/language", data=sent | {"back": back})
        assert (response.status_code, response.headers["location"]) == (303, landed)
    assert '<html lang="nn"' in (await browser.get("/")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_change_from_another_site_is_refused(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await browser.post("/logg-ut", headers=headers)
    assert response.status_code == 403


async def test_a_change_needs_the_token_of_the_session(browser: httpx.AsyncClient) -> None:
    for token in ("", "x", "å", "A" * 88):
        assert (await browser.post("/logg-ut", data={"csrf_token": token})).status_code == 403


async def test_the_number_of_queries_of_a_page_does_not_grow(
    browser: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await browser.get("/")
    with counted(engine) as statements:
        await browser.get("/")
    assert len([one for one in statements if "SAVEPOINT" not in one]) == 2, statements


async def test_without_a_demo_nobody_can_choose_who_to_be(
    client: httpx.AsyncClient, session: AsyncSession, alice: Person
) -> None:
    await session.commit()
    page = await client.get("/logg-inn")
    assert "Innlogging er ikke satt opp ennå." in page.text
    assert alice.name not in page.text
    ours = {"origin": BASE_URL}
    chosen = await client.post("/logg-inn", data={"person_id": str(alice.id)}, headers=ours)
    assert chosen.status_code == 404


async def test_in_a_demo_one_chooses_and_signs_out(
    settings: Settings, sessions: object, published: Published, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    demo = settings.model_copy(update={"demo": True, "public_url": "http://127.0.0.1:8000"})
    app = build_app(demo, sessions, published)  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://127.0.0.1:8000",
        headers={"sec-fetch-site": "same-origin"},
    ) as browser:
        page = (await browser.get("/logg-inn")).text
        for name in (cast.alice.name, cast.frida.name, cast.leif.name, cast.oda.name, cast.liv.name):
            assert name in page
        assert cast.sigrid.name not in page
        assert "Dette er en demo." in page
        chosen = await browser.post("/logg-inn", data={"person_id": str(cast.alice.id), "til": "/mine-saker"})
        assert chosen.headers["location"] == "/mine-saker"
        assert "HttpOnly; Path=/; SameSite=lax" in chosen.headers["set-cookie"]
        signed_in = await browser.get("/mine-saker")
        token = re.search(r'name="csrf_token" value="([^"]+)"', signed_in.text)
        assert token
        await browser.post("/logg-ut", data={"csrf_token": token[1]})
        assert (await browser.get("/mine-saker")).status_code == 303
