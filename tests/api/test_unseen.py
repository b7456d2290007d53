"""What one may not see answers exactly as what does not exist, on every operation that names it (P11)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.catalogue.published import Published
from app.identity.models import ApiToken
from app.people.models import Person
from app.tasks.models import Task
from app.tickets.lifecycle import number_of
from tests.agreements.proposing import Shipped, give_field, propose, questions
from tests.api.operations import Operation, operations
from tests.approvals.ordering import order
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import body, ordered, prepare
from tests.tickets.asking import once, open_ticket

PUBLISHED = ("{key}", "{name}")
"""Services and agreements: everybody may know which there are."""
OPENS_BY_RIGHT = ("/glass", "/near-ties/")
"""An agent may break the glass, and say whom they stand near: tests/rights."""
CLOSED = "/administration/"
"""Everybody but the administrator is told so, whatever they name: tests/rights and tests/administration."""
NAMING = [
    operation
    for operation in operations()
    if operation.path_parameters
    and not any(name in operation.path for name in PUBLISHED)
    and not any(name in operation.path for name in OPENS_BY_RIGHT)
    and CLOSED not in operation.path
]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def ask(client: httpx.AsyncClient, operation: Operation, values: dict[str, str]) -> httpx.Response:
    body: dict[str, Any] = {"json": operation.good_body()} if operation.has_json_body else {}
    return await client.request(
        operation.method, operation.url(values), headers=once() | {"if-match": "*"}, **body
    )


@pytest.mark.parametrize("operation", NAMING, ids=str)
async def test_foreign_and_nonexistent_answer_alike(
    operation: Operation,
    as_person: AsPerson,
    engine: AsyncEngine,
    session: AsyncSession,
    published: Published,
    shipped: Shipped,
    cast: Cast,
) -> None:
    alice, carol, leif = cast.alice, cast.carol, cast.leif
    await give_field(session, {"lonn": cast.petra, "fjordvik": cast.dagny})
    await propose(session, shipped, cast, by=cast.bob)
    asking = as_person(alice)
    upload = {"x-filename": "a.png", "content-type": "application/octet-stream"} | once()
    file = await asking.post("/api/v1/attachments", content=PNG, headers=upload)
    ticket = await open_ticket(asking, attachment_ids=[file.json()["id"]])
    await order(asking, alice)
    approvals = (await as_person(leif).get("/api/v1/approvals")).json()
    key = await session.scalar(select(ApiToken.id).where(ApiToken.person_id == alice.id))
    foreign = {
        "key_id": str(key),
        "number": ticket["number"],
        "attachment_id": str(file.json()["id"]),
        "approval_id": str(approvals[0]["id"]),
        "proposal_id": str((await questions(as_person(cast.dagny)))[0]["id"]),
        "insight_id": str((await asking.post("/api/v1/insights", json={}, headers=once())).json()[0]["id"]),
        "mark": "K7M2QX9A",
        "task_id": str(await session.scalar(select(func.min(Task.id)))),
        "source": "planner",
        "task_key": "7",
        "step": "0123456789ab",
        **await _journey(session, cast, as_person(leif)),
    }
    nobodys = dict.fromkeys(foreign, "999999999") | {"number": number_of(999_999_999), "source": "to-do"}
    stranger = as_person(carol)
    await stranger.get("/api/v1/units")
    answers = []
    for values in (foreign, nobodys):
        with Statements(engine) as statements:
            answers.append(await ask(stranger, operation, values))
        answers[-1].extensions["statements"] = statements.count
    theirs, none = answers
    assert theirs.status_code == none.status_code == 404
    assert theirs.content == none.content
    assert list(theirs.headers.items()) == list(none.headers.items())
    assert theirs.extensions["statements"] == none.extensions["statements"]


async def _journey(session: AsyncSession, cast: Cast, leif: httpx.AsyncClient) -> dict[str, str]:
    await prepare(session, cast)
    journey = await ordered(leif, await body(session, cast))
    return {"journey_id": str(journey["id"]), "step_id": str(journey["steps"][0]["id"])}


class Statements:
    """How many statements reach the database meanwhile."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.sync_engine
        self.count = 0

    def _heard(self, *_: Any) -> None:
        self.count += 1

    def __enter__(self) -> Statements:
        event.listen(self._engine, "before_cursor_execute", self._heard)
        return self

    def __exit__(self, *_: Any) -> None:
        event.remove(self._engine, "before_cursor_execute", self._heard)


async def test_a_page_costs_the_same_number_of_queries_however_much_is_on_it(
    as_person: AsPerson, engine: AsyncEngine, alice: Person, bob: Person
) -> None:
    asking, solving = as_person(alice), as_person(bob)
    ticket = await open_ticket(asking)
    url = f"/api/v1/tickets/{ticket['number']}"
    pages = {
        "queue": (solving, "/api/v1/queue?unit=it"),
        "search": (solving, "/api/v1/tickets/search?q=pc"),
        "mine": (asking, "/api/v1/tickets"),
        "ticket": (solving, url),
        "history": (solving, f"{url}/events"),
        "approvals": (as_person(bob), "/api/v1/approvals"),
    }
    counted: list[dict[str, int]] = []
    for more in (2, 27):
        for number in range(more):
            await open_ticket(asking, subject=f"PC {number}")
            who = asking if number % 2 else solving
            await who.post(f"{url}/messages", json={"body": "Hei."}, headers=once())
        counts = {}
        for name, (client, page) in pages.items():
            await client.get(page)
            with Statements(engine) as statements:
                response = await client.get(page)
            assert response.status_code == 200
            counts[name] = statements.count
        counted.append(counts)
    assert counted[0] == counted[1]
    # Two of them are the savepoint that stands for the request's transaction here.
    assert max(counted[0].values()) <= 12, counted[0]
