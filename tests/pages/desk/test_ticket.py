"""The agent's page of a ticket: every form works without script, and nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.people.models import Person
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket

pytestmark = pytest.mark.anyio


@pytest.fixture
async def broken_pc(as_person: AsPerson, alice: Person) -> dict[str, Any]:
    return await open_ticket(as_person(alice))


def page_of(ticket: dict[str, Any]) -> str:
    return f"/desk/saker/{ticket['number']}"


def said(body: str, kind: str = "public") -> dict[str, str]:
    return {"body": body, "kind": kind, "idempotency_key": uuid4().hex}


async def test_another_unit_is_not_told_that_the_ticket_exists(
    as_person: AsPerson, carol: Person, broken_pc: dict[str, Any]
) -> None:
    assert (await as_person(carol).get(page_of(broken_pc))).status_code == 404
    response = await as_person(carol).post(f"{page_of(broken_pc)}/ta", data={"version": 1})
    assert response.status_code == 404


async def test_the_page_shows_answers_in_words_and_who_asked(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    page = (await as_person(bob).get(page_of(broken_pc))).text
    for text in (
        "Svart skjerm siden i morges.",
        "Alice Berg",
        "40000001",
        "Hvem har hatt saken",
        "Slik er fristen",
    ):
        assert text in page


async def test_a_note_is_kept_from_the_requester(
    as_person: AsPerson, alice: Person, bob: Person, broken_pc: dict[str, Any]
) -> None:
    sent = await as_person(bob).post(
        f"{page_of(broken_pc)}/svar", data=said("Ring leverandøren.", "internal")
    )
    assert sent.status_code == 303
    assert "Ring leverandøren." in (await as_person(bob).get(page_of(broken_pc))).text
    seen = (await as_person(alice).get(f"/api/v1/tickets/{broken_pc['number']}")).text
    assert "Ring leverandøren." not in seen


async def test_a_second_click_on_send_is_the_same_message(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    once = said("Vi kommer i morgen.")
    for _click in range(2):
        assert (await as_person(bob).post(f"{page_of(broken_pc)}/svar", data=once)).status_code == 303
    page = (await as_person(bob).get(page_of(broken_pc))).text
    assert page.count("Vi kommer i morgen.") == 1


async def test_a_file_can_be_sent_without_script(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    files = {"attachments": ("oppskrift.txt", b"Hold inne knappen.", "text/plain")}
    sent = await as_person(bob).post(f"{page_of(broken_pc)}/svar", data=said("Se vedlegget."), files=files)
    assert sent.status_code == 303
    assert "oppskrift.txt" in (await as_person(bob).get(page_of(broken_pc))).text


async def test_an_empty_message_is_told_at_its_field(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    response = await as_person(bob).post(f"{page_of(broken_pc)}/svar", data=said("  "))
    assert response.status_code == 422
    assert 'href="#svar-body"' in response.text


async def test_a_stale_save_keeps_the_text_and_tells_what_changed(
    as_person: AsPerson, bob: Person, cast: Any, broken_pc: dict[str, Any]
) -> None:
    read = {"version": broken_pc["version"], "seen": 1}
    await as_person(cast.stein).post(f"{page_of(broken_pc)}/ta", data=read)
    response = await as_person(bob).post(
        f"{page_of(broken_pc)}/los", data={**read, "text": "Nytt batteri satt inn."}
    )
    assert response.status_code == 412
    assert "Nytt batteri satt inn." in response.text
    assert "Stein Nes ga saken til Stein Nes" in response.text


async def test_a_solved_ticket_says_how_and_can_be_opened_again(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    solving = as_person(bob)
    sent = {"version": broken_pc["version"], "text": "Nytt batteri."}
    assert (await solving.post(f"{page_of(broken_pc)}/los", data=sent)).status_code == 303
    assert "Nytt batteri." in (await solving.get(page_of(broken_pc))).text
    again = {"version": broken_pc["version"] + 1, "reason": "Fortsatt svart."}
    assert (await solving.post(f"{page_of(broken_pc)}/gjenapne", data=again)).status_code == 303


async def test_waiting_needs_a_day_that_has_not_been(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    sent = {"version": broken_pc["version"], "waiting_for": "date", "until": "2020-01-02"}
    response = await as_person(bob).post(f"{page_of(broken_pc)}/vent", data=sent)
    assert response.status_code == 422
    assert 'href="#vent-until"' in response.text


async def test_the_first_line_sees_its_mandate_and_corrects_the_unit_in_one_action(
    as_person: AsPerson, frida: Person, broken_pc: dict[str, Any]
) -> None:
    page = (await as_person(frida).get(page_of(broken_pc))).text
    assert "Dette kan du avgjøre selv" in page
    assert "Saken kom hit fordi tjenesten hører til" in page
    sent = {"version": broken_pc["version"], "unit": "eiendom"}
    assert (await as_person(frida).post(f"{page_of(broken_pc)}/flytt", data=sent)).status_code == 303
    assert "Eiendom og bygg" in (await as_person(frida).get(page_of(broken_pc))).text


async def test_whoever_moves_a_ticket_away_comes_back_to_the_queue(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    sent = {"version": broken_pc["version"], "unit": "eiendom"}
    response = await as_person(bob).post(f"{page_of(broken_pc)}/flytt", data=sent)
    assert (response.status_code, response.headers["location"]) == (303, "/desk")


@pytest.mark.parametrize("version", ["", "abc", "0", "-1", "99999999999999999999", "1.5"])
async def test_a_version_that_is_none_changes_nothing(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any], version: str
) -> None:
    response = await as_person(bob).post(f"{page_of(broken_pc)}/ta", data={"version": version})
    assert response.status_code == 422
    assert (await as_person(bob).get(f"/api/v1/tickets/{broken_pc['number']}")).json()["assignee"] is None


async def test_an_unknown_verb_is_not_a_page(
    as_person: AsPerson, bob: Person, broken_pc: dict[str, Any]
) -> None:
    assert (await as_person(bob).post(f"{page_of(broken_pc)}/slett", data={})).status_code == 404


async def test_a_number_goes_straight_to_its_ticket(
    as_person: AsPerson, bob: Person, carol: Person, broken_pc: dict[str, Any]
) -> None:
    address = f"/desk/sok?q={broken_pc['number']}"
    assert (await as_person(bob).get(address)).headers["location"] == page_of(broken_pc)
    assert "Ingen saker nevner" in (await as_person(carol).get(address)).text


async def test_words_find_only_what_the_agent_may_see(
    as_person: AsPerson, bob: Person, carol: Person, broken_pc: dict[str, Any]
) -> None:
    assert broken_pc["number"] in (await as_person(bob).get("/desk/sok?q=skjerm")).text
    assert broken_pc["number"] not in (await as_person(carol).get("/desk/sok?q=skjerm")).text
