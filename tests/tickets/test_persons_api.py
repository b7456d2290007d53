"""Whom a ticket may be for, found by a program."""

from __future__ import annotations

from app.people.models import Person
from tests.cast import Cast
from tests.conftest import AsPerson


async def test_a_program_is_told_on_whose_behalf_it_acts(as_person: AsPerson, frida: Person) -> None:
    me = (await as_person(frida).get("/api/v1/me")).json()
    assert (me["id"], me["units"], me["first_line"]) == (frida.id, ["servicesenteret"], True)


async def test_people_are_found_by_the_beginnings_of_their_names(
    as_person: AsPerson, frida: Person, cast: Cast
) -> None:
    found = (await as_person(frida).get("/api/v1/persons", params={"q": "ali be"})).json()
    assert [person["name"] for person in found] == ["Alice Berg"]
    assert found[0]["org_unit_name"] == cast.solbakken.name


async def test_a_shielded_person_is_never_found(as_person: AsPerson, frida: Person, cast: Cast) -> None:
    found = await as_person(frida).get("/api/v1/persons", params={"q": cast.sigrid.name})
    assert found.json() == []
