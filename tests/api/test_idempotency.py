"""A create that is sent again is the same create, whatever happened to the first answer (P2)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

from app.people.models import Person
from tests.conftest import AsPerson
from tests.house import House, patiently
from tests.tickets.asking import PC_BROKEN, once, open_ticket

TWINS = 50


async def test_fifty_twins_at_once_make_one_ticket(house: House) -> None:
    alice, key = house.as_person(house.cast.alice), once()
    await alice.get("/api/v1/units")
    responses = await asyncio.gather(
        *(patiently(lambda: alice.post("/api/v1/tickets", json=PC_BROKEN, headers=key)) for _ in range(TWINS))
    )
    assert {response.status_code for response in responses} == {201}
    assert len({response.headers["location"] for response in responses}) == 1
    assert len({response.json()["number"] for response in responses}) == 1
    assert await house.scalar("SELECT count(*) FROM tickets") == 1
    assert await house.scalar("SELECT count(*) FROM events WHERE kind = 'ticket.opened'") == 1
    assert await house.scalar("SELECT count(*) FROM deliveries WHERE topic = 'ticket.opened'") == 1


async def test_twins_that_differ_make_one_ticket_and_the_others_are_told(house: House) -> None:
    alice, key = house.as_person(house.cast.alice), once()
    await alice.get("/api/v1/units")
    responses = await asyncio.gather(
        *(
            patiently(
                lambda number=number: alice.post(
                    "/api/v1/tickets", json=PC_BROKEN | {"subject": f"Sak {number}"}, headers=key
                )
            )
            for number in range(10)
        )
    )
    assert sorted(response.status_code for response in responses) == [201] + [422] * 9
    told = {response.json().get("code") for response in responses if response.status_code == 422}
    assert told == {"idempotency.other_body"}
    assert await house.scalar("SELECT count(*) FROM tickets") == 1


async def test_twins_of_a_message_say_it_once(house: House) -> None:
    alice, key = house.as_person(house.cast.alice), once()
    ticket = await open_ticket(alice)
    url = f"/api/v1/tickets/{ticket['number']}/messages"
    responses = await asyncio.gather(
        *(patiently(lambda: alice.post(url, json={"body": "Hei."}, headers=key)) for _ in range(10))
    )
    assert {response.status_code for response in responses} == {201}
    assert await house.scalar("SELECT count(*) FROM messages") == 1


class LosesTheAnswer(httpx.AsyncBaseTransport):
    """The request arrives and is done; the line breaks before the answer is back."""

    def __init__(self, app: FastAPI) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._inner.handle_async_request(request)
        raise httpx.ReadError("the line broke", request=request)


async def test_when_the_answer_was_lost_the_retry_tells_where_the_ticket_is(house: House) -> None:
    alice, key = house.as_person(house.cast.alice), once()
    lossy = house.as_person(house.cast.alice)
    lossy._transport = LosesTheAnswer(house.app)
    for _ in range(3):
        try:
            await lossy.post("/api/v1/tickets", json=PC_BROKEN, headers=key)
        except httpx.ReadError:
            continue
        raise AssertionError("the line should have broken")
    found = await alice.post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    assert found.status_code == 201
    assert (await alice.get(found.headers["location"])).json()["number"] == found.json()["number"]
    assert await house.scalar("SELECT count(*) FROM tickets") == 1


async def test_a_create_that_failed_may_be_tried_again_under_its_key(
    as_person: AsPerson, alice: Person
) -> None:
    key = once()
    wrong = PC_BROKEN | {"answers": {}}
    assert (await as_person(alice).post("/api/v1/tickets", json=wrong, headers=key)).status_code == 422
    assert (await as_person(alice).post("/api/v1/tickets", json=PC_BROKEN, headers=key)).status_code == 201


async def test_a_key_is_one_persons_and_one_routes(as_person: AsPerson, alice: Person, truls: Person) -> None:
    key = once()
    mine = await as_person(alice).post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    theirs = await as_person(truls).post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    assert mine.headers["location"] != theirs.headers["location"]
    said = await as_person(alice).post(
        f"{mine.headers['location']}/messages", json={"body": "Hei."}, headers=key
    )
    assert said.status_code == 201


async def test_a_replay_is_read_again_through_what_one_may_see(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    key = once()
    first = await as_person(alice).post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    url = f"/api/v1/tickets/{first.json()['number']}/assignee"
    await as_person(bob).put(url, json={"person_id": bob.id}, headers={"if-match": "*"})
    again: dict[str, Any] = (
        await as_person(alice).post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    ).json()
    assert again["status"] == "in_progress"


async def test_a_create_without_a_key_is_asked_for_one(as_person: AsPerson, alice: Person) -> None:
    answer = await as_person(alice).post("/api/v1/tickets", json=PC_BROKEN)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.missing")


async def test_whoever_wants_no_more_than_the_address_gets_that(as_person: AsPerson, alice: Person) -> None:
    client, key = as_person(alice), once() | {"prefer": "respond-async, return=minimal"}
    first = await client.post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    assert (first.status_code, first.content, first.headers["preference-applied"]) == (
        201,
        b"",
        "return=minimal",
    )
    made = await client.get(first.headers["location"])
    assert (made.json()["subject"], made.headers["etag"]) == (PC_BROKEN["subject"], first.headers["etag"])
    again = await client.post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    assert (again.status_code, again.headers["location"]) == (201, first.headers["location"])
