"""Differences between the plan and the systems: counted for whoever keeps it running, named for whoever owns the system."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import AccessStop, Errand, Grant, TargetReading, Way
from app.access.plan import Origin, State
from app.audit.models import AuditEntry
from app.identity.actor import Office, system_actor
from app.people.offices import appoint
from tests.access.connected import targets_of
from tests.access.graph_server import Directory
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.operations.test_deliveries import token_of

OVERVIEW, NAMED = "/drift/tilganger", "/desk/tilganger"


@pytest.fixture
async def amiss(app: FastAPI, session: AsyncSession, cast: Cast, tmp_path: Path) -> None:
    """One failed, one found, one that should be gone, and a stop; Truls runs the place."""
    app.state.targets = targets_of(Directory(url="http://127.0.0.1:1"), tmp_path / "secret")
    await appoint(session, cast.truls.id, Office.TECHNICAL_ADMINISTRATOR, by=system_actor("test"))
    at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    grants = [
        Grant(
            person_id=person.id, entitlement=key, state=state, origin=origin, reason=reason, last_event_at=at
        )
        for person, key, state, origin, reason in (
            (cast.alice, "intranett", State.FAILED, Origin.ROLE, "graph 403"),
            (cast.sigrid, "administrator", State.GRANTED, Origin.FOUND, None),
            (cast.petra, "vpn", State.GRANTED, Origin.ROLE, None),
            (cast.oda, "intranett", State.GRANTED, Origin.FOUND, None),
        )
    ]
    session.add_all(grants)
    await session.flush()
    late = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 1)
    session.add(Errand(grant_id=grants[2].id, way=Way.TAKE, system="entra", digest=b"", ordered_at=late))
    session.add(TargetReading(system="entra", read_at=at, strangers=3, reason="graph 503"))
    session.add(AccessStop(stopped_at=at, most=50, would_take=77))
    await session.commit()


@pytest.mark.usefixtures("amiss")
async def test_the_administrator_sees_how_much_and_nobody_s_name(in_browser: AsPerson, cast: Cast) -> None:
    page = (await in_browser(cast.truls).get(OVERVIEW)).text
    for said in (
        "1 Skulle vært tatt bort",
        "1 Gitt utenom Skranke",
        "1 Gikk ikke",
        "graph 503",
        "77",
        "Les av nå",
    ):
        assert said in page
    assert not [person.name for person in cast.persons if person is not cast.truls and person.name in page]
    assert (await in_browser(cast.bob).get(OVERVIEW)).status_code == 403


@pytest.mark.usefixtures("amiss")
async def test_the_unit_that_owns_the_system_sees_whom_and_no_other_unit(
    in_browser: AsPerson, cast: Cast
) -> None:
    page = (await in_browser(cast.bob).get(NAMED)).text
    for said in ("Alice Berg", "Petra Gran", "Skjermet person", "systemet svarte nei (graph 403)"):
        assert said in page
    for unsaid in ("Sigrid", "Oda"):
        assert unsaid not in page, "shielded; and what the job gives is no deviation"
    assert "Alice" not in (await in_browser(cast.carol).get(NAMED)).text
    assert (await in_browser(cast.alice).get(NAMED)).status_code == 403


@pytest.mark.usefixtures("amiss")
async def test_reading_now_and_letting_go_are_the_administrator_s_and_stand_in_the_log(
    in_browser: AsPerson, cast: Cast, session: AsyncSession
) -> None:
    truls, bob = in_browser(cast.truls), in_browser(cast.bob)
    paths = {f"{OVERVIEW}/les/entra": {}, f"{OVERVIEW}/slipp": {"seen": "77"}}
    for path, data in paths.items():
        assert (await bob.post(path, data=data | await token_of(bob))).status_code == 403
    token = await token_of(truls)
    assert (await truls.post(f"{OVERVIEW}/les/ukjent", data=token)).status_code == 404
    assert (await truls.post(f"{OVERVIEW}/slipp", data=token | {"seen": "76"})).status_code == 409
    for path, data in paths.items():
        assert (await truls.post(path, data=data | token)).status_code == 303
    reading = (await session.scalars(select(TargetReading).execution_options(populate_existing=True))).one()
    stop = (await session.scalars(select(AccessStop).execution_options(populate_existing=True))).one()
    assert reading.asked_at is not None
    assert (stop.released_by_id, stop.ended_at) == (cast.truls.id, None)
    kinds = set(await session.scalars(select(AuditEntry.kind)))
    assert {"access.read", "access.released"} <= kinds
