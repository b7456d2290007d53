"""Movers get the new before the old ends; leavers lose it all on the day; what Lønn needs in time is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Grant
from app.access.plan import Origin, Standing, State, plan
from app.access.queries import persons_of_plan, today
from app.catalogue.published import Published
from app.events.log import database_now
from app.people.models import Engagement, OrgUnit
from tests.cast import SINCE, Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import prepare, step
from tests.operations.test_deliveries import token_of
from tests.tickets.asking import once


@pytest.fixture(autouse=True)
async def school(session: AsyncSession, cast: Cast) -> None:
    await prepare(session, cast)


async def job_of_alice(session: AsyncSession, cast: Cast) -> Engagement:
    """A teacher at Leif's school, with everything that gives."""
    job = (await session.scalars(select(Engagement).where(Engagement.person_id == cast.alice.id))).one()
    job.position_code = "7962"
    at = await database_now(session)
    for key in ("skole-laerer", "konto"):
        session.add(
            Grant(
                person_id=cast.alice.id,
                entitlement=key,
                state=State.GRANTED,
                origin=Origin.ROLE,
                since=SINCE,
                last_event_at=at,
            )
        )
    await session.flush()
    return job


async def standing(
    session: AsyncSession, published: Published, person_id: int, on: date
) -> dict[str, Standing]:
    person = (await persons_of_plan(session, [person_id], on))[person_id]
    return {line.entitlement: line.standing for line in plan(published.catalogue.access, person, on)}


async def test_a_mover_gets_the_new_keeps_the_old_a_while_and_then_loses_it(
    as_person: AsPerson, session: AsyncSession, cast: Cast, published: Published
) -> None:
    job = await job_of_alice(session, cast)
    office = OrgUnit(
        key="kontor",
        name="Kontoret",
        sort_key="kontoret",
        parent_id=cast.solbakken.id,
        area="helse",
        ansvar="4190",
        tjeneste="120",
        leader_id=cast.leif.id,
    )
    session.add(office)
    await session.flush()
    first = await today(session) + timedelta(days=30)
    sent = {
        "engagement_id": job.id,
        "first_day": first.isoformat(),
        "org_unit_id": office.id,
        "position_code": "8530",
    }
    answer = await as_person(cast.leif).post("/api/v1/journeys/movers", json=sent, headers=once())
    assert answer.status_code == 201, answer.text
    moved = answer.json()
    assert step(moved, "avtale")["ticket"]
    await session.refresh(job)
    assert job.ends_on == first - timedelta(days=1)
    on = {
        day: await standing(session, published, cast.alice.id, first + timedelta(days=day))
        for day in (-14, 0, 400)
    }
    assert "arkiv-saksbehandler" in on[-14], "made ready two weeks before"
    assert on[0]["skole-laerer"] is Standing.EXPIRING, "for handing over"
    assert on[400]["skole-laerer"] is Standing.SUPERFLUOUS
    assert on[400]["konto"] is Standing.GRANTED, "both jobs give it"


async def test_a_leaver_loses_all_and_the_mailbox_is_deleted_within_six_months(
    as_person: AsPerson, session: AsyncSession, cast: Cast, published: Published
) -> None:
    job = await job_of_alice(session, cast)
    last = await today(session) + timedelta(days=20)
    sent = {"engagement_id": job.id, "last_day": last.isoformat()}
    leif = as_person(cast.leif)
    left = (await leif.post("/api/v1/journeys/leavers", json=sent, headers=once())).json()
    assert {"hr", "lonn", "utstyr", "postkasse-lukket", "postkasse-slettet"} <= {
        each["key"] for each in left["steps"]
    }
    deleted = date.fromisoformat(step(left, "postkasse-slettet")["due_at"][:10])
    assert last < deleted <= last + timedelta(days=184)
    after = await standing(session, published, cast.alice.id, last + timedelta(days=1))
    assert set(after.values()) == {Standing.SUPERFLUOUS}
    again = await leif.post("/api/v1/journeys/leavers", json=sent, headers=once())
    assert (again.status_code, again.json()["code"]) == (409, "journeys.under_way")
    for stranger in (cast.stein, cast.oda, cast.truls):
        refused = await as_person(stranger).post("/api/v1/journeys/leavers", json=sent, headers=once())
        assert refused.status_code == 403
    assert (await as_person(cast.oda).get(f"/api/v1/journeys/{left['id']}")).status_code == 404, "B9"


async def test_whoever_goes_on_in_another_job_keeps_the_mailbox(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    job = await job_of_alice(session, cast)
    session.add(
        Engagement(
            person_id=cast.alice.id,
            org_unit_id=cast.skolen.id,
            kind="fast",
            position_code="7962",
            title="Lærer",
            percent=20,
            starts_on=SINCE,
        )
    )
    await session.flush()
    last = await today(session) + timedelta(days=20)
    sent = {"engagement_id": job.id, "last_day": last.isoformat()}
    left = (await as_person(cast.leif).post("/api/v1/journeys/leavers", json=sent, headers=once())).json()
    assert "postkasse-lukket" not in {each["key"] for each in left["steps"]}
    assert step(left, "lonn")["ticket"]


async def test_lonn_keeps_the_list_of_runs(in_browser: AsPerson, session: AsyncSession, cast: Cast) -> None:
    pays = await today(session) + timedelta(days=40)
    carol = in_browser(cast.carol)
    sent = {"pay": "monthly", "pays_on": pays.isoformat()} | await token_of(carol)
    late = await carol.post(
        "/desk/lonnskjoringer", data=sent | {"closes_on": (pays + timedelta(days=1)).isoformat()}
    )
    assert late.status_code == 422
    for before in (12, 10):
        closes = (pays - timedelta(days=before)).isoformat()
        kept = await carol.post("/desk/lonnskjoringer", data=sent | {"closes_on": closes})
        assert kept.status_code == 303
    page = (await carol.get("/desk/lonnskjoringer")).text
    assert page.count("/fjern") == 1, "the same day again corrects it"
    assert (await in_browser(cast.bob).get("/desk/lonnskjoringer")).status_code == 403
