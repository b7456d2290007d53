"""The one list of needs (B7): who sees it, in what order, and that every unit may take from it."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.me import load_actor
from app.people.models import Person
from app.tickets.needs import NeedsView, needs_of
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket, put

pytestmark = pytest.mark.anyio

NEED: dict[str, Any] = {
    "service": "meld-et-behov",
    "subject": "Turnus på mobil",
    "answers": {
        "kind_of_need": "system",
        "problem": "Vi ser ikke turnusen hjemmefra.",
        "outcome": "Færre telefoner til avdelingen.",
        "personal_data": "with_personal_data",
    },
}


async def report(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    places = await client.get(
        "/oppslag/org_unit", params={"felt": "for_unit", "search.for_unit": "Solbakken"}
    )
    found = re.search(r'value="(\d+)"', places.text)
    assert found
    answers = NEED["answers"] | {"kind_of_need": changes.pop("kind", "system"), "for_unit": found[1]}
    return await open_ticket(client, **(NEED | {"answers": answers} | changes))


async def listed(client: httpx.AsyncClient, **params: str | int) -> list[str]:
    response = await client.get("/api/v1/needs", params=params)
    assert response.status_code == 200, response.text
    return [row["subject"] for row in response.json()["items"]]


async def test_a_need_is_in_the_list_of_every_units_agents_and_of_leaders(
    as_person: AsPerson, alice: Person, bob: Person, carol: Person, frida: Person, leif: Person
) -> None:
    ticket = await report(as_person(alice))
    for reader in (bob, carol, frida, leif):
        assert await listed(as_person(reader)) == ["Turnus på mobil"]
        assert (await as_person(reader).get(f"/api/v1/tickets/{ticket['number']}")).status_code == 200


async def test_colleagues_do_not_read_each_others_needs(
    as_person: AsPerson, alice: Person, truls: Person
) -> None:
    ticket = await report(as_person(alice))
    answer = await as_person(truls).get("/api/v1/needs")
    assert (answer.status_code, answer.json()["code"]) == (403, "needs.agents_and_leaders")
    assert (await as_person(truls).get(f"/api/v1/tickets/{ticket['number']}")).status_code == 404


async def test_an_ordinary_ticket_of_another_unit_is_still_not_there(
    as_person: AsPerson, alice: Person, carol: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    assert await listed(as_person(carol)) == []
    assert (await as_person(carol).get(f"/api/v1/tickets/{ticket['number']}")).status_code == 404


async def test_the_most_important_comes_first_and_then_the_oldest(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    asking = as_person(alice)
    await report(asking, subject="Først")
    await report(asking, subject="Viktig", impact="many", urgency="high")
    await report(asking, subject="Så")
    await report(asking, subject="Kan vente", urgency="low")
    assert await listed(as_person(bob)) == ["Viktig", "Først", "Så", "Kan vente"]


async def test_the_pages_together_hold_each_need_once_and_in_order(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    for number, urgency in enumerate(["low", "normal", "high", "normal", "low"]):
        await report(as_person(alice), subject=str(number), urgency=urgency)
    whole = await listed(as_person(bob))
    seen: list[str] = []
    path: str | None = "/api/v1/needs?limit=2"
    while path:
        page = (await as_person(bob).get(path)).json()
        seen += [row["subject"] for row in page["items"]]
        path = page["next"]
    assert seen == whole == ["2", "1", "3", "0", "4"]


async def test_it_can_be_narrowed_to_a_kind_a_unit_and_what_nobody_has_taken(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    asking, working = as_person(alice), as_person(bob)
    system = await report(asking, subject="System")
    await report(asking, subject="Kjøp", kind="purchase")
    await put(working, system, "unit", unit="it")
    moved = (await working.get(f"/api/v1/tickets/{system['number']}")).json()
    assert await listed(working, kind="purchase") == ["Kjøp"]
    assert await listed(working, unit="it") == ["System"]
    assert await listed(working, filter="free") == ["System", "Kjøp"]
    await put(working, moved, "assignee", person_id=bob.id)
    assert await listed(working, filter="free") == ["Kjøp"]
    assert await listed(working, filter="mine") == ["System"]


async def test_what_one_unit_has_begun_is_not_moved_by_another(
    as_person: AsPerson, alice: Person, bob: Person, carol: Person
) -> None:
    need = await report(as_person(alice))
    await put(as_person(bob), need, "unit", unit="it")
    need = (await as_person(bob).get(f"/api/v1/tickets/{need['number']}")).json()
    need = await put(as_person(bob), need, "assignee", person_id=bob.id)
    url = f"/api/v1/tickets/{need['number']}/unit"
    answer = await as_person(carol).put(
        url, json={"unit": "lonn"}, headers={"if-match": f'"{need["version"]}"'}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "ticket.other_unit")


async def test_a_leader_reads_a_need_and_does_nothing_with_it(
    as_person: AsPerson, alice: Person, leif: Person
) -> None:
    need = await report(as_person(alice))
    read = (await as_person(leif).get(f"/api/v1/tickets/{need['number']}")).json()
    assert read["may"] == []


async def test_what_is_solved_leaves_the_list(as_person: AsPerson, alice: Person, bob: Person) -> None:
    need = await report(as_person(alice))
    await put(as_person(bob), need, "unit", unit="it")
    need = (await as_person(bob).get(f"/api/v1/tickets/{need['number']}")).json()
    await put(as_person(bob), need, "resolution", text="Turnussystemet har en app.")
    assert await listed(as_person(bob)) == []


@pytest.mark.parametrize("view", [NeedsView(), NeedsView(kind="system"), NeedsView(filter="free")])
async def test_the_list_is_read_in_the_order_of_its_index(
    session: AsyncSession, carol: Person, view: NeedsView
) -> None:
    query = needs_of(await load_actor(session, carol.id), view, 50)
    sql = str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    # An empty table is read through and sorted unless that is forbidden.
    for method in ("seqscan", "bitmapscan", "sort"):
        await session.execute(text(f"SET LOCAL enable_{method} = off"))
    plan = "\n".join(await session.scalars(text("EXPLAIN " + sql.replace("%%", "%").replace(":", r"\:"))))
    assert "using ix_tickets_shared" in plan, plan
    assert "Sort" not in plan, plan
