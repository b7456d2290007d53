"""The leader's page: what waits, answered in place; figures that tell of nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.models import Person
from app.tickets.lifecycle import id_of
from app.tickets.models import Ticket
from service_catalog.schema import Confidentiality
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import once, open_ticket, put

pytestmark = pytest.mark.anyio


async def order(as_person: AsPerson, cast: Cast) -> dict[str, Any]:
    """Alice orders a laptop that Leif must approve."""
    answers = {
        "for_person": str(cast.alice.id),
        "equipment": ["laptop"],
        "quantity": 1,
        "replaces_old": False,
        "delivery": "counter",
        "needed_by": "2099-01-15",
    }
    sent = {"service": "bestille-pc", "subject": "Ny bærbar PC", "answers": answers}
    response = await as_person(cast.alice).post("/api/v1/tickets", json=sent, headers=once())
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def approvals_in(page: str) -> list[str]:
    return re.findall(r'name="answer" value="godkjenn:(\d+)"', page)


async def test_what_waits_is_shown_with_who_what_and_what_it_costs(as_person: AsPerson, cast: Cast) -> None:
    ticket = await order(as_person, cast)
    page = (await as_person(cast.leif).get("/leder")).text
    for text in ("Ny bærbar PC", "Alice Berg", "Solbakken sykehjem", "ansvar 4100", ticket["number"]):
        assert text in page
    assert re.search(r"\d\s?\d{3} kr", page)


async def test_a_yes_is_given_in_place_and_the_order_goes_on(as_person: AsPerson, cast: Cast) -> None:
    ticket = await order(as_person, cast)
    leif = as_person(cast.leif)
    (asked,) = approvals_in((await leif.get("/leder")).text)
    response = await leif.post("/leder", data={"answer": f"godkjenn:{asked}"})
    assert (response.status_code, response.headers["location"]) == (303, "/leder?godkjent=1")
    assert approvals_in((await leif.get("/leder")).text) == []
    seen = (await as_person(cast.bob).get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert seen["status"] == "new"


async def test_a_no_says_why(as_person: AsPerson, cast: Cast) -> None:
    await order(as_person, cast)
    leif = as_person(cast.leif)
    (asked,) = approvals_in((await leif.get("/leder")).text)
    response = await leif.post("/leder", data={"answer": f"avsla:{asked}"})
    assert response.status_code == 422
    assert f'href="#comment-{asked}"' in response.text
    sent = {"answer": f"avsla:{asked}", f"comment.{asked}": "Vi venter til nytt år."}
    assert (await leif.post("/leder", data=sent)).headers["location"] == "/leder?avslatt=1"


async def test_several_are_answered_at_once(as_person: AsPerson, cast: Cast) -> None:
    for _order in range(2):
        await order(as_person, cast)
    leif = as_person(cast.leif)
    asked = approvals_in((await leif.get("/leder")).text)
    response = await leif.post("/leder", data={"answer": "godkjenn", "approval": asked})
    assert response.headers["location"] == "/leder?godkjent=2"


async def test_whoever_holds_no_authority_sees_and_answers_nothing(as_person: AsPerson, cast: Cast) -> None:
    await order(as_person, cast)
    (asked,) = approvals_in((await as_person(cast.leif).get("/leder")).text)
    assert approvals_in((await as_person(cast.truls).get("/leder")).text) == []
    response = await as_person(cast.truls).post("/leder", data={"answer": f"godkjenn:{asked}"})
    assert response.status_code == 422
    assert approvals_in((await as_person(cast.leif).get("/leder")).text) == [asked]


async def test_an_empty_page_explains_itself(as_person: AsPerson, leif: Person) -> None:
    assert "Alt er gjort" in (await as_person(leif).get("/leder")).text


async def test_the_figures_count_the_units_below_and_no_personnel_case(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    payslip = {"about": "explain", "month": "oktober 2026", "description": "Hva er trekk?"}
    await open_ticket(as_person(cast.alice), service="lonnsslipp", subject="Trekk", answers=payslip)

    async def figures() -> dict[str, str]:
        return figures_in((await as_person(cast.liv).get("/leder")).text)

    for _number in range(4):
        await open_ticket(as_person(cast.alice))
    assert (await figures())["Nye saker"] == "færre enn fem"
    assert (await figures())["Personer som arbeider der"] == "5"
    # A personal one is counted, and what it is about is not told.
    last = await open_ticket(as_person(cast.alice))
    personal = update(Ticket).where(Ticket.id == id_of(last["number"]))
    await session.execute(personal.values(confidentiality=Confidentiality.PERSONAL))
    assert (await figures())["Nye saker"] == "5"


async def test_what_was_promised_and_what_was_spent_is_told_of_five_or_more(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    async def figures() -> dict[str, str]:
        return figures_in((await as_person(cast.liv).get("/leder")).text)

    tickets = [await open_ticket(as_person(cast.alice)) for _number in range(5)]
    ids = [id_of(ticket["number"]) for ticket in tickets]
    # One cost something: what that order cost is nobody's to find out here.
    await session.execute(update(Ticket).where(Ticket.id == ids[0]).values(price=1200))
    for ticket in tickets:
        assert "Løst i tide" not in await figures()
        await put(as_person(cast.bob), ticket, "resolution", text="Ny disk.")
    found = await figures()
    assert (found["Løst siste 30 dager"], found["Løst i tide"]) == ("5", "100 %")
    assert "Bestilt for siste 30 dager" not in found
    await session.execute(
        update(Ticket)
        .where(Ticket.id == ids[1])
        .values(solution_due_at=Ticket.resolved_at - timedelta(hours=1))
    )
    await session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(price=1200))
    found = await figures()
    assert found["Løst i tide"] == "80 %"
    assert found["Bestilt for siste 30 dager"].replace("\xa0", " ") == "6 000 kr"


def figures_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'<dt>([^<]+)</dt><dd class="numeric">([^<]+)</dd>', page))


@pytest.mark.parametrize("answer", ["", "godkjenn:abc", "slett:1", "godkjenn:" + "9" * 30])
async def test_an_answer_that_is_not_on_the_page_changes_nothing(
    as_person: AsPerson, leif: Person, answer: str
) -> None:
    assert (await as_person(leif).post("/leder", data={"answer": answer})).status_code == 422


async def test_who_comes_next_and_how_ready_it_is_follows_after_the_list(
    as_person: AsPerson, cast: Cast
) -> None:
    page = (await as_person(cast.leif).get("/leder")).text
    assert 'hx-get="/leder/folk/naermest"' in page
    part = await as_person(cast.leif).get("/leder/folk/naermest")
    assert (part.status_code, part.text.strip()[:10]) == (200, "<ul class=")
    assert (await as_person(cast.alice).get("/leder/folk/naermest")).status_code == 403
