"""An order that costs waits for whoever holds the money, and has exactly one answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.models import Delivery
from app.people.models import Delegation, Person
from app.tickets.lifecycle import id_of
from app.tickets.models import Ticket
from tests.approvals.ordering import decide, order, screen_for, waiting
from tests.cast import SINCE
from tests.conftest import AsPerson
from tests.tickets.asking import once, put


async def topics(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(Delivery.topic).order_by(Delivery.id)))


async def read(client: Any, number: str) -> dict[str, Any]:
    ticket: dict[str, Any] = (await client.get(f"/api/v1/tickets/{number}")).json()
    return ticket


async def test_an_order_that_costs_asks_the_holder_of_the_money_and_stops_its_clocks(
    as_person: AsPerson, alice: Person, leif: Person, session: AsyncSession
) -> None:
    ticket = await order(as_person(alice), alice)
    assert (ticket["status"], ticket["waiting_for"], ticket["price"]) == ("waiting", "approval", "2600.00")
    assert {clock["state"] for clock in ticket["clocks"]} == {"paused"}
    asked = await waiting(as_person(leif))
    assert [(one["ticket"], one["scope"], one["amount"]) for one in asked] == [
        (ticket["number"], "4100", "2600.00")
    ]
    assert await topics(session) == ["approval.asked", "ticket.opened"]


async def test_a_yes_lets_the_order_run(
    as_person: AsPerson, alice: Person, leif: Person, session: AsyncSession
) -> None:
    ticket = await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    answer = await decide(as_person(leif), asked["id"], "approved")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "approved")
    ticket = await read(as_person(alice), ticket["number"])
    assert (ticket["status"], ticket["waiting_for"]) == ("new", None)
    assert {clock["state"] for clock in ticket["clocks"]} == {"running"}
    assert await waiting(as_person(leif)) == []
    assert "approval.decided" in await topics(session)


async def test_a_no_needs_a_reason_and_ends_the_order(
    as_person: AsPerson, alice: Person, leif: Person
) -> None:
    ticket = await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    for nothing in (None, "", "   "):
        assert (await decide(as_person(leif), asked["id"], "rejected", nothing)).status_code == 422
    answer = await decide(as_person(leif), asked["id"], "rejected", "Vi har skjermer på lager.")
    assert answer.status_code == 200
    ticket = await read(as_person(alice), ticket["number"])
    assert (ticket["status"], ticket["resolution"]) == ("resolved", "rejected")
    assert ticket["resolution_text"] == "Vi har skjermer på lager."


async def test_what_is_decided_stays_decided(as_person: AsPerson, alice: Person, leif: Person) -> None:
    await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    await decide(as_person(leif), asked["id"], "approved")
    for outcome in ("approved", "rejected"):
        again = await decide(as_person(leif), asked["id"], outcome, "Angrer.")
        assert (again.status_code, again.json()["code"]) == (409, "approval.already_decided")


async def test_a_leader_who_orders_for_herself_asks_the_leader_above(
    as_person: AsPerson, leif: Person, liv: Person
) -> None:
    await order(as_person(leif), leif)
    assert await waiting(as_person(leif)) == []
    (asked,) = await waiting(as_person(liv))
    assert asked["scope"] == "4000"
    assert (await decide(as_person(leif), asked["id"], "approved")).status_code == 404
    assert (await decide(as_person(liv), asked["id"], "approved")).status_code == 200


async def test_a_leader_who_orders_for_somebody_does_not_approve_it_either(
    as_person: AsPerson, alice: Person, leif: Person, liv: Person
) -> None:
    await order(as_person(leif), alice, requester_id=alice.id)
    assert await waiting(as_person(leif)) == []
    (asked,) = await waiting(as_person(liv))
    assert (await decide(as_person(leif), asked["id"], "approved")).status_code == 404


async def test_nobody_approves_what_is_for_themselves_whatever_authority_they_have(
    as_person: AsPerson, session: AsyncSession, alice: Person, leif: Person, oda: Person
) -> None:
    await order(as_person(oda), alice, requester_id=alice.id)
    (asked,) = await waiting(as_person(leif))
    for somebody in (alice, oda):
        session.add(
            Delegation(person_id=somebody.id, authority="budsjettdisponering", scope="4100", valid_from=SINCE)
        )
    await session.flush()
    for somebody in (alice, oda):
        assert await waiting(as_person(somebody)) == []
        assert (await decide(as_person(somebody), asked["id"], "approved")).status_code == 404


async def test_without_the_authority_the_question_does_not_exist(
    as_person: AsPerson, alice: Person, bob: Person, liv: Person, leif: Person, truls: Person
) -> None:
    await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    nonexistent = await decide(as_person(truls), 999_999_999, "approved")
    for somebody in (alice, bob, liv, truls):
        answer = await decide(as_person(somebody), asked["id"], "approved")
        assert answer.status_code == 404
    assert answer.json() == nonexistent.json()


async def test_an_authority_that_was_taken_away_meanwhile_decides_nothing(
    as_person: AsPerson, session: AsyncSession, alice: Person, leif: Person
) -> None:
    ticket = await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    await session.execute(delete(Delegation).where(Delegation.person_id == leif.id))
    await session.commit()
    assert (await decide(as_person(leif), asked["id"], "approved")).status_code == 404
    assert (await read(as_person(alice), ticket["number"]))["status"] == "waiting"


async def test_an_authority_that_ended_yesterday_decides_nothing(
    as_person: AsPerson, session: AsyncSession, alice: Person, leif: Person
) -> None:
    await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    ended = update(Delegation).where(Delegation.person_id == leif.id)
    await session.execute(ended.values(valid_to=text("current_date - 1")))
    await session.commit()
    assert (await decide(as_person(leif), asked["id"], "approved")).status_code == 404


async def test_an_order_that_changed_after_the_question_is_not_what_is_approved(
    as_person: AsPerson, session: AsyncSession, alice: Person, leif: Person
) -> None:
    ticket = await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    dearer = screen_for(alice, quantity=20)["answers"]
    await session.execute(update(Ticket).where(Ticket.id == id_of(ticket["number"])).values(answers=dearer))
    await session.commit()
    answer = await decide(as_person(leif), asked["id"], "approved")
    assert (answer.status_code, answer.json()["code"]) == (409, "approval.changed_since_asked")
    assert (await read(as_person(alice), ticket["number"]))["status"] == "waiting"
    assert len(await waiting(as_person(leif))) == 1


async def test_a_withdrawn_order_withdraws_its_question(
    as_person: AsPerson, alice: Person, leif: Person
) -> None:
    ticket = await order(as_person(alice), alice)
    (asked,) = await waiting(as_person(leif))
    ticket = await put(as_person(alice), ticket, "withdrawal")
    assert (ticket["status"], ticket["resolution"]) == ("resolved", "withdrawn")
    assert await waiting(as_person(leif)) == []
    late = await decide(as_person(leif), asked["id"], "approved")
    assert (late.status_code, late.json()["code"]) == (409, "approval.already_decided")


async def test_the_agent_cannot_go_on_before_the_answer(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    ticket = await order(as_person(alice), alice)
    url = f"/api/v1/tickets/{ticket['number']}"
    version = {"if-match": f'"{ticket["version"]}"'}
    resume = await as_person(bob).delete(f"{url}/waiting", headers=version)
    assert (resume.status_code, resume.json()["code"]) == (403, "ticket.waits_for_approval")
    solve = await as_person(bob).put(f"{url}/resolution", json={"text": "Levert."}, headers=version)
    assert (solve.status_code, solve.json()["code"]) == (409, "ticket.waits_for_approval")


async def test_the_ansvar_in_the_form_is_the_one_that_pays_and_whose_holder_is_asked(
    as_person: AsPerson, alice: Person, leif: Person, liv: Person
) -> None:
    answers = screen_for(alice, ansvar="4000")["answers"]
    ticket = await order(as_person(alice), alice, answers=answers)
    assert ticket["ansvar"] == ticket["answers"]["ansvar"] == "4000"
    assert await waiting(as_person(leif)) == []
    assert [one["scope"] for one in await waiting(as_person(liv))] == ["4000"]


async def test_kontering_is_filled_in_from_the_unit_of_whoever_asks(
    as_person: AsPerson, alice: Person
) -> None:
    answers = screen_for(alice)["answers"]
    del answers["ansvar"], answers["tjeneste"]
    ticket = await order(as_person(alice), alice, answers=answers)
    assert (ticket["ansvar"], ticket["tjeneste"]) == ("4100", "1200")
    assert (ticket["answers"]["ansvar"], ticket["answers"]["tjeneste"]) == ("4100", "1200")


async def test_an_ansvar_that_nobody_may_spend_goes_upward(
    as_person: AsPerson, session: AsyncSession, alice: Person, leif: Person, liv: Person
) -> None:
    await session.execute(delete(Delegation).where(Delegation.person_id == leif.id))
    await session.commit()
    await order(as_person(alice), alice)
    assert [one["scope"] for one in await waiting(as_person(liv))] == ["4000"]


async def test_when_nobody_at_all_may_approve_it_the_order_is_refused(
    as_person: AsPerson, session: AsyncSession, alice: Person
) -> None:
    await session.execute(delete(Delegation))
    await session.commit()
    answer = await as_person(alice).post("/api/v1/tickets", json=screen_for(alice), headers=once())
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "field.nobody_can_approve")


async def test_a_question_is_read_only_with_the_facts_of_its_order(
    as_person: AsPerson, alice: Person, leif: Person
) -> None:
    ticket = await order(as_person(alice), alice)
    seen = await read(as_person(leif), ticket["number"])
    (approval,) = seen["approvals"]
    assert (approval["may_decide"], approval["outcome"]) == (True, None)
    (own,) = ticket["approvals"]
    assert own["may_decide"] is False
