"""Own access, and a leader's grid: who sees what, and that each line says why."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Grant, Paper
from app.access.plan import Origin, State
from app.events.log import database_now
from app.people.models import Engagement, OrgUnit
from service_catalog.access_schema import Prerequisite
from tests.cast import SINCE, Cast
from tests.conftest import AsPerson


@pytest.fixture
async def alice_s(session: AsyncSession, cast: Cast) -> None:
    """Alice is a nurse at a nursing home; she has the record, and a payroll run that nobody knows the reason for."""
    await session.execute(update(OrgUnit).where(OrgUnit.id == cast.solbakken.id).values(tjeneste="253"))
    nurse = update(Engagement).where(Engagement.person_id == cast.alice.id)
    await session.execute(nurse.values(position_code="7174"))
    at = await database_now(session)
    for key, state, origin in (
        ("konto", State.GRANTED, Origin.ROLE),
        ("journal-pleie", State.GRANTED, Origin.ROLE),
        ("turnus-egen", State.ORDERED, Origin.ROLE),
        ("lonn-kjoring", State.GRANTED, Origin.FOUND),
    ):
        row = Grant(person_id=cast.alice.id, entitlement=key, state=state, origin=origin, last_event_at=at)
        session.add(row)
    for kind in (Prerequisite.POLITIATTEST, Prerequisite.TAUSHETSERKLAERING):
        session.add(Paper(person_id=cast.alice.id, kind=kind, shown_on=SINCE))
    await session.commit()


@pytest.mark.usefixtures("alice_s")
async def test_everybody_sees_their_own_and_why(in_browser: AsPerson, cast: Cast) -> None:
    page = (await in_browser(cast.alice).get("/tilganger")).text
    assert "fordi du er sykepleier (7174) ved Solbakken sykehjem" in page
    assert "fordi ingen av stillingene gir dette" in page
    assert "Mangler: autorisasjon som helsepersonell (HPR)" in page, "of the medicines"
    assert "Gis tilbake, hele døgnet: Systemvakta for pleiejournal" in page, "lives may depend on it"


@pytest.mark.usefixtures("alice_s")
async def test_a_leader_sees_own_people_and_nobody_else(in_browser: AsPerson, cast: Cast) -> None:
    leif = in_browser(cast.leif)
    grid = (await leif.get("/leder/tilganger")).text
    assert cast.alice.name in grid
    assert cast.sigrid.name in grid, "a shielded address hides nobody from who leads them"
    for stranger in (cast.bob, cast.truls, cast.liv):
        assert stranger.name not in grid
    assert (
        f"fordi Alice er sykepleier (7174) ved {cast.solbakken.name}"
        in (await leif.get(f"/tilganger/{cast.alice.id}")).text
    )
    assert (await leif.get(f"/tilganger/{cast.truls.id}")).status_code == 404
    assert cast.leif.name in (await in_browser(cast.liv).get("/leder/tilganger")).text, "leaders are led too"
    assert (await in_browser(cast.liv).get(f"/tilganger/{cast.alice.id}")).status_code == 200, "from above"


@pytest.mark.usefixtures("alice_s")
async def test_a_colleague_an_agent_and_the_unit_s_bestiller_see_nothing(
    in_browser: AsPerson, cast: Cast
) -> None:
    for other in (cast.sigrid, cast.bob, cast.oda, cast.petra):
        foreign = await in_browser(other).get(f"/tilganger/{cast.alice.id}")
        nobody = await in_browser(other).get("/tilganger/999999999")
        assert foreign.status_code == nobody.status_code == 404
    assert (await in_browser(cast.oda).get("/leder/tilganger")).status_code == 403


async def test_at_most_one_of_each_entitlement_is_alive(session: AsyncSession, cast: Cast) -> None:
    at = await database_now(session)
    for state in (State.REVOKED, State.REVOKED, State.GRANTED):
        session.add(
            Grant(
                person_id=cast.alice.id,
                entitlement="konto",
                state=state,
                origin=Origin.ROLE,
                last_event_at=at,
            )
        )
    await session.flush()
    alive = select(Grant.id).where(Grant.person_id == cast.alice.id, Grant.state != State.REVOKED)
    assert len((await session.scalars(alive)).all()) == 1
