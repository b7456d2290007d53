"""The annual wheel becomes tasks: of whom, when, and once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.people.models import Membership, OrgUnit
from app.tasks import actions
from app.tasks.models import Task, TaskState
from app.wheel.placing import WHEEL, place_soon_due
from tests.cast import Cast
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio

MARCH = datetime(2026, 3, 4, 7, tzinfo=UTC)
FERIE = "wheel:ferielister:2026-03-15:"


async def by_key(session: AsyncSession) -> dict[str, Task]:
    rows = await session.scalars(select(Task).execution_options(populate_existing=True))
    return {task.key: task for task in rows}


async def test_each_leader_gets_one_for_each_place_and_nobody_twice(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    assert await place_soon_due(session, published, MARCH) > 0
    found = await by_key(session)
    mine = {key: task.person_id for key, task in found.items() if key.startswith(FERIE)}
    assert mine == {
        f"{FERIE}{unit.key}": unit.leader_id
        for unit in await session.scalars(select(OrgUnit).where(OrgUnit.leader_id.is_not(None)))
    }
    task = found[f"{FERIE}solbakken"]
    # Sunday the 15th: due when people go home on the Friday before.
    assert task.due_at == datetime(2026, 3, 13, 14, 30, tzinfo=UTC)
    assert (task.title, task.why) == (None, None)
    assert await place_soon_due(session, published, MARCH) == 0
    assert len(await by_key(session)) == len(found)


async def test_only_what_is_near_and_for_the_role_is_placed(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    await place_soon_due(session, published, MARCH)
    found = await by_key(session)
    activities = {key.split(":")[1] for key in found}
    assert {"ferielister", "hms-runde"} <= activities
    assert not activities & {"budsjettinnspill", "brannovelse", "arsberetning", "tertialrapport-1"}
    await place_soon_due(session, published, datetime(2026, 5, 12, 7, tzinfo=UTC))
    areas = {key.rpartition(":")[2] for key in await by_key(session) if "tertialrapport-omradet" in key}
    assert areas == {"helse", "stab"}
    await place_soon_due(session, published, datetime(2026, 11, 20, 7, tzinfo=UTC))
    leads = {key.rpartition(":")[2]: t for key, t in (await by_key(session)).items() if "behandlings" in key}
    assert set(leads) == {"unit/it", "unit/hr"}
    assert leads["unit/hr"].person_id == cast.petra.id


async def test_a_new_leader_gets_the_open_ones_and_the_old_one_loses_them(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    await place_soon_due(session, published, MARCH)
    done = (await by_key(session))["wheel:hms-runde:2026-03:solbakken"]
    await actions.end(session, [done.key], by=WHEEL)
    cast.solbakken.leader_id = cast.alice.id
    await session.flush()
    await place_soon_due(session, published, MARCH)
    found = await by_key(session)
    assert found[f"{FERIE}solbakken"].person_id == cast.alice.id
    assert found[done.key].person_id == cast.leif.id
    titles = [item["title"] for item in (await as_person(cast.leif).get("/api/v1/tasks")).json()["items"]]
    assert titles == []
    # Nobody leads it: whoever is above keeps what was begun, until somebody does.
    cast.solbakken.leader_id = None
    await session.flush()
    await place_soon_due(session, published, MARCH)
    assert (await by_key(session))[f"{FERIE}solbakken"].person_id == cast.liv.id


async def test_what_is_late_stays_and_what_is_no_longer_asked_for_is_taken_back(
    session: AsyncSession, cast: Cast, published: Published
) -> None:
    await place_soon_due(session, published, MARCH)
    await place_soon_due(session, published, datetime(2026, 6, 1, 7, tzinfo=UTC))
    assert (await by_key(session))[f"{FERIE}solbakken"].state is TaskState.OPEN
    lead = await session.get_one(Membership, (cast.petra.id, "hr"))
    await place_soon_due(session, published, datetime(2026, 11, 20, 7, tzinfo=UTC))
    await session.delete(lead)
    await session.flush()
    await place_soon_due(session, published, datetime(2026, 11, 20, 7, tzinfo=UTC))
    found = await by_key(session)
    assert found["wheel:behandlingsoversikt:2026-11:unit/hr"].state is TaskState.WITHDRAWN
    assert found["wheel:behandlingsoversikt:2026-11:unit/it"].state is TaskState.OPEN


async def test_its_words_are_the_catalogue_s_in_the_reader_s_language(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    await place_soon_due(session, published, MARCH)
    leif = as_person(cast.leif)
    items = (await leif.get("/api/v1/tasks", headers={"accept-language": "en"})).json()["items"]
    assert any("Ferielistene" in item["title"] and item["why"] for item in items)
    task = (await by_key(session))[f"{FERIE}solbakken"]
    page = (await leif.get(f"/leder/oppgaver/{task.id}")).text
    for words in ("Ferielistene for sommeren", "ferieloven § 6", "Drøft med de tillitsvalgte", "Solbakken"):
        assert words in page


async def test_the_year_of_a_place_is_a_picture_and_a_table_that_say_the_same(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    leif = as_person(cast.leif)
    text = (await leif.get("/leder/arshjul")).text
    rows, dots = text.count('<tr data-state="'), text.count('class="wheel__dot"')
    assert rows == dots > 20
    assert "Tertialrapport 1" in text
    assert "Tertialrapport for området" not in text
    assert "Tertialrapport for området" in (await as_person(cast.liv).get("/leder/arshjul")).text
    assert "behandlingsoversikten" in (await as_person(cast.petra).get("/leder/arshjul")).text
    assert (await leif.get("/leder/arshjul?sted=helse")).status_code == 404
    assert (await leif.get("/leder/arshjul?aar=2001")).status_code == 404
    assert (await as_person(cast.alice).get("/leder/arshjul")).status_code == 403
