"""Whom a case is about, when somebody else asks: theirs too as to who handles it and who has read it, and no further."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.audit.kinds import AuditKind
from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.identity.actor import Office
from app.people.offices import appoint
from app.settings import Settings
from app.tickets.glass import TOPIC, effects
from app.tickets.models import Ticket
from integrations.mail.client import MailServer
from tests.approvals.ordering import decide, order
from tests.audit.test_refusals import written
from tests.cast import APPOINTING, Cast
from tests.conftest import AsPerson
from tests.rights.test_glass import smash
from tests.rights.test_ties import tie
from tests.tickets.asking import match, open_ticket

FOLLOW_UP = {"who": "employee", "about": "follow_up", "description": "Hvordan legger vi til rette?"}


async def about(as_person: AsPerson, asker: Any, employee: Any) -> dict[str, Any]:
    answers = FOLLOW_UP | {"employee": str(employee.id)}
    return await open_ticket(
        as_person(asker), service="sykefravaer", subject="Hemmelig oppfølging", answers=answers
    )


async def test_they_see_that_it_was_read_and_by_whom_and_not_the_case(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    number = (await about(as_person, cast.leif, cast.alice))["number"]
    assert (await as_person(cast.alice).get(f"/api/v1/tickets/{number}")).status_code == 404
    for reader in (cast.petra, cast.leif):
        assert (await as_person(reader).get(f"/api/v1/tickets/{number}")).status_code == 200
    read = await written(session, AuditKind.CASE_READ)
    assert {(each["actor_id"], each["concerns_id"]) for each in read} == {
        (cast.petra.id, cast.alice.id),
        (cast.leif.id, cast.alice.id),
    }
    page = (await in_browser(cast.alice).get("/mine-saker/lesere")).text
    assert "En sak om deg" in page
    assert cast.petra.name in page
    assert "Hemmelig" not in page


async def test_those_near_them_handle_nothing_of_it(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ticket = await about(as_person, cast.leif, cast.alice)
    await tie(session, cast.petra, cast.alice)
    url = f"/api/v1/tickets/{ticket['number']}"
    refused = await as_person(cast.petra).put(
        f"{url}/resolution", json={"text": "Ferdig."}, headers=match(ticket)
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "habilitet.near_tie")


async def test_an_agent_whom_it_is_about_handles_nothing_and_reads_no_notes(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ticket = await about(as_person, cast.stein, cast.petra)
    url = f"/api/v1/tickets/{ticket['number']}"
    seen = (await as_person(cast.petra).get(url)).json()
    assert not {"take", "resolve", "note", "assign", "hand_over"} & set(seen["may"])
    refused = await as_person(cast.petra).put(
        f"{url}/assignee", json={"person_id": cast.petra.id}, headers=match(ticket)
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "ticket.own_case")


async def test_they_are_told_when_the_glass_is_broken_and_their_leaders_break_none(
    as_person: AsPerson, session: AsyncSession, settings: Settings, cast: Cast
) -> None:
    await appoint(session, cast.truls.id, Office.PRIVACY_OFFICER, by=APPOINTING)
    case = await about(as_person, cast.leif, cast.carol)
    # Stein leads Carol, and Carol would read of herself.
    for barred in (cast.stein, cast.carol):
        assert (await smash(as_person(barred), case)).status_code == 404
    assert (await smash(as_person(cast.bob), case)).status_code == 204
    row = (await session.scalars(select(Delivery).where(Delivery.topic == TOPIC))).one()
    effect = effects(settings, MailServer(host="127.0.0.1", port=25))[TOPIC]
    told = await effect.recipients(session, row.payload)
    assert set(told) == {cast.leif.id, cast.carol.id, cast.truls.id}
    due = Due("k", TOPIC, row.payload, cast.carol.id, row.created_at)
    assert await effect.prepare(session, due) is not None
    openings = (await as_person(cast.carol).get("/api/v1/glass-openings")).json()["items"]
    assert [one["number"] for one in openings] == [case["number"]]


@pytest.mark.parametrize("asker", ["alice", "oda"])
async def test_nobody_approves_what_they_get_though_another_orders_it(
    as_person: AsPerson, session: AsyncSession, cast: Cast, asker: str
) -> None:
    somebody = getattr(cast, asker)
    ordered = await order(as_person(somebody), cast.leif)
    approval = (await session.scalars(select(Approval))).one()
    assert approval.approver_id == cast.liv.id, "Leif holds the money, and the screen is his"
    assert (await decide(as_person(cast.leif), approval.id, "approved")).status_code == 404
    assert (await decide(as_person(cast.liv), approval.id, "approved")).status_code == 200
    ticket = await session.get(Ticket, int(ordered["number"].partition("-")[0]))
    assert ticket is not None
    assert ticket.about_id == cast.leif.id


async def test_what_one_asks_for_oneself_is_about_nobody_else(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    assert (await session.scalars(select(Ticket.about_id))).one() is None
