"""«Slik er fristen regnet ut», as a page and as JSON, for those who may see the ticket and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.identity.me import load_actor
from app.people.models import Person
from app.tickets import actions
from app.tickets.lifecycle import WaitingFor
from app.web.words import worked
from service_catalog.schema import Impact, Urgency
from tests.clocks.stories import open_one
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture
async def waiting(session: AsyncSession, published: Published, alice: Person, bob: Person) -> str:
    """Number of a ticket that has waited for Alice since it was an hour old, and was moved to high priority before."""
    asking, solving = await load_actor(session, alice.id), await load_actor(session, bob.id)
    ticket = await open_one(session, asking, published)
    judged, at = ticket.opened_at + HOUR / 2, ticket.opened_at + HOUR
    await actions.set_priority(
        session, ticket, impact=Impact.MANY, urgency=Urgency.NORMAL, by=solving, at=judged
    )
    await actions.wait(session, ticket, reason=WaitingFor.REQUESTER, until=None, by=solving, at=at)
    await session.commit()
    return ticket.number


async def clocks(as_person: AsPerson, person: Person, number: str) -> list[dict[str, Any]]:
    response = await as_person(person).get(f"/api/v1/tickets/{number}/clocks")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def test_every_clock_is_explained_and_its_lines_add_up(
    as_person: AsPerson, alice: Person, waiting: str
) -> None:
    found = await clocks(as_person, alice, waiting)
    assert [(each["kind"], each["part"], each["state"]) for each in found] == [
        ("response", "", "paused"),
        ("solution", "", "paused"),
        ("update", "", "paused"),
        ("leg", "it", "paused"),
        ("reply", "", "running"),
    ]
    for each in found:
        assert each["counted_seconds"] == sum(line["counted_seconds"] for line in each["lines"])
        assert each["counted_seconds"] == (
            each["target_seconds"] if each["state"] == "running" else each["used_seconds"]
        )
        assert all(a["end"] == b["start"] for a, b in zip(each["lines"], each["lines"][1:], strict=False))
    solution = found[1]
    assert (solution["agreement"], solution["agreement_version"], solution["period"]) == (
        "it-brukerstotte",
        1,
        2,
    )
    assert [change["kind"] for change in solution["changes"]] == ["ticket.priority_changed"]
    assert found[-1]["due_at"] > found[-1]["started_at"]


async def test_a_stranger_learns_nothing_of_it(as_person: AsPerson, truls: Person, waiting: str) -> None:
    assert (await as_person(truls).get(f"/api/v1/tickets/{waiting}/clocks")).status_code == 404
    assert (await as_person(truls).get("/api/v1/tickets/1-2/clocks")).status_code == 404


async def test_the_page_says_it_in_words_to_the_one_who_asked(
    in_browser: AsPerson, alice: Person, waiting: str
) -> None:
    page = (await in_browser(alice).get(f"/saker/{waiting}/frister")).text
    for words in ("Slik er fristen regnet ut", "Løsning", "Tida hos IT", "en annen prioritet", "Står stille"):
        assert words in page
    assert "/avtaler/it-brukerstotte?versjon=1" in page
    assert f'href="/saker/{waiting}"' in page


async def test_the_agent_comes_back_to_the_desk_and_the_stranger_nowhere(
    in_browser: AsPerson, bob: Person, truls: Person, waiting: str
) -> None:
    assert f'href="/desk/saker/{waiting}"' in (await in_browser(bob).get(f"/saker/{waiting}/frister")).text
    assert (await in_browser(truls).get(f"/saker/{waiting}/frister")).status_code == 404


@pytest.mark.parametrize(
    ("amount", "language", "words"),
    [
        (timedelta(minutes=95), "nb", "1 t 35 min"),
        (timedelta(hours=22, minutes=30), "nn", "22 t 30 min"),
        (timedelta(hours=30, seconds=7), "en", "30 h 7 s"),
        (timedelta(), "nb", "0 min"),
    ],
)
def test_working_time_is_said_to_the_second_and_never_in_days(
    amount: timedelta, language: str, words: str
) -> None:
    assert worked(amount, language) == words
