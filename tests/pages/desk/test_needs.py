"""«Behov»: the page of the list that all units share."""

from __future__ import annotations

import re

import pytest

from app.people.models import Person
from tests.conftest import AsPerson
from tests.tickets.test_needs import report

pytestmark = pytest.mark.anyio


def versions_in(page: str, number: str, verb: str) -> list[str]:
    """What the form of that need's verb carries; empty when it is not offered."""
    forms = page.split(f'action="/desk/saker/{number}/{verb}"')[1:]
    return [found for form in forms for found in re.findall(r'name="version" value="(\d+)"', form)[:1]]


async def test_an_agent_of_another_unit_takes_a_need_home(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    number = (await report(as_person(alice)))["number"]
    page = (await as_person(bob).get("/behov")).text
    assert "Nytt eller endret system" in page
    assert not versions_in(page, number, "ta")
    sent = {"version": versions_in(page, number, "hent")[0], "unit": "it", "back": "/behov"}
    answer = await as_person(bob).post(f"/desk/saker/{number}/hent", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/behov")
    ticket = (await as_person(bob).get(f"/api/v1/tickets/{number}")).json()
    assert (ticket["unit"], ticket["assignee"]["name"]) == ("it", "Bob Dahl")
    assert not versions_in((await as_person(bob).get("/behov")).text, number, "hent")


async def test_a_leader_reads_the_list_and_is_offered_nothing_to_take(
    as_person: AsPerson, alice: Person, leif: Person
) -> None:
    number = (await report(as_person(alice)))["number"]
    page = (await as_person(leif).get("/behov")).text
    assert f'href="/saker/{number}"' in page
    assert "/desk/saker/" not in page
    assert (await as_person(leif).get(f"/saker/{number}")).status_code == 200


async def test_the_list_is_in_the_menu_of_those_it_is_for(
    as_person: AsPerson, bob: Person, leif: Person, truls: Person
) -> None:
    for reader, is_there in ((bob, True), (leif, True), (truls, False)):
        assert ('href="/behov"' in (await as_person(reader).get("/")).text) is is_there
    assert (await as_person(truls).get("/behov")).status_code == 403


async def test_an_unknown_filter_is_not_a_page(as_person: AsPerson, bob: Person) -> None:
    assert (await as_person(bob).get("/behov?vis=alt-mulig")).status_code == 404
