"""Nobody overwrites what they have not read (P12)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.people.models import Person
from tests.api.operations import Operation, operations
from tests.conftest import AsPerson
from tests.house import House, patiently
from tests.tickets.asking import match, once, open_ticket

EDITS = [operation for operation in operations() if "if-match" in operation.headers]


def test_every_change_of_a_ticket_asks_for_the_version() -> None:
    changes = [o for o in operations() if o.method in ("PUT", "DELETE") and "{number}" in o.path]
    assert changes == EDITS
    assert len(EDITS) >= 12


@pytest.mark.parametrize("operation", EDITS, ids=str)
async def test_a_change_says_which_version_it_was_made_on(
    operation: Operation, as_person: AsPerson, alice: Person, bob: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    url = operation.url({"number": ticket["number"]})
    body: dict[str, Any] = {"json": operation.good_body()} if operation.has_json_body else {}
    missing = await as_person(bob).request(operation.method, url, **body)
    assert (missing.status_code, missing.json()["code"]) == (428, "version_required")
    for wrong in ('"0"', '"99"', 'W/"1"', '"x"', "1"):
        stale = await as_person(bob).request(operation.method, url, headers={"if-match": wrong}, **body)
        assert stale.status_code == 412, f"{wrong}: {stale.text}"


async def test_the_etag_is_the_version_and_the_next_change_takes_it(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    url = f"/api/v1/tickets/{ticket['number']}"
    read = await as_person(bob).get(url)
    assert read.headers["etag"] == f'"{ticket["version"]}"'
    priority = {"impact": "many", "urgency": "high"}
    first = await as_person(bob).put(
        f"{url}/priority", json=priority, headers={"if-match": read.headers["etag"]}
    )
    assert first.status_code == 200
    assert first.headers["etag"] != read.headers["etag"]
    again = await as_person(bob).put(
        f"{url}/priority", json=priority, headers={"if-match": read.headers["etag"]}
    )
    assert again.status_code == 412


async def test_a_message_bumps_no_version(as_person: AsPerson, alice: Person) -> None:
    ticket = await open_ticket(as_person(alice))
    url = f"/api/v1/tickets/{ticket['number']}"
    await as_person(alice).post(f"{url}/messages", json={"body": "Hei."}, headers=once())
    assert (await as_person(alice).get(url)).headers["etag"] == f'"{ticket["version"]}"'


async def test_thirty_who_edit_what_they_read_at_once_never_overwrite_each_other(house: House) -> None:
    ticket = await open_ticket(house.as_person(house.cast.alice))
    bob, stein = house.as_person(house.cast.bob), house.as_person(house.cast.stein)
    url = f"/api/v1/tickets/{ticket['number']}/priority"
    judgements = [
        {"impact": impact, "urgency": urgency}
        for impact in ("one", "several", "many")
        for urgency in ("low", "normal", "high")
    ]
    await asyncio.gather(bob.get("/api/v1/units"), stein.get("/api/v1/units"))
    responses = await asyncio.gather(
        *(
            patiently(
                lambda number=number: (bob, stein)[number % 2].put(
                    url, json=judgements[number % 9], headers=match(ticket)
                )
            )
            for number in range(30)
        )
    )
    assert sorted(response.status_code for response in responses) == [200] + [412] * 29
    (won,) = [number for number, response in enumerate(responses) if response.status_code == 200]
    now = (await bob.get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert {"impact": now["impact"], "urgency": now["urgency"]} == judgements[won % 9]
    assert now["version"] == ticket["version"] + 1
