"""What waits for a leader's word about their people stands in their one list; where nobody leads, HR's leader has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.queries import today
from app.catalogue.published import Published
from app.database.session import Sessions
from app.feed.models import FeedMatch
from app.journeys.following import follow_feed
from app.journeys.models import JourneyRow, JourneyStep
from app.journeys.questions import keep_questions
from app.people.models import Engagement, Person
from app.tasks.models import Task, TaskState
from service_catalog.journey_schema import JourneyKind
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import body, ordered, prepare
from tests.hiring.test_following import line, tell

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def school(session: AsyncSession, cast: Cast, published: Published) -> None:
    await prepare(session, cast)


async def listed(session: AsyncSession, as_person: AsPerson, person: Person) -> set[str]:
    """Their open tasks about people, as they are after the job."""
    await keep_questions(session, "hr")
    assert await keep_questions(session, "hr") == 0
    items = (await as_person(person).get("/api/v1/tasks")).json()["items"]
    return {item["key"] for item in items if item["kind"] in ("people", "oppdrag")}


async def test_what_a_bestiller_orders_waits_in_the_list_of_whoever_may_hire(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    journey = await ordered(as_person(cast.oda), await body(session, cast, in_days=20))
    assert await listed(session, as_person, cast.leif) == {f"hire:{journey['id']}"}
    assert await listed(session, as_person, cast.oda) == set(), "nobody says yes to their own order"
    assert "Si ja eller nei til ny ansatt: Nora Lien" in (await as_person(cast.leif).get("/leder")).text
    await as_person(cast.leif).put(f"/api/v1/journeys/{journey['id']}/confirmation")
    assert await listed(session, as_person, cast.leif) == set()


async def test_a_row_that_may_be_whom_one_expects_is_asked_about_and_after_three_days_hr_is_too(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await ordered(as_person(cast.leif), await body(session, cast, in_days=20))
    await tell(sessions, line(await today(session) + 19 * DAY), name="Nora Lien")
    match = (await session.scalars(select(FeedMatch))).one()
    assert await listed(session, as_person, cast.leif) == {f"match:{match.id}:{cast.leif.id}"}
    assert await listed(session, as_person, cast.petra) == set()
    await session.execute(update(FeedMatch).values(asked_at=FeedMatch.asked_at - 4 * DAY))
    assert await listed(session, as_person, cast.petra) == {f"match:{match.id}:{cast.petra.id}"}
    assert (await as_person(cast.petra).get("/leder/mulige-treff")).status_code == 200
    await as_person(cast.leif).post(f"/leder/mulige-treff/{match.id}/annen")
    for somebody in (cast.leif, cast.petra):
        assert await listed(session, as_person, somebody) == set()


async def test_an_oppdrag_that_is_soon_over_is_its_sponsor_s_until_it_is_prolonged_or_let_end(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ends_on = await today(session) + 20 * DAY
    row = Engagement(
        person_id=cast.truls.id,
        org_unit_id=cast.solbakken.id,
        kind="konsulent",
        position_code="8530",
        title="Konsulent",
        percent=100,
        starts_on=await today(session) - DAY,
        ends_on=ends_on,
        sponsor_id=cast.liv.id,
        contract_reference="K-1",
    )
    session.add(row)
    await session.flush()
    key = f"renewal:{row.id}:{ends_on}"
    assert await listed(session, as_person, cast.liv) == {key}
    cast.liv.active = False
    await session.flush()
    assert await listed(session, as_person, cast.leif) == {key}, "the sponsor has left: the nearest leader's"
    task = (await session.scalars(select(Task).where(Task.key == key))).one()
    assert (await as_person(cast.leif).put(f"/api/v1/tasks/{task.id}/completion")).status_code in (200, 204)
    assert await listed(session, as_person, cast.leif) == set(), "let end: not asked again"
    row.ends_on = ends_on + 5 * DAY
    await session.flush()
    assert await listed(session, as_person, cast.leif) == {f"renewal:{row.id}:{row.ends_on}"}
    row.ends_on = ends_on + 60 * DAY
    await session.flush()
    assert await listed(session, as_person, cast.leif) == set(), "prolonged"


async def test_where_nobody_leads_and_when_the_leader_has_left_the_journey_is_somebody_s(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    cast.dagny.active = False
    await session.flush()
    await tell(sessions, line(await today(session) + 20 * DAY, place="ungdomsskolen"))
    await follow_feed(session, "hr")
    row = (await session.scalars(select(JourneyRow).where(JourneyRow.kind == JourneyKind.JOIN))).one()
    assert row.owner_id == cast.petra.id, "nobody stands above the school: HR's leader"
    cast.petra.active, cast.dagny.active = False, True
    await session.flush()
    assert await follow_feed(session, "hr") == 1
    assert await follow_feed(session, "hr") == 0
    await session.refresh(row)
    assert row.owner_id == cast.dagny.id
    mine = select(Task.person_id).join(JourneyStep, JourneyStep.id == Task.subject_id)
    open_steps = mine.where(
        JourneyStep.journey_id == row.id, Task.kind == "step", Task.state == TaskState.OPEN
    )
    assert set(await session.scalars(open_steps)) - {row.person_id} == {cast.dagny.id}
