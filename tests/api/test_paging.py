"""Pages by key: nothing twice and nothing skipped, whatever comes in between."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.people.models import Person
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket

LISTS = [
    ("/api/v1/tickets", {}),
    ("/api/v1/queue", {"unit": "it"}),
    ("/api/v1/tickets/search", {"q": "skjerm"}),
]


async def follow(client: httpx.AsyncClient, path: str, params: dict[str, Any], meanwhile: Any) -> list[str]:
    numbers: list[str] = []
    page = (await client.get(path, params=params | {"limit": 3})).json()
    while True:
        numbers += [row["number"] for row in page["items"]]
        assert len(page["items"]) <= 3
        if page["next"] is None:
            return numbers
        assert page["next"].startswith(f"{path}?")
        for name, value in params.items():
            assert f"{name}={value}" in page["next"]
        await meanwhile()
        response = await client.get(page["next"])
        assert response.status_code == 200
        page = response.json()


@pytest.mark.parametrize(("path", "params"), LISTS, ids=[path for path, _ in LISTS])
async def test_every_ticket_comes_exactly_once_while_others_are_opened(
    as_person: AsPerson, alice: Person, bob: Person, path: str, params: dict[str, Any]
) -> None:
    asking = as_person(alice)
    reading = asking if path == "/api/v1/tickets" else as_person(bob)
    there = {(await open_ticket(asking, subject=f"Skjerm {n}"))["number"] for n in range(10)}

    async def one_more() -> None:
        await open_ticket(asking, subject="En skjerm til")

    found = await follow(reading, path, params, one_more)
    assert len(found) == len(set(found))
    assert there <= set(found)


@pytest.mark.parametrize(("path", "params"), LISTS, ids=[path for path, _ in LISTS])
async def test_the_last_page_says_that_it_is_the_last(
    as_person: AsPerson, alice: Person, bob: Person, path: str, params: dict[str, Any]
) -> None:
    for number in range(3):
        await open_ticket(as_person(alice), subject=f"Skjerm {number}")
    reading = as_person(alice) if path == "/api/v1/tickets" else as_person(bob)
    page = (await reading.get(path, params=params | {"limit": 3})).json()
    assert (len(page["items"]), page["next"]) == (3, None)
    page = (await reading.get(path, params=params | {"limit": 2})).json()
    page = (await reading.get(page["next"])).json()
    assert (len(page["items"]), page["next"]) == (1, None)


async def test_what_waits_comes_last_and_is_paged_too(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    asking, solving = as_person(alice), as_person(bob)
    for number in range(8):
        ticket = await open_ticket(asking)
        if number % 2:
            url = f"/api/v1/tickets/{ticket['number']}/waiting"
            answer = await solving.put(url, json={"reason": "requester"}, headers={"if-match": "*"})
            assert answer.status_code == 200

    async def nothing() -> None: ...

    found = await follow(solving, "/api/v1/queue", {"unit": "it"}, nothing)
    assert len(set(found)) == 8
