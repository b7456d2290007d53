"""Retting: what the case's own person says is right stands beside what was written, whatever state it is in."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.models import Delivery
from app.people.models import Person
from tests.conftest import AsPerson
from tests.tickets.asking import once, open_ticket, put

pytestmark = pytest.mark.anyio


async def test_it_stands_in_a_solved_case_and_changes_no_clock(
    as_person: AsPerson, session: AsyncSession, alice: Person, bob: Person
) -> None:
    asking, solving = as_person(alice), as_person(bob)
    ticket = await open_ticket(asking)
    ticket = await put(solving, ticket, "resolution", text="Nytt batteri.")
    url = f"/api/v1/tickets/{ticket['number']}/corrections"
    said = await asking.post(url, json={"body": "Det var skjermen, ikke batteriet."}, headers=once())
    assert said.status_code == 201, said.text
    after = said.json()
    assert (after["status"], after["version"], after["clocks"]) == (
        "resolved",
        ticket["version"],
        ticket["clocks"],
    )
    assert [(each["kind"], each["body"]) for each in after["messages"]] == [
        ("correction", "Det var skjermen, ikke batteriet.")
    ]
    read = (await solving.get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert read["messages"] == after["messages"]
    told = select(Delivery.payload).where(Delivery.topic == "ticket.corrected")
    assert len(list(await session.scalars(told))) == 1


async def test_only_the_case_s_own_person_corrects_it_and_only_here(
    as_person: AsPerson, alice: Person, bob: Person, truls: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    url = f"/api/v1/tickets/{ticket['number']}"
    body = {"body": "Nei."}
    assert (await as_person(bob).post(f"{url}/corrections", json=body, headers=once())).status_code == 403
    assert (await as_person(truls).post(f"{url}/corrections", json=body, headers=once())).status_code == 404
    other_way = {"body": "Nei.", "kind": "correction"}
    assert (await as_person(alice).post(f"{url}/messages", json=other_way, headers=once())).status_code == 422


async def test_it_is_written_and_read_on_the_pages(
    in_browser: AsPerson, as_person: AsPerson, session: AsyncSession, alice: Person, bob: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    await as_person(alice).post(
        f"/api/v1/tickets/{ticket['number']}/corrections", json={"body": "Det er rom 4."}, headers=once()
    )
    mine = await in_browser(alice).get(f"/saker/{ticket['number']}")
    theirs = await in_browser(bob).get(f"/desk/saker/{ticket['number']}")
    for page in (mine, theirs):
        assert "Det er rom 4." in page.text
        assert "Rettelse" in page.text
    assert f'action="/saker/{ticket["number"]}/rett"' in mine.text
