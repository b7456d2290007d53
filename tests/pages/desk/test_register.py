"""«Registrer sak»: a call becomes a ticket in one POST, solved at once where the mandate reaches."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.people.models import Person
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio
ADDRESS = "/desk/registrer"


def call(who: Person, **changes: str) -> dict[str, str]:
    """A phone call about something no service was chosen for."""
    return {
        "do": "lagre",
        "idempotency_key": uuid4().hex,
        "requester_id": str(who.id),
        "channel": "phone",
        "subject": "Når åpner resepsjonen i romjula?",
        "description": "Lurer på åpningstider.",
        **changes,
    }


def broken_pc(who: Person, **changes: str) -> dict[str, str]:
    answers = {"answers.what": "computer", "answers.hindrance": "slowed"}
    return call(who, subject="PC-en starter ikke", service="noe-virker-ikke-pa-pc", **answers, **changes)


async def registered(client: httpx.AsyncClient, sent: dict[str, str]) -> dict[str, Any]:
    """The ticket, through the API."""
    response = await client.post(ADDRESS, data=sent)
    assert response.status_code == 303, re.sub(r"\s+", " ", response.text)[-1500:]
    number = response.headers["location"].rpartition("=")[2]
    found: dict[str, Any] = (await client.get(f"/api/v1/tickets/{number}")).json()
    return found


async def test_a_call_is_registered_for_the_caller_with_its_channel(
    as_person: AsPerson, frida: Person, alice: Person
) -> None:
    ticket = await registered(as_person(frida), call(alice))
    assert (ticket["requester"]["name"], ticket["channel"]) == ("Alice Berg", "phone")
    assert ticket["opened_by"]["name"] == "Frida Foss"


async def test_free_text_goes_where_the_rules_say_and_the_receipt_says_why(
    as_person: AsPerson, frida: Person, alice: Person
) -> None:
    sent = call(alice, subject="Passordet virker ikke", description="Hun har glemt passordet.")
    client = as_person(frida)
    ticket = await registered(client, sent)
    assert (ticket["unit"], ticket["service"]) == ("it", "spor-servicesenteret")
    receipt = (await client.get(f"{ADDRESS}?registrert={ticket['number']}")).text
    assert ticket["number"] in receipt
    assert "IT" in receipt


async def test_the_first_line_solves_at_once_by_its_mandate(
    as_person: AsPerson, frida: Person, alice: Person
) -> None:
    sent = broken_pc(alice, solved="true", solution="Holdt inne knappen i ti sekunder.")
    ticket = await registered(as_person(frida), sent)
    assert (ticket["unit"], ticket["status"], ticket["resolution"]) == ("it", "resolved", "solved")


async def test_an_agent_of_another_unit_has_no_such_mandate(
    as_person: AsPerson, carol: Person, alice: Person
) -> None:
    sent = broken_pc(alice, solved="true", solution="Prøvde en omstart.")
    response = await as_person(carol).post(ADDRESS, data=sent)
    assert response.status_code == 403
    assert "Prøvde en omstart." in response.text


async def test_solved_needs_to_say_how(as_person: AsPerson, frida: Person, alice: Person) -> None:
    response = await as_person(frida).post(ADDRESS, data=broken_pc(alice, solved="true"))
    assert response.status_code == 422
    assert 'href="#solution"' in response.text


async def test_a_second_click_registers_nothing_more(
    as_person: AsPerson, frida: Person, alice: Person
) -> None:
    sent = call(alice)
    first = await as_person(frida).post(ADDRESS, data=sent)
    second = await as_person(frida).post(ADDRESS, data=sent)
    assert first.headers["location"] == second.headers["location"]


async def test_without_script_a_caller_is_found_and_the_typed_text_stays(
    as_person: AsPerson, frida: Person, alice: Person
) -> None:
    sent = {"do": "finn", "caller": "alice", "channel": "counter", "subject": "Nøkkelkort"}
    page = (await as_person(frida).post(ADDRESS, data=sent)).text
    assert "Sykepleier" in page
    assert 'value="Nøkkelkort"' in page
    assert f'value="{alice.id}" checked' in page


async def test_a_caller_is_found_by_phone(as_person: AsPerson, frida: Person) -> None:
    page = (await as_person(frida).post(ADDRESS, data={"do": "finn", "caller": "4000 0001"})).text
    assert "Alice Berg" in page


async def test_a_shielded_person_is_never_suggested(as_person: AsPerson, frida: Person) -> None:
    page = (await as_person(frida).post(ADDRESS, data={"do": "finn", "caller": "Sigrid"})).text
    assert "Sigrid Moe" not in page


async def test_the_callers_personnel_cases_are_not_on_the_card(
    as_person: AsPerson, frida: Person, petra: Person, alice: Person
) -> None:
    sent = call(alice, subject="Spørsmål om sykmelding", description="Egenmelding.")
    location = (await as_person(frida).post(ADDRESS, data=sent)).headers["location"]
    found = {"do": "finn", "caller": "alice"}
    assert "Spørsmål om sykmelding" not in (await as_person(frida).post(ADDRESS, data=found)).text
    assert "Spørsmål om sykmelding" in (await as_person(petra).post(ADDRESS, data=found)).text
    assert "Den er ikke åpen for deg videre." in (await as_person(frida).get(location)).text


async def test_nobody_else_gets_the_receipt(
    as_person: AsPerson, frida: Person, bob: Person, alice: Person
) -> None:
    location = (await as_person(frida).post(ADDRESS, data=call(alice))).headers["location"]
    assert "er registrert" not in (await as_person(bob).get(location)).text


@pytest.mark.parametrize("who", ["", "0", "-1", "abc", "9" * 40, "999999999"])
async def test_a_caller_who_is_nobody_is_told_at_the_field(
    as_person: AsPerson, frida: Person, alice: Person, who: str
) -> None:
    response = await as_person(frida).post(ADDRESS, data=call(alice) | {"requester_id": who})
    assert response.status_code == 422
    assert 'href="#caller"' in response.text


async def test_whoever_is_no_agent_registers_nothing(as_person: AsPerson, alice: Person) -> None:
    assert (await as_person(alice).post(ADDRESS, data=call(alice))).status_code == 403
