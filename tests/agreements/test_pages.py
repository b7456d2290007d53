"""The agreements as pages and in the API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from tests.agreements.proposing import Shipped, answer, propose, questions
from tests.cast import Cast
from tests.conftest import AsPerson


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_every_agreement_is_listed_and_read(
    client: httpx.AsyncClient, published: Published, language: str
) -> None:
    spoken = {"accept-language": language}
    listed = await client.get("/avtaler", headers=spoken)
    assert listed.status_code == 200
    for name, (agreement, *_) in published.versions.items():
        assert f'href="/avtaler/{name}"' in listed.text
        page = await client.get(f"/avtaler/{name}", headers=spoken)
        assert page.status_code == 200
        assert str(getattr(agreement.title, language)) in page.text


async def test_a_service_links_to_its_agreement(in_browser: AsPerson, cast: Cast) -> None:
    page = await in_browser(cast.alice).get("/tjenester/bestille-pc")
    assert 'href="/avtaler/bestilling-utstyr"' in page.text


async def test_the_address_it_had_before_still_leads_there(client: httpx.AsyncClient) -> None:
    moved = await client.get("/tjenesteniva")
    assert (moved.status_code, moved.headers["location"]) == (308, "/avtaler")


@pytest.mark.parametrize(
    "path", ["/avtaler/finnes-ikke", "/avtaler/lonn?versjon=9", "/avtaler/lonn/pdf?versjon=9"]
)
async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_proposal_is_shown_to_those_inside_with_what_it_changes(
    session: AsyncSession,
    published: Published,
    shipped: Shipped,
    two_sides: Cast,
    client: httpx.AsyncClient,
    in_browser: AsPerson,
) -> None:
    await propose(session, shipped, two_sides)
    assert (await client.get("/avtaler/lonn?versjon=2")).status_code == 404
    page = (await in_browser(two_sides.alice).get("/avtaler/lonn?versjon=2")).text
    assert "Dette er et forslag" in page
    assert "innen 3 arbeidsdager" in page
    assert "Venter på Carol Eide" in page
    assert "Forslag til versjon 2 venter" in (await in_browser(two_sides.alice).get("/avtaler")).text


async def test_it_is_approved_on_the_leaders_page(
    app: FastAPI,
    session: AsyncSession,
    published: Published,
    shipped: Shipped,
    two_sides: Cast,
    as_person: AsPerson,
    in_browser: AsPerson,
) -> None:
    await propose(session, shipped, two_sides)
    for person in (two_sides.carol, two_sides.dagny):
        (asked,) = await questions(as_person(person))
        browser = in_browser(person)
        page = (await browser.get("/leder")).text
        assert 'href="/avtaler/lonn?versjon=2"' in page
        assert "Vanlig: Løsning" in page
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        posted = {"csrf_token": token, "answer": f"godkjenn:{asked['id']}"}
        assert (await browser.post("/leder", data=posted)).status_code == 303
    app.state.published = await load_published(session)
    assert app.state.published.agreement("lonn", 2)
    page = (await in_browser(two_sides.alice).get("/avtaler/lonn?versjon=2")).text
    assert "Godkjent av Dagny Juul" in page


async def test_the_api_tells_what_the_clocks_count_by(
    app: FastAPI,
    session: AsyncSession,
    published: Published,
    shipped: Shipped,
    two_sides: Cast,
    as_person: AsPerson,
) -> None:
    await propose(session, shipped, two_sides)
    alice = as_person(two_sides.alice)
    rows: list[dict[str, Any]] = (await alice.get("/api/v1/agreements")).json()
    lonn = next(row for row in rows if row["name"] == "lonn")
    assert (lonn["version"], lonn["proposed"], lonn["provider"]) == (1, [2], "lonn")
    one = (await alice.get("/api/v1/agreements/lonn/versions/1")).json()
    assert (one["state"], one["in_force"], one["introduced_by"]) == ("adopted", 1, "test")
    assert one["agreement"] == shipped[1].agreements["lonn"].model_dump(mode="json")
    two = (await alice.get("/api/v1/agreements/lonn/versions/2")).json()
    assert (two["state"], two["changed_from"], two["versions"]) == ("proposed", 1, [2, 1])
    assert [(each["side"], each["asked"], each["outcome"]) for each in two["answers"]] == [
        ("provider", "Carol Eide", None),
        ("customer", "Dagny Juul", None),
    ]
    (asked,) = await questions(as_person(two_sides.carol))
    assert (await answer(as_person(two_sides.carol), asked)).status_code == 200
    two = (await alice.get("/api/v1/agreements/lonn/versions/2")).json()
    assert two["answers"][0]["decided_by"] == "Carol Eide"
    assert (await alice.get("/api/v1/agreements/lonn/versions/3")).status_code == 404
