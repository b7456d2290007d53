"""Whom only the feed tells of gets a journey too: once, with the nearest leader, on the feed's day; and what leaders correct."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.queries import persons_of_plan, today
from app.catalogue.published import Published
from app.database.session import Sessions
from app.events.log import database_now
from app.feed.deciding import Deciding, same
from app.feed.importing import carry_out_all, forecast
from app.feed.models import FeedMatch
from app.feed.rows import EngagementRow, PersonRow
from app.identity.actor import system_actor
from app.identity.me import load_actor
from app.journeys.following import follow_feed
from app.journeys.models import JourneyRow, JourneyState
from app.people.engaging import ends_at
from app.people.models import Engagement, Hire, HireState, Person
from service_catalog.journey_schema import JourneyKind
from sla.zone import ZONE, day_of
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import TEACHER, body, ordered, prepare
from tests.tickets.asking import once

HR = system_actor("hr")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def school(session: AsyncSession, cast: Cast, published: Published) -> None:
    await prepare(session, cast)


async def tell(
    sessions: Sessions, *lines: EngagementRow, name: str = "Nora Vik", number: str = "200001"
) -> None:
    row = PersonRow(
        "hr", number, name, employee_number=number, email=f"{number}@fjordvik.no", engagements=lines
    )
    await carry_out_all(sessions, await forecast(sessions, [row], whole=False), by=HR, most_percent=100)


def line(
    starts_on: date, ends_on: date | None = None, *, place: str = "solbakken", **more: str
) -> EngagementRow:
    return EngagementRow(
        "200001/1", place, starts_on, ends_on, position_code=TEACHER, title="Adjunkt", **more
    )


async def journeys(session: AsyncSession) -> list[tuple[JourneyKind, JourneyState, date]]:
    query = select(JourneyRow.kind, JourneyRow.state, JourneyRow.day).order_by(JourneyRow.id)
    return [(row.kind, row.state, row.day) for row in await session.execute(query)]


async def followed(session: AsyncSession) -> list[tuple[JourneyKind, JourneyState, date]]:
    """Until there is nothing more to do; asked again it does nothing."""
    for _ in range(3):
        await follow_feed(session, "hr")
    assert await follow_feed(session, "hr") == 0
    return await journeys(session)


async def test_a_joiner_mover_and_leaver_of_the_feed_each_get_one_journey_that_follows_the_day(
    sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    day = await today(session)
    join, move, leave = JourneyKind.JOIN, JourneyKind.MOVE, JourneyKind.LEAVE
    active, withdrawn = JourneyState.ACTIVE, JourneyState.WITHDRAWN
    await tell(sessions, line(day + 20 * DAY))
    assert await followed(session) == [(join, active, day + 20 * DAY)]
    row = (await session.scalars(select(JourneyRow))).one()
    assert (row.owner_id, row.told_by_feed) == (cast.leif.id, True)
    await tell(sessions, line(day + 5 * DAY))
    assert await followed(session) == [(join, active, day + 5 * DAY)], "the day was corrected"
    await tell(sessions, line(day - 400 * DAY, day + 200 * DAY))
    assert (await followed(session))[1:] == [], "a last day far ahead begins nothing yet"
    await tell(sessions, line(day - 400 * DAY, day + 30 * DAY))
    assert (await followed(session))[1:] == [(leave, active, day + 30 * DAY)]
    await tell(sessions, line(day - 400 * DAY, day + 40 * DAY))
    assert (await followed(session))[1:] == [(leave, active, day + 40 * DAY)]
    await tell(sessions, line(day - 400 * DAY))
    assert (await followed(session))[1:] == [(leave, withdrawn, day + 40 * DAY)], "they stay"
    await tell(sessions, line(day - 400 * DAY), line(day + 10 * DAY, place="ungdomsskolen"))
    assert (await followed(session))[2:] == [(move, active, day + 10 * DAY)]
    await tell(sessions, line(day - 400 * DAY))
    assert (await followed(session))[2:] == [(move, withdrawn, day + 10 * DAY)]


async def test_the_first_file_of_the_whole_staff_begins_nothing(
    sessions: Sessions, session: AsyncSession
) -> None:
    day = await today(session)
    await tell(sessions, line(day - 40 * DAY))
    assert await followed(session) == []


async def test_what_a_leader_ordered_is_not_begun_again(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    """Also when HR gives the job to somebody who works here already: the order is asked about, and becomes theirs."""
    day = await today(session)
    await tell(sessions, EngagementRow("200001/9", "ungdomsskolen", day - 400 * DAY), name="Nora Lien")
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast, in_days=20))
    before = await journeys(session)
    other = EngagementRow("200001/9", "ungdomsskolen", day - 400 * DAY)
    await tell(sessions, other, line(day + 19 * DAY), name="Nora Lien")
    assert await followed(session) == before, "somebody is asked first"
    match = (await session.scalars(select(FeedMatch))).one()
    assert match.candidate_id == journey["person_id"]
    works_here = (await session.scalars(select(Person).where(Person.employee_number == "200001"))).one()
    answer = await leif.get("/leder/mulige-treff")
    assert "Nora Lien" in answer.text
    installed = Deciding("hr", None, {})
    await same(
        session,
        match.id,
        by=await load_actor(session, cast.leif.id),
        installed=installed,
        at=await database_now(session),
    )
    rows = await followed(session)
    assert [row[:2] for row in rows] == [row[:2] for row in before], "no journey more"
    assert {row[2] for row in rows} == {day + 19 * DAY}, "on the day that HR says"
    row = await session.get_one(JourneyRow, journey["id"], populate_existing=True)
    assert row.person_id == works_here.id
    hire = (await session.scalars(select(Hire).execution_options(populate_existing=True))).one()
    assert (hire.person_id, hire.state) == (works_here.id, HireState.MATCHED)
    ordered_as = await session.get_one(Person, match.candidate_id, populate_existing=True)
    assert not ordered_as.active
    persons = await persons_of_plan(session, [ordered_as.id, works_here.id], day)
    assert not persons[ordered_as.id].jobs
    assert len(persons[works_here.id].jobs) == 2


async def test_a_leave_is_corrected_and_withdrawn_by_the_leader_until_hr_says_so_too(
    as_person: AsPerson, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    day = await today(session)
    await tell(sessions, line(day - 400 * DAY))
    job = (await session.scalars(select(Engagement).where(Engagement.feed_key.is_not(None)))).one()
    leif = as_person(cast.leif)
    sent = {"engagement_id": job.id, "last_day": (day + 20 * DAY).isoformat()}
    left = (await leif.post("/api/v1/journeys/leavers", json=sent, headers=once())).json()
    url = f"/api/v1/journeys/{left['id']}"
    last = day + 25 * DAY
    shift = datetime(last.year, last.month, last.day, 22, tzinfo=ZONE)
    wrong = {"day": last.isoformat(), "last_shift_ends_at": (shift + 2 * DAY).isoformat()}
    assert (await leif.put(f"{url}/day", json=wrong)).status_code == 422
    right = wrong | {"last_shift_ends_at": shift.isoformat()}
    answer = await leif.put(f"{url}/day", json=right)
    assert (answer.status_code, answer.json()["day"]) == (200, last.isoformat())
    await session.refresh(job)
    assert (job.ends_on, job.last_shift_ends_at) == (last, shift)
    assert (await as_person(cast.stein).put(f"{url}/day", json=right)).status_code == 404
    assert (await leif.put(f"{url}/withdrawal")).status_code == 200
    await session.refresh(job)
    assert (job.ends_on, job.last_shift_ends_at) == (None, None)
    assert (await followed(session))[0][1] is JourneyState.WITHDRAWN
    again = (await leif.post("/api/v1/journeys/leavers", json=sent, headers=once())).json()
    await tell(sessions, line(day - 400 * DAY, day + 20 * DAY))
    refused = await leif.put(f"/api/v1/journeys/{again['id']}/day", json={"day": last.isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (409, "journeys.known_to_hr")
    assert (await leif.put(f"/api/v1/journeys/{again['id']}/withdrawal")).status_code == 200
    await session.refresh(job)
    assert job.ends_on == day + 20 * DAY, "only the journey stops"
    assert await session.scalar(select(func.count()).select_from(JourneyRow)) == len(await followed(session))


async def test_a_move_is_corrected_and_withdrawn(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    old = (await session.scalars(select(Engagement).where(Engagement.person_id == cast.alice.id))).one()
    day = await today(session)
    leif = as_person(cast.leif)
    sent = {
        "engagement_id": old.id,
        "first_day": (day + 30 * DAY).isoformat(),
        "org_unit_id": cast.solbakken.id,
        "position_code": "8530",
    }
    moved = (await leif.post("/api/v1/journeys/movers", json=sent, headers=once())).json()
    url = f"/api/v1/journeys/{moved['id']}"
    assert (await leif.put(f"{url}/day", json={"day": (day + 10 * DAY).isoformat()})).status_code == 200
    await session.refresh(old)
    assert old.ends_on == day + 9 * DAY
    assert (await as_person(cast.alice).put(f"{url}/withdrawal")).status_code == 404, "not of oneself"
    assert (await leif.put(f"{url}/withdrawal")).json()["state"] == "withdrawn"
    await session.refresh(old)
    assert old.ends_on is None
    persons = await persons_of_plan(session, [cast.alice.id], day)
    assert [job.id for job in persons[cast.alice.id].jobs] == [old.id]


async def test_access_lasts_until_the_last_shift_is_over_and_not_to_midnight(
    session: AsyncSession, cast: Cast
) -> None:
    """A plan counts in days; the job's last day is yesterday's until the shift has ended, and no longer today's after it."""
    at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    day = day_of(at)
    assert ends_at(day).astimezone(ZONE).hour == 8
    job = (await session.scalars(select(Engagement).where(Engagement.person_id == cast.alice.id))).one()

    async def works(ends_on: date, shift: datetime | None) -> bool:
        said = {"ends_on": ends_on, "last_shift_ends_at": shift}
        await session.execute(update(Engagement).where(Engagement.id == job.id).values(**said))
        (found,) = (await persons_of_plan(session, [cast.alice.id], day))[cast.alice.id].jobs
        return found.in_force(day)

    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE).astimezone(UTC)
    assert await works(day, None)
    if at < noon - timedelta(minutes=1):
        assert await works(day - DAY, noon), "the night shift goes on"
    assert not await works(day, at - timedelta(minutes=1)) or at.astimezone(ZONE).hour == 0
    assert not await works(day - 2 * DAY, None)
