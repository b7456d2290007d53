"""An order that needs two authorities of one leader is one card: answered, taken back and told of together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval, PendingAnswer
from app.catalogue.published import Published
from app.database.session import Sessions
from app.deliveries.models import Delivery
from app.identity.me import load_actor
from app.leader.deciding import carry_out
from app.settings import Settings
from app.tasks.models import Task
from app.tickets.effects import _FIND
from app.tickets.lifecycle import Status
from app.tickets.models import Ticket
from app.tickets.passing_up import above
from app.tickets.told_approvers import why_they
from sla.zone import day_of
from tests.approvals.ordering import order, waiting
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tasks.test_deputies import away, chase_due
from tests.tickets.asking import open_ticket

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"undo_seconds": 10})


async def hire_in(client: httpx.AsyncClient, cast: Cast) -> None:
    """A temp, which needs the personnel authority and the money: both are Leif's."""
    answers: dict[str, Any] = {
        "role": "Sykepleier",
        "for_unit": str(cast.solbakken.id),
        "shifts": [{"on": (day_of(datetime.now(UTC)) + timedelta(days=9)).isoformat(), "hours": "07–15"}],
        "estimate": 12000,
        "justification": "Tre er borte samtidig.",
        "ansvar": "4100",
        "tjeneste": "1200",
    }
    await open_ticket(client, service="innleie-vikar", subject="Vikar i uke 50", answers=answers)


async def asked_of(session: AsyncSession) -> list[int]:
    return list(await session.scalars(select(Approval.id).order_by(Approval.step)))


async def outcomes(session: AsyncSession) -> list[tuple[str, str | None]]:
    rows = await session.execute(select(Approval.authority, Approval.outcome).order_by(Approval.step))
    return [(authority.value, outcome and outcome.value) for authority, outcome in rows]


async def time_passes(session: AsyncSession) -> None:
    await session.execute(update(PendingAnswer).values(due_at=func.statement_timestamp() - timedelta(1)))
    await session.commit()


@pytest.mark.parametrize(("word", "outcome"), [("godkjenn", "approved"), ("avsla", "rejected")])
async def test_one_press_answers_by_each_authority_and_undo_takes_both_back(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast, word: str, outcome: str
) -> None:
    await hire_in(as_person(cast.oda), cast)
    leif = as_person(cast.leif)
    first, second = await asked_of(session)
    page = (await leif.get("/leder")).text
    assert page.count('name="approval"') == 1
    assert "krever personalfullmakt og budsjettfullmakt" in page
    assert "1 oppgave venter på deg." in page
    press = {"answer": f"{word}:{first},{second}", f"comment.{first}": "Nei."}
    assert f'value="{press["answer"]}"' in page
    answered = await leif.post("/leder", data=press)
    assert answered.headers["location"] in ("/leder?godkjent=1", "/leder?avslatt=1")
    assert (await leif.get("/leder")).text.count("/angre") == 1
    assert (await leif.post(f"/leder/svar/{second}/angre")).status_code == 303
    assert await session.scalar(select(func.count(PendingAnswer.approval_id))) == 0
    several = press | {"answer": word, "approval": f"{first},{second}"}
    assert (await leif.post("/leder", data=several)).status_code == 303
    await time_passes(session)
    assert await carry_out(sessions) == 1
    assert await carry_out(sessions) == 0
    assert await outcomes(session) == [("personal", outcome), ("budsjettdisponering", outcome)]
    assert await session.scalar(select(func.count(Task.id)).where(Task.ended_at.is_(None))) == 0
    told = select(func.count(Delivery.id)).where(Delivery.topic == "approval.decided")
    assert await session.scalar(told) == 1
    ticket = (await session.scalars(select(Ticket))).one()
    assert ticket.status is (Status.NEW if outcome == "approved" else Status.RESOLVED)


async def test_one_answer_over_the_api_is_for_all_or_for_none(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await hire_in(as_person(cast.oda), cast)
    await order(as_person(cast.alice), cast.alice)
    first, second, other = list(await session.scalars(select(Approval.id).order_by(Approval.id)))
    leif = as_person(cast.leif)
    assert {one["id"]: one["together_with"] for one in await waiting(leif)} == {
        first: [second],
        second: [first],
        other: [],
    }
    path = f"/api/v1/approvals/{first}/decision"
    mixed = await leif.put(path, json={"outcome": "approved", "together_with": [second, other]})
    assert mixed.status_code == 404
    assert len(await waiting(leif)) == 3
    both = await leif.put(path, json={"outcome": "approved", "together_with": [second]})
    assert both.status_code == 200, both.text
    assert [one["id"] for one in await waiting(leif)] == [other]


async def test_a_press_for_several_orders_as_one_is_refused(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    for _again in range(2):
        await order(as_person(cast.alice), cast.alice)
    one, other = list(await session.scalars(select(Approval.id)))
    refused = await as_person(cast.leif).post("/leder", data={"answer": f"godkjenn:{one},{other}"})
    assert refused.status_code == 422
    assert await session.scalar(select(func.count(PendingAnswer.approval_id))) == 0
    twice = {"answer": "godkjenn", "approval": [f"{one},{one}"]}
    assert (await as_person(cast.leif).post("/leder", data=twice)).status_code == 422


async def test_a_deputy_has_what_they_are_deputy_for_and_the_mails_say_why_it_is_they(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast, published: Published
) -> None:
    await hire_in(as_person(cast.oda), cast)
    personal, budget = await asked_of(session)
    find = _FIND["approval.asked"]
    assert await find(session, {"approval_id": personal}) == [cast.leif.id]
    assert await find(session, {"approval_id": budget}) == [], "the mail about the first is enough"
    await away(session, in_browser, cast.leif, cast.stein, "budsjettdisponering")
    assert await find(session, {"approval_id": budget}) == [cast.stein.id]

    async def why(person_id: int, approval_id: int) -> str | None:
        return await why_they(session, approval_id, await load_actor(session, person_id))

    assert await why(cast.leif.id, personal) is None
    assert await why(cast.stein.id, budget) == f"Du svarer for {cast.leif.name}, som er borte."
    page = (await as_person(cast.stein).get("/leder")).text
    assert f'value="godkjenn:{budget}"' in page
    assert f"Du svarer for {cast.leif.name}." in page
    # Nobody answers by the personnel authority in Leif's place: it goes up.
    await session.execute(update(Approval).values(chase_at=func.clock_timestamp() - timedelta(seconds=1)))
    await chase_due(session, published, above)
    await session.commit()
    assert "ikke svart" in (await why(cast.liv.id, personal) or "")
    page = (await as_person(cast.liv).get("/leder")).text
    assert f"{cast.leif.name} ble spurt først, og har ikke svart." in page
