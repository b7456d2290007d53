"""The queue: whose it is, what it shows, and what its rows let an agent do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.desk.addresses import QueueAddress, way_back
from app.people.models import Person
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket

pytestmark = pytest.mark.anyio
IT = "/desk/ko?enhet=it"


def version_in(page: str, number: str) -> str:
    """The row's version as the button that takes that ticket carries it."""
    button = page.split(f'formaction="/desk/saker/{number}/ta"')[1]
    found = re.search(r'name="version" value="(\d+)"', button)
    assert found
    return found[1]


async def test_the_desk_opens_on_the_agents_own_queue(
    as_person: AsPerson, bob: Person, frida: Person
) -> None:
    assert (await as_person(bob).get("/desk")).headers["location"] == IT
    assert (await as_person(bob).get("/desk/ko")).headers["location"] == "/desk"
    assert (await as_person(frida).get("/desk")).headers["location"] == "/desk/ko?enhet=forstelinja"


async def test_the_desk_is_closed_to_whoever_is_no_agent(as_person: AsPerson, alice: Person) -> None:
    assert (await as_person(alice).get("/desk")).status_code == 403


async def test_another_units_queue_does_not_exist(as_person: AsPerson, carol: Person) -> None:
    for address in (IT, "/desk/ko/liste?enhet=it", "/desk/strom?enhet=it", "/desk/ko?enhet=forstelinja"):
        assert (await as_person(carol).get(address)).status_code == 404


async def test_an_unknown_filter_is_not_a_page(as_person: AsPerson, bob: Person) -> None:
    assert (await as_person(bob).get(f"{IT}&vis=alt-mulig")).status_code == 404


async def test_a_row_can_be_taken_without_script(as_person: AsPerson, alice: Person, bob: Person) -> None:
    number = (await open_ticket(as_person(alice)))["number"]
    page = (await as_person(bob).get(IT)).text
    sent = {"version": version_in(page, number), "back": IT}
    response = await as_person(bob).post(f"/desk/saker/{number}/ta", data=sent)
    assert (response.status_code, response.headers["location"]) == (303, IT)
    assert f'formaction="/desk/saker/{number}/ta"' not in (await as_person(bob).get(IT)).text
    mine = (await as_person(bob).get(f"{IT}&vis=mine")).text
    assert number in mine


async def test_the_first_line_sees_the_row_but_is_not_offered_to_take_it(
    as_person: AsPerson, alice: Person, frida: Person
) -> None:
    number = (await open_ticket(as_person(alice)))["number"]
    page = (await as_person(frida).get("/desk/ko?enhet=forstelinja")).text
    assert number in page
    assert f"/desk/saker/{number}/ta" not in page


async def test_the_list_alone_is_no_whole_page(as_person: AsPerson, alice: Person, bob: Person) -> None:
    number = (await open_ticket(as_person(alice)))["number"]
    text = (await as_person(bob).get("/desk/ko/liste?enhet=it")).text
    assert number in text
    assert "<html" not in text


async def test_a_chosen_ticket_is_shown_beside_the_rows(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    number = (await open_ticket(as_person(alice)))["number"]
    page = (await as_person(bob).get(f"{IT}&sak={number}")).text
    assert "Svart skjerm siden i morges." in page


async def test_a_chosen_ticket_that_is_not_for_the_agent_is_not_there(
    as_person: AsPerson, alice: Person, carol: Person
) -> None:
    number = (await open_ticket(as_person(alice)))["number"]
    page = await as_person(carol).get(f"/desk/ko?enhet=lonn&sak={number}")
    assert page.status_code == 200
    assert "Svart skjerm" not in page.text


async def test_what_is_offered_waits_above_the_queue_until_it_is_accepted(
    as_person: AsPerson, alice: Person, bob: Person, carol: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    number = ticket["number"]
    sent = {"version": ticket["version"], "unit": "lonn", "reason": "Gjelder lønn."}
    await as_person(bob).post(f"/desk/saker/{number}/send-videre", data=sent)
    page = (await as_person(carol).get("/desk/ko?enhet=lonn")).text
    assert "Venter på at dere tar imot" in page
    back = {"version": ticket["version"] + 1, "back": "/desk/ko?enhet=lonn"}
    assert (await as_person(carol).post(f"/desk/saker/{number}/ta-imot", data=back)).status_code == 303
    assert "Venter på at dere tar imot" not in (await as_person(carol).get("/desk/ko?enhet=lonn")).text
    assert number in (await as_person(carol).get("/desk/ko?enhet=lonn")).text


@pytest.fixture
async def statements(engine: AsyncEngine) -> AsyncIterator[list[str]]:
    """Every statement sent while the test runs."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def selects(client: httpx.AsyncClient, address: str, statements: list[str]) -> int:
    statements.clear()
    assert (await client.get(address)).status_code == 200
    return sum(one.lstrip().upper().startswith(("SELECT", "WITH")) for one in statements)


async def test_the_number_of_queries_does_not_grow_with_the_queue(
    as_person: AsPerson, alice: Person, bob: Person, statements: list[str]
) -> None:
    asking, working = as_person(alice), as_person(bob)
    first = (await open_ticket(asking))["number"]
    addresses = (IT, f"{IT}&sak={first}", f"/desk/saker/{first}", "/desk/sok?q=PC-en")
    await working.get(IT)
    before = [await selects(working, address, statements) for address in addresses]
    for _more in range(4):
        await open_ticket(asking)
    assert [await selects(working, address, statements) for address in addresses] == before


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/desk/",
        "//evil.example/desk/",
        "/desk/\\evil",
        "/desk//evil",
        "/leder",
        "/desk/ x",
        None,
    ],
)
def test_a_form_never_sends_anybody_to_another_site(elsewhere: str | None) -> None:
    assert way_back(elsewhere, "/desk") == "/desk"


def test_another_filter_starts_on_its_first_page() -> None:
    where = QueueAddress("it", after="abc", selected="1-2", words="skriver")
    assert where.showing("mine").href == "/desk/ko?enhet=it&vis=mine&q=skriver"
