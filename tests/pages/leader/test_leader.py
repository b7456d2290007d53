"""The leader's page: what waits, answered in place; figures that tell of nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.people.models import Person
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import once, open_ticket

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
    as_person: AsPerson, cast: Cast
) -> None:
    await open_ticket(as_person(cast.alice))
    payslip = {"about": "explain", "month": "oktober 2026", "description": "Hva er trekk?"}
    await open_ticket(as_person(cast.alice), service="lonnsslipp", subject="Trekk", answers=payslip)
    page = (await as_person(cast.liv).get("/leder")).text
    figures = figures_in(page)
    assert figures["Nye saker"] == "færre enn fem"
    assert figures["Personer som arbeider der"] == "5"
    for _more in range(4):
        await open_ticket(as_person(cast.alice))
    assert figures_in((await as_person(cast.liv).get("/leder")).text)["Nye saker"] == "5"


def figures_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'<dt>([^<]+)</dt><dd class="numeric">([^<]+)</dd>', page))


@pytest.mark.parametrize("answer", ["", "godkjenn:abc", "slett:1", "godkjenn:" + "9" * 30])
async def test_an_answer_that_is_not_on_the_page_changes_nothing(
    as_person: AsPerson, leif: Person, answer: str
) -> None:
    assert (await as_person(leif).post("/leder", data={"answer": answer})).status_code == 422
