"""The first line's mandate (B10): it resolves what another unit holds and has not begun on, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.errors import Refusal
from app.identity.actor import Actor
from app.people.models import Person
from app.tickets.lifecycle import Status
from app.tickets.models import Ticket
from app.tickets.policy import may_resolve
from service_catalog.schema import Catalogue, Confidentiality
from sla.load import Sla
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import match, open_ticket, put

pytestmark = pytest.mark.anyio


async def read(client: httpx.AsyncClient, ticket: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/v1/tickets/{ticket['number']}")).json()
    return found


async def resolve(client: httpx.AsyncClient, ticket: dict[str, Any]) -> httpx.Response:
    url = f"/api/v1/tickets/{ticket['number']}/resolution"
    return await client.put(url, json={"text": "Startet på nytt."}, headers=match(ticket))


async def test_what_nobody_has_begun_is_resolved_by_mandate_and_the_log_says_so(
    as_person: AsPerson, alice: Person, frida: Person
) -> None:
    ticket = await read(as_person(frida), await open_ticket(as_person(alice)))
    assert "resolve_by_mandate" in ticket["may"]
    assert "resolve" not in ticket["may"]
    answer = await resolve(as_person(frida), ticket)
    assert (answer.status_code, answer.json()["status"], answer.json()["unit"]) == (200, "resolved", "it")
    told = (await as_person(frida).get(f"/api/v1/tickets/{ticket['number']}/events")).json()
    assert told[-1]["kind"] == "ticket.resolved"
    assert told[-1]["payload"]["by_mandate"] is True


async def test_the_unit_resolves_its_own_without_any_mandate(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    ticket = await read(as_person(bob), await open_ticket(as_person(alice)))
    assert "resolve_by_mandate" not in ticket["may"]
    await resolve(as_person(bob), ticket)
    told = (await as_person(bob).get(f"/api/v1/tickets/{ticket['number']}/events")).json()
    assert told[-1]["payload"]["by_mandate"] is False


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("assignee", {}),
        ("waiting", {"reason": "supplier"}),
        ("handover", {"unit": "lonn", "reason": "Deres?"}),
    ],
)
async def test_what_the_unit_has_begun_on_is_the_units(
    as_person: AsPerson, alice: Person, bob: Person, frida: Person, verb: str, body: dict[str, Any]
) -> None:
    ticket = await open_ticket(as_person(alice))
    await put(as_person(bob), ticket, verb, **(body or {"person_id": bob.id}))
    ticket = await read(as_person(frida), ticket)
    assert "resolve_by_mandate" not in ticket["may"]
    answer = await resolve(as_person(frida), ticket)
    assert (answer.status_code, answer.json()["code"]) == (403, "ticket.unit_has_begun")
    assert (await read(as_person(bob), ticket))["status"] == ticket["status"]


async def test_given_back_to_the_queue_it_is_within_the_mandate_again(
    as_person: AsPerson, alice: Person, bob: Person, frida: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    ticket = await put(as_person(bob), ticket, "assignee", person_id=bob.id)
    url = f"/api/v1/tickets/{ticket['number']}/assignee"
    assert (await as_person(bob).delete(url, headers=match(ticket))).status_code == 200
    assert (await resolve(as_person(frida), await read(as_person(frida), ticket))).status_code == 200


ALICE, FRIDA = 1, 2
FIRST_LINE = Actor(FRIDA, "Frida", units=frozenset({"servicesenteret"}), first_line=True)


def new_ticket(price: int | None = None) -> Ticket:
    """Of IT, new, and nobody's."""
    return Ticket(
        id=100_000,
        unit="it",
        confidentiality=Confidentiality.OPEN,
        status=Status.NEW,
        requester_id=ALICE,
        price=None if price is None else Decimal(price),
    )


@pytest.mark.parametrize(("price", "is_within"), [(None, True), (490, True), (500, True), (501, False)])
def test_what_costs_more_than_the_mandate_allows_is_not_the_first_lines_to_decide(
    shipped: tuple[Catalogue, Sla], price: int | None, is_within: bool
) -> None:
    equipment = shipped[0].services["bestille-pc"]
    assert [line.limit_nok for line in equipment.mandate] == [500]
    refusal = may_resolve(FIRST_LINE, new_ticket(price), equipment)
    assert refusal == (None if is_within else Refusal("ticket.no_mandate"))


def test_a_service_without_a_mandate_is_not_the_first_lines_to_decide(shipped: tuple[Catalogue, Sla]) -> None:
    without = shipped[0].services["bestille-pc"].model_copy(update={"mandate": ()})
    assert may_resolve(FIRST_LINE, new_ticket(), without) == Refusal("ticket.no_mandate")


async def test_nobody_uses_a_mandate_in_their_own_case(as_person: AsPerson, frida: Person) -> None:
    own = await open_ticket(as_person(frida))
    answer = await resolve(as_person(frida), own)
    assert (answer.status_code, answer.json()["code"]) == (403, "ticket.own_case")


async def test_only_the_first_line_has_it(as_person: AsPerson, cast: Cast) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    assert (await resolve(as_person(cast.carol), ticket)).status_code == 404
    mine = await resolve(as_person(cast.alice), ticket)
    assert (mine.status_code, mine.json()["code"]) == (403, "ticket.own_case")


async def test_the_page_shows_what_the_mandate_says_and_resolves_by_it(
    as_person: AsPerson, alice: Person, frida: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    address = f"/desk/saker/{ticket['number']}"
    page = (await as_person(frida).get(address)).text
    form = page.split('id="los"')[1].split("</details>")[0]
    assert "Løs med fullmakt" in form
    assert "Låne ut reserve-PC" in form
    sent = {"version": ticket["version"], "text": "Lånte ut en PC."}
    assert (await as_person(frida).post(f"{address}/los", data=sent)).status_code == 303
    assert "løste saken med fullmakt" in (await as_person(frida).get(address)).text
