"""Asked for as one service, it is another: the right unit gets it, and its promise counts from the opening."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.models import ClockRow
from app.clocks.rebuild import rebuild
from app.database.session import Sessions
from app.events.models import Event
from app.tickets.lifecycle import id_of
from app.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import match, open_ticket, put

LOST = {"service": "mistet-utstyr", "reason": "PC-en er ikke treg, den er borte."}
LOST_ANSWERS = {
    "equipment": "computer",
    "lost_on": "2026-01-05",
    "description": "Glemt på bussen.",
    "data": "unsure",
    "phone": "40000000",
}
PAYSLIP = {"service": "lonnsslipp", "reason": "Gjelder lønnsslippen."}


def clock(ticket: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [each for each in ticket["clocks"] if each["kind"] == kind]
    return dict(found)


async def test_the_new_services_promise_counts_from_the_opening(
    as_person: AsPerson, cast: Cast, session: AsyncSession, sessions: Sessions
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    born_lost = await open_ticket(as_person(cast.alice), service="mistet-utstyr", answers=LOST_ANSWERS)
    await put(as_person(cast.bob), ticket, "service", **LOST)
    now = (await as_person(cast.bob).get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert (now["service"], now["unit"]) == ("mistet-utstyr", "it")
    assert (
        clock(now, "solution")["agreement"] == clock(born_lost, "solution")["agreement"] != "it-brukerstotte"
    )
    rows = select(ClockRow.agreement).where(ClockRow.subject_id == id_of(ticket["number"]))
    assert set(await session.scalars(rows)) == {clock(born_lost, "solution")["agreement"]}
    assert (await rebuild(sessions, repair=False)).different == []


async def test_the_reason_is_kept_and_the_log_tells_what_it_was(
    as_person: AsPerson, cast: Cast, session: AsyncSession
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    await put(as_person(cast.bob), ticket, "service", **LOST)
    event = (await session.scalars(select(Event).where(Event.kind == "ticket.service_changed"))).one()
    assert (event.payload["from_service"], event.payload["service"]) == (ticket["service"], "mistet-utstyr")
    note = await session.get_one(Message, event.payload["message_id"])
    assert (note.body, note.kind) == (LOST["reason"], "internal")


async def test_another_units_service_takes_the_ticket_there(
    as_person: AsPerson, cast: Cast, sessions: Sessions
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    answer = await as_person(cast.frida).put(
        f"/api/v1/tickets/{ticket['number']}/service", json=PAYSLIP, headers=match(ticket)
    )
    assert answer.status_code == 204
    gone = await as_person(cast.frida).get(f"/api/v1/tickets/{ticket['number']}")
    assert gone.status_code == 404, "a personnel case has left the first line's sight"
    row = (await as_person(cast.carol).get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert (row["unit"], row["assignee"]) == ("lonn", None)
    assert (await rebuild(sessions, repair=False)).different == []


async def test_the_answers_are_still_read_with_the_questions_they_answer(
    as_person: AsPerson, cast: Cast
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    await put(as_person(cast.bob), ticket, "service", **LOST)
    for reader, page in ((cast.bob, "desk/saker"), (cast.alice, "saker")):
        text = (await as_person(reader).get(f"/{page}/{ticket['number']}")).text
        assert "Svart skjerm siden i morges." in text


async def test_a_ticket_is_never_opened_to_more_people(
    as_person: AsPerson, cast: Cast, session: AsyncSession
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    number = ticket["number"]
    await as_person(cast.bob).put(f"/api/v1/tickets/{number}/service", json=PAYSLIP, headers=match(ticket))
    read = (await as_person(cast.carol).get(f"/api/v1/tickets/{number}")).json()
    back = {"service": "noe-virker-ikke-pa-pc", "reason": "Likevel ikke."}
    await as_person(cast.carol).put(f"/api/v1/tickets/{number}/service", json=back, headers=match(read))
    row = await session.get_one(Ticket, id_of(number))
    assert (row.service, row.confidentiality) == ("noe-virker-ikke-pa-pc", read["confidentiality"])
    assert read["confidentiality"] != "open"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"service": "noe-virker-ikke-pa-pc", "reason": "Samme."}, "field.already_there"),
        ({"service": "finnes-ikke", "reason": "Nei."}, "field.unknown_service"),
        ({"service": "bestille-pc", "reason": "Vil ha ny."}, "field.must_be_ordered"),
        ({"service": "mistet-utstyr", "reason": " "}, "field.too_short"),
    ],
)
async def test_what_it_cannot_become_changes_nothing(
    as_person: AsPerson, cast: Cast, body: dict[str, str], code: str
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    url = f"/api/v1/tickets/{ticket['number']}"
    refused = await as_person(cast.bob).put(f"{url}/service", json=body, headers=match(ticket))
    assert (refused.status_code, [each["code"] for each in refused.json()["errors"]]) == (422, [code])
    assert (await as_person(cast.bob).get(url)).json()["version"] == ticket["version"]


async def test_only_whoever_may_correct_where_it_landed_changes_the_service(
    as_person: AsPerson, cast: Cast
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    url = f"/api/v1/tickets/{ticket['number']}/service"
    assert (await as_person(cast.alice).put(url, json=LOST, headers=match(ticket))).status_code == 403
    assert (await as_person(cast.carol).put(url, json=LOST, headers=match(ticket))).status_code == 404


async def test_an_agent_changes_it_from_the_ticket(as_person: AsPerson, cast: Cast) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    page = f"/desk/saker/{ticket['number']}"
    form = LOST | {"version": ticket["version"]}
    done = await as_person(cast.bob).post(f"{page}/tjeneste", data=form)
    assert (done.status_code, done.headers["location"]) == (303, f"{page}?gjort=tjeneste")
    text = (await as_person(cast.bob).get(done.headers["location"])).text
    assert "endret tjenesten fra" in text
