"""A ticket keeps the version it was opened under, until somebody with the right asks for another."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published, publish_agreement
from app.clocks.models import ClockRow
from app.clocks.rebuild import rebuild
from app.database.session import Sessions
from app.events.models import Event
from app.tickets.lifecycle import id_of
from sla.agreement import Agreement
from tests.cast import APPOINTING, Cast
from tests.conftest import AsPerson
from tests.tickets.asking import match, open_ticket, put

NAME = "it-brukerstotte"
MOVE = {"version": 2, "reason": "agreed"}


@pytest.fixture
async def faster(app: FastAPI, session: AsyncSession, published: Published) -> Agreement:
    """Version 2 of IT's agreement, adopted after the ticket came in: half the time, in force since long."""
    before = published.agreement(NAME, 1).model_dump(mode="json")
    promises = {key: {"response": "15 min", "solution": "1 t"} for key in before["promises"]}
    written = {"version": 2, "valid_from": "2024-01-01", "promises": promises, "legs": {}}
    agreement = Agreement.model_validate(before | written)
    await publish_agreement(session, agreement, published.calendar_sources[agreement.calendar], by=APPOINTING)
    app.state.published = await load_published(session)
    return agreement


def solution(ticket: dict[str, Any]) -> str:
    (clock,) = [each for each in ticket["clocks"] if each["kind"] == "solution"]
    due: str = clock["due_at"]
    return due


async def test_a_new_version_changes_no_running_promise(
    app: FastAPI, published: Published, cast: Cast, as_person: AsPerson, faster: Agreement
) -> None:
    app.state.published = published
    old = await open_ticket(as_person(cast.alice))
    app.state.published = None
    new = await open_ticket(as_person(cast.alice))
    assert solution(new) < solution(old)
    again = await put(as_person(cast.bob), old, "assignee", person_id=cast.bob.id)
    assert solution(again) == solution(old)


async def test_the_lead_of_the_unit_lets_another_version_count_from_the_opening(
    app: FastAPI,
    session: AsyncSession,
    sessions: Sessions,
    published: Published,
    cast: Cast,
    as_person: AsPerson,
    faster: Agreement,
) -> None:
    app.state.published = published
    ticket = await open_ticket(as_person(cast.alice))
    app.state.published = None
    new = await open_ticket(as_person(cast.alice))
    moved = await put(as_person(cast.stein), ticket, "agreement", **MOVE)
    assert solution(moved)[:16] <= solution(new)[:16], "counted from when it was opened, not from the change"
    event = (await session.scalars(select(Event).where(Event.kind == "ticket.agreement_changed"))).one()
    assert event.payload | {"catalogue_version": 0} == {
        "agreement": NAME,
        "from_version": 1,
        "agreement_version": 2,
        "catalogue_version": 0,
        "reason": "agreed",
    }
    clocks = select(ClockRow.agreement_version).where(ClockRow.subject_id == id_of(ticket["number"]))
    assert set(await session.scalars(clocks)) == {2}
    later = await put(as_person(cast.stein), moved, "priority", impact="one", urgency="high")
    assert solution(later) == solution(moved), "what comes after counts by the new version too"
    assert (await rebuild(sessions, repair=False)).different == []


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_others_do_not_change_a_promise(
    app: FastAPI, published: Published, cast: Cast, as_person: AsPerson, faster: Agreement, who: str
) -> None:
    app.state.published = published
    ticket = await open_ticket(as_person(cast.alice))
    refused = await as_person(getattr(cast, who)).put(
        f"/api/v1/tickets/{ticket['number']}/agreement", json=MOVE, headers=match(ticket)
    )
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"version": 1, "reason": "agreed"}, 422),
        ({"version": 3, "reason": "agreed"}, 422),
        ({"version": 2, "reason": "fordi"}, 422),
        ({"version": 0, "reason": "agreed"}, 422),
    ],
)
async def test_a_version_that_cannot_be_moved_to_changes_nothing(
    app: FastAPI,
    published: Published,
    cast: Cast,
    as_person: AsPerson,
    faster: Agreement,
    body: dict[str, Any],
    status: int,
) -> None:
    app.state.published = published
    ticket = await open_ticket(as_person(cast.alice))
    stein = as_person(cast.stein)
    url = f"/api/v1/tickets/{ticket['number']}"
    assert (await stein.put(f"{url}/agreement", json=body, headers=match(ticket))).status_code == status
    assert solution((await stein.get(url)).json()) == solution(ticket)
