"""An answer given on the page can be taken back for some seconds; nothing comes of it before."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval, Outcome, PendingAnswer
from app.database.session import Sessions
from app.leader.deciding import carry_out
from app.people.models import Delegation
from app.settings import Settings
from tests.approvals.ordering import order, waiting
from tests.cast import Cast
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"undo_seconds": 10})


async def press(leif: httpx.AsyncClient, answer: str) -> int:
    asked = (await waiting(leif))[0]["id"]
    response = await leif.post("/leder", data={"answer": f"{answer}:{asked}", f"comment.{asked}": "Nei."})
    assert response.status_code == 303, response.text
    return int(asked)


async def time_passes(session: AsyncSession) -> None:
    due = func.clock_timestamp() - timedelta(seconds=1)
    await session.execute(update(PendingAnswer).values(due_at=due))
    await session.commit()


async def outcome_of(session: AsyncSession) -> Outcome | None:
    query = select(Approval.outcome)
    return (await session.execute(query)).scalar_one()


async def test_it_counts_when_the_seconds_are_over_and_once(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    leif = as_person(cast.leif)
    await press(leif, "godkjenn")
    page = (await leif.get("/leder")).text
    assert "Angre" in page
    # With script the notice is asked for again when it no longer holds: 10 s, and what the jobs take.
    assert 'hx-get="/leder?godkjent=1&amp;avslatt=0" hx-trigger="load delay:13s"' in page
    assert "godkjenn:" not in page
    assert await carry_out(sessions) == 0
    assert await outcome_of(session) is None
    await time_passes(session)
    assert await carry_out(sessions) == 1
    assert await carry_out(sessions) == 0
    assert await outcome_of(session) is Outcome.APPROVED
    assert "Angre" not in (await leif.get("/leder")).text


async def test_it_is_taken_back_before_and_not_after(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    leif = as_person(cast.leif)
    asked = await press(leif, "avsla")
    assert (await as_person(cast.liv).post(f"/leder/svar/{asked}/angre")).status_code == 409
    assert (await leif.post(f"/leder/svar/{asked}/angre")).status_code == 303
    await time_passes(session)
    assert await carry_out(sessions) == 0
    assert len(await waiting(leif)) == 1
    await press(leif, "godkjenn")
    await time_passes(session)
    await carry_out(sessions)
    late = await leif.post(f"/leder/svar/{asked}/angre")
    assert late.status_code == 409
    # Said on the list, where they were.
    assert "For sent å angre" in late.text
    assert "Hei, Leif" in late.text


async def test_one_that_cannot_be_carried_out_is_shown_and_the_question_stands(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    leif = as_person(cast.leif)
    await press(leif, "godkjenn")
    await session.execute(update(Approval).values(digest=b"changed"))
    await time_passes(session)
    assert await carry_out(sessions) == 1
    assert await carry_out(sessions) == 0
    page = (await leif.get("/leder")).text
    assert "Svaret ditt kunne ikke lagres" in page
    assert "godkjenn:" in page
    assert await outcome_of(session) is None


async def test_whoever_lost_the_authority_meanwhile_has_not_answered(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    await press(as_person(cast.leif), "godkjenn")
    yesterday = func.current_date() - 1
    await session.execute(
        update(Delegation).where(Delegation.person_id == cast.leif.id).values(valid_to=yesterday)
    )
    await time_passes(session)
    assert await carry_out(sessions) == 1
    assert await outcome_of(session) is None
    assert (await session.scalars(select(PendingAnswer.approval_id))).all() == []
