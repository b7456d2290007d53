"""An employee asks, the right unit gets it with its clocks running, an agent answers and solves it."""

from __future__ import annotations

import pytest

from app.people.models import Person
from tests.conftest import AsPerson
from tests.tickets.asking import PC_BROKEN, match, once, open_ticket, put

pytestmark = pytest.mark.anyio


async def test_a_report_lands_with_its_unit_and_a_running_clock_for_each_promise(
    as_person: AsPerson, alice: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    assert ticket["unit"] == "it"
    assert ticket["status"] == "new"
    assert ticket["routed_by"] == "service"
    assert [(clock["kind"], clock["part"], clock["state"]) for clock in ticket["clocks"]] == [
        ("response", "", "running"),
        ("solution", "", "running"),
        ("update", "", "running"),
        ("leg", "it", "running"),
    ]
    assert ticket["response_due_at"] <= ticket["solution_due_at"]


async def test_the_main_job_from_asking_to_reopening(as_person: AsPerson, alice: Person, bob: Person) -> None:
    asking, solving = as_person(alice), as_person(bob)
    ticket = await open_ticket(asking)

    queue = (await solving.get("/api/v1/queue", params={"unit": "it"})).json()
    assert [row["number"] for row in queue["items"]] == [ticket["number"]]

    ticket = await put(solving, ticket, "assignee", person_id=bob.id)
    assert (ticket["status"], ticket["assignee"]["name"]) == ("in_progress", "Bob Dahl")

    said = {"body": "Hva står det på skjermen?"}
    url = f"/api/v1/tickets/{ticket['number']}/messages"
    ticket = (await solving.post(url, json=said, headers=once())).json()
    assert ticket["clocks"][0]["state"] == "met"

    ticket = await put(solving, ticket, "waiting", reason="requester")
    assert (ticket["status"], ticket["clocks"][1]["state"], ticket["solution_due_at"]) == (
        "waiting",
        "paused",
        None,
    )

    ticket = (await asking.post(url, json={"body": "Ingenting."}, headers=once())).json()
    assert (ticket["status"], ticket["clocks"][1]["state"]) == ("in_progress", "running")

    ticket = await put(solving, ticket, "resolution", text="Nytt batteri.")
    assert (ticket["status"], ticket["resolution"], ticket["clocks"][1]["state"]) == (
        "resolved",
        "solved",
        "met",
    )

    ticket = await put(asking, ticket, "reopening", reason="Den starter fortsatt ikke.")
    assert (ticket["status"], ticket["clocks"][1]["state"]) == ("in_progress", "running")

    told = (await asking.get(f"/api/v1/tickets/{ticket['number']}/events")).json()
    assert [event["kind"] for event in told] == [
        "ticket.opened",
        "ticket.assigned",
        "ticket.replied",
        "ticket.waiting",
        "ticket.replied",
        "ticket.resumed",
        "ticket.resolved",
        "ticket.reopened",
    ]


async def test_another_unit_is_not_told_that_the_ticket_exists(
    as_person: AsPerson, alice: Person, carol: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    stranger = as_person(carol)
    foreign = await stranger.get(f"/api/v1/tickets/{ticket['number']}")
    nonexistent = await stranger.get("/api/v1/tickets/999999-8")
    assert foreign.status_code == nonexistent.status_code == 404
    assert foreign.json() == nonexistent.json()
    answer = await stranger.put(
        f"/api/v1/tickets/{ticket['number']}/resolution", json={"text": "Min."}, headers={"if-match": "*"}
    )
    assert answer.status_code == 404


async def test_a_note_is_never_read_by_the_requester(as_person: AsPerson, alice: Person, bob: Person) -> None:
    ticket = await open_ticket(as_person(alice))
    url = f"/api/v1/tickets/{ticket['number']}"
    note = {"body": "Tredje gang denne måneden.", "kind": "internal"}
    assert (await as_person(bob).post(f"{url}/messages", json=note, headers=once())).status_code == 201
    assert [m["body"] for m in (await as_person(bob).get(url)).json()["messages"]] == [note["body"]]
    assert (await as_person(alice).get(url)).json()["messages"] == []


async def test_whoever_saves_on_top_of_another_is_told(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    solving = as_person(bob)
    read = await open_ticket(as_person(alice))
    await put(solving, read, "assignee", person_id=bob.id)
    late = await solving.put(
        f"/api/v1/tickets/{read['number']}/priority",
        json={"impact": "many", "urgency": "high"},
        headers=match(read),
    )
    assert (late.status_code, late.json()["changed"]) == (412, ["ticket.assigned"])
    assert (await solving.get(f"/api/v1/tickets/{read['number']}")).json()["priority"] == "normal"


async def test_a_change_without_a_version_is_asked_for_one(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    url = f"/api/v1/tickets/{ticket['number']}/assignee"
    assert (await as_person(bob).put(url, json={"person_id": bob.id})).status_code == 428


async def test_a_message_does_not_disturb_whoever_edits(
    as_person: AsPerson, alice: Person, bob: Person
) -> None:
    asking, solving = as_person(alice), as_person(bob)
    read = await open_ticket(asking)
    url = f"/api/v1/tickets/{read['number']}/messages"
    await asking.post(url, json={"body": "Den lager også en lyd."}, headers=once())
    await put(solving, read, "priority", impact="several", urgency="normal")


async def test_the_giver_holds_it_until_the_receiver_accepts(
    as_person: AsPerson, alice: Person, bob: Person, carol: Person
) -> None:
    giving, receiving = as_person(bob), as_person(carol)
    ticket = await open_ticket(as_person(alice))
    ticket = await put(giving, ticket, "handover", unit="lonn", reason="Gjelder lønnsslippen.")
    assert (ticket["unit"], ticket["handover_to"]) == ("it", "lonn")
    ticket = await put(receiving, ticket, "handover/acceptance")
    assert (ticket["unit"], ticket["handover_to"], ticket["status"]) == ("lonn", None, "new")
    assert (await giving.get(f"/api/v1/tickets/{ticket['number']}")).status_code == 404


async def test_what_is_returned_was_never_gone(
    as_person: AsPerson, alice: Person, bob: Person, carol: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    ticket = await put(as_person(bob), ticket, "handover", unit="lonn", reason="Deres?")
    await put(as_person(carol), ticket, "handover/return", reason="Nei, det er PC-en.")
    ticket = (await as_person(bob).get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert (ticket["unit"], ticket["handover_to"]) == ("it", None)
    assert [message["body"] for message in ticket["messages"]] == ["Deres?", "Nei, det er PC-en."]


async def test_the_first_line_corrects_a_wrong_landing_in_one_action(
    as_person: AsPerson, alice: Person, frida: Person, carol: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    await put(as_person(frida), ticket, "unit", unit="lonn")
    moved = (await as_person(carol).get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert (moved["unit"], moved["routed_by"]) == ("lonn", "manual")


async def test_nobody_handles_their_own_case(as_person: AsPerson, bob: Person) -> None:
    own = await open_ticket(as_person(bob))
    assert "resolve" not in own["may"]
    url = f"/api/v1/tickets/{own['number']}/resolution"
    answer = await as_person(bob).put(url, json={"text": "Ferdig."}, headers=match(own))
    assert (answer.status_code, answer.json()["code"]) == (403, "ticket.own_case")


async def test_what_may_be_done_is_what_is_offered(as_person: AsPerson, alice: Person, bob: Person) -> None:
    ticket = await open_ticket(as_person(alice))
    assert ticket["may"] == ["correct", "reply", "withdraw"]
    agent = (await as_person(bob).get(f"/api/v1/tickets/{ticket['number']}")).json()["may"]
    assert {"take", "assign", "resolve", "hand_over", "wait", "priority", "note", "reply"} <= set(agent)
    assert "withdraw" not in agent


async def test_one_key_makes_one_ticket(as_person: AsPerson, alice: Person) -> None:
    asking, key = as_person(alice), once()
    first = await asking.post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    again = await asking.post("/api/v1/tickets", json=PC_BROKEN, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["location"] == again.headers["location"]
    assert len((await asking.get("/api/v1/tickets")).json()["items"]) == 1
    other = await asking.post("/api/v1/tickets", json=PC_BROKEN | {"subject": "Noe annet"}, headers=key)
    assert other.status_code == 422
