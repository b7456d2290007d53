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
from app.privacy.insight import _about
from app.settings import Settings
from app.tickets.glass import TOPIC, effects
from app.tickets.models import Ticket
from integrations.mail.client import MailServer
from tests.approvals.ordering import decide, order, screen_for
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


async def solve(as_person: AsPerson, agent: Any, ticket: dict[str, Any]) -> None:
    url = f"/api/v1/tickets/{ticket['number']}"
    solved = await as_person(agent).put(
        f"{url}/resolution", json={"text": "Vi har avtalt det."}, headers=match(ticket)
    )
    assert solved.status_code == 200, solved.text


async def test_when_it_is_solved_they_see_that_it_was_read_and_by_whom_and_never_the_case(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ticket = await about(as_person, cast.leif, cast.alice)
    url = f"/api/v1/tickets/{ticket['number']}"
    assert (await as_person(cast.alice).get(url)).status_code == 404
    for reader in (cast.petra, cast.leif):
        assert (await as_person(reader).get(url)).status_code == 200
    read = await written(session, AuditKind.CASE_READ)
    assert {(each["actor_id"], each["concerns_id"]) for each in read} == {(cast.petra.id, cast.alice.id)}
    page = (await in_browser(cast.alice).get("/mine-saker/lesere")).text
    assert ticket["number"] not in page
    assert cast.petra.name not in page, "until then that it exists is Leif's to tell"

    await solve(as_person, cast.petra, ticket)
    page = (await in_browser(cast.alice).get("/mine-saker/lesere")).text
    assert "En sak om deg" in page
    assert cast.petra.name in page
    assert "Hemmelig" not in page
    assert (await as_person(cast.alice).get(url)).status_code == 404


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


async def test_an_agent_does_not_find_the_case_that_is_about_them(as_person: AsPerson, cast: Cast) -> None:
    number = (await about(as_person, cast.stein, cast.petra))["number"]
    petra = as_person(cast.petra)
    assert (await petra.get(f"/api/v1/tickets/{number}")).status_code == 404
    assert number not in (await petra.get("/api/v1/queue?unit=hr")).text
    assert (await as_person(cast.stein).get(f"/api/v1/tickets/{number}")).status_code == 200


async def test_they_are_told_of_broken_glass_when_it_is_solved_and_their_leaders_break_none(
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
    assert set(await effect.recipients(session, row.payload)) == {cast.leif.id, cast.truls.id}
    assert (await as_person(cast.carol).get("/api/v1/glass-openings")).json()["items"] == []

    await solve(as_person, cast.petra, case)
    assert cast.carol.id in await effect.recipients(session, row.payload)
    due = Due("k", TOPIC, row.payload, cast.carol.id, row.created_at)
    assert await effect.prepare(session, due) is not None
    openings = (await as_person(cast.carol).get("/api/v1/glass-openings")).json()["items"]
    assert [one["number"] for one in openings] == [case["number"]]


async def test_what_is_ordered_for_somebody_stops_nobody_s_work(as_person: AsPerson, cast: Cast) -> None:
    """All of IT is below Stein: else naming him would leave a screen with nobody to hand it out."""
    ticket = await order(as_person(cast.alice), cast.stein)
    seen = (await as_person(cast.bob).get(f"/api/v1/tickets/{ticket['number']}")).json()
    assert {"note", "reply", "take"} & set(seen["may"]) >= {"note", "reply"}


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


async def test_nobody_spends_anothers_money_by_naming_who_holds_it(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.stein, answers=screen_for(cast.stein, ansvar="2000")["answers"])
    approval = (await session.scalars(select(Approval))).one()
    assert approval.approver_id == cast.dagny.id, "above Stein, who holds 2000, and not above Alice"


async def test_insight_finds_what_others_asked_about_somebody(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ticket = await about(as_person, cast.leif, cast.alice)
    assert await _about(session, cast.alice.id) == [int(ticket["number"].partition("-")[0])]
    assert await _about(session, cast.bob.id) == []
