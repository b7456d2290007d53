"""Whoever asks for something new is first shown what there is (B7)."""

from __future__ import annotations

import httpx
import pytest

from app.people.models import Person
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio
NEED = "/tjenester/meld-et-behov"
SIGNING = 'href="/tjenester/digital-signering"'


@pytest.fixture
def asking(as_person: AsPerson, alice: Person) -> httpx.AsyncClient:
    return as_person(alice)


async def test_the_service_page_finds_what_is_like_the_need_without_script(asking: httpx.AsyncClient) -> None:
    assert SIGNING not in (await asking.get(NEED)).text
    found = (await asking.get(NEED, params={"finnes": "signere avtaler digitalt"})).text
    assert SIGNING in found
    assert "<html" in found


async def test_what_is_written_in_the_form_is_looked_for(asking: httpx.AsyncClient) -> None:
    sent = {"subject": "", "answers.problem": "Avtaler må signeres på papir", "answers.outcome": ""}
    found = (await asking.post(f"{NEED}/finnes", data=sent)).text
    assert SIGNING in found
    assert "<html" not in found


async def test_a_fault_is_no_answer_to_a_need(asking: httpx.AsyncClient) -> None:
    found = (await asking.post(f"{NEED}/finnes", data={"subject": "pc-en er treig"})).text
    assert 'href="/tjenester/noe-virker-ikke-pa-pc"' not in found


async def test_nothing_alike_is_said_plainly(asking: httpx.AsyncClient) -> None:
    assert "ingenting som ligner" in (await asking.post(f"{NEED}/finnes", data={"subject": "xyzzy"})).text


async def test_other_services_show_nothing_of_the_kind(asking: httpx.AsyncClient) -> None:
    assert (await asking.post("/tjenester/bestille-pc/finnes", data={"subject": "pc"})).status_code == 404
    assert "finnes-treff" not in (await asking.get("/tjenester/bestille-pc")).text
