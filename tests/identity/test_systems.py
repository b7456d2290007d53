"""Other systems: access tokens by client credentials from a real issuer."""

from __future__ import annotations

import ssl

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.database.session import Sessions
from app.errors import Conflict
from app.events.log import database_now
from app.identity.actor import system_actor
from app.identity.models import System
from app.identity.systems import register_system, registered_systems, revoke_system
from app.identity.tokens import Scope
from app.issuer_settings import Issuer, TokenIssuer
from app.people.models import Person
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.identity.conftest import visiting
from tests.identity.issuer import (
    CLIENT_ID,
    CLIENT_SECRET,
    MACHINE_ID,
    MACHINE_SECRET,
    RunningIssuer,
)
from tests.tickets.asking import PC_BROKEN, once, open_ticket

ME = "/api/v1/me"


async def access_token(issuer: RunningIssuer, **more: str) -> str:
    asked = {"grant_type": "client_credentials", "client_id": MACHINE_ID, "client_secret": MACHINE_SECRET}
    trust = ssl.create_default_context(cafile=str(issuer.ca_file))
    async with httpx.AsyncClient(verify=trust) as http:
        answer = await http.post(f"{issuer.authority}/token", data=asked | {"scope": "skranke"} | more)
    return str(answer.json()["access_token"])


@pytest.fixture
async def bearer(issuer: RunningIssuer) -> dict[str, str]:
    return {"authorization": f"Bearer {await access_token(issuer)}"}


async def register(session: AsyncSession, issuer: RunningIssuer, *scopes: Scope) -> System:
    system = await register_system(
        session,
        "Timeplan",
        authority=issuer.authority,
        client_id=MACHINE_ID,
        scopes=scopes or (Scope.READ, Scope.WRITE),
        units=("it",),
        by=system_actor("terminal"),
        at=await database_now(session),
    )
    await session.commit()
    return system


async def test_a_registered_system_comes_in_with_its_own_name_and_units(
    client: httpx.AsyncClient, session: AsyncSession, issuer: RunningIssuer, bearer: dict[str, str]
) -> None:
    await register(session, issuer)
    me = (await client.get(ME, headers=bearer)).json()
    assert (me["name"], me["units"], me["scopes"]) == ("Timeplan", ["it"], ["read", "write"])
    assert [system.last_used_at is not None for system in await registered_systems(session)] == [True]


async def test_it_does_what_an_agent_of_its_units_may_and_no_more(
    client: httpx.AsyncClient,
    session: AsyncSession,
    issuer: RunningIssuer,
    bearer: dict[str, str],
    as_person: AsPerson,
    cast: Cast,
) -> None:
    await register(session, issuer)
    seen = await open_ticket(as_person(cast.alice))
    queue = await client.get("/api/v1/queue?unit=it", headers=bearer)
    assert [row["number"] for row in queue.json()["items"]] == [seen["number"]]
    assert (await client.get("/api/v1/queue?unit=hr", headers=bearer)).json()["items"] == []
    opened = await client.post("/api/v1/tickets", json=PC_BROKEN, headers=bearer | once())
    assert opened.status_code == 201, opened.text


async def test_a_system_that_only_reads_may_not_write(
    client: httpx.AsyncClient, session: AsyncSession, issuer: RunningIssuer, bearer: dict[str, str]
) -> None:
    await register(session, issuer, Scope.READ)
    refused = await client.post("/api/v1/tickets", json=PC_BROKEN, headers=bearer | once())
    assert (refused.status_code, refused.json()["code"]) == (403, "token.scope")


async def test_a_good_token_of_a_system_that_nobody_registered_opens_nothing(
    client: httpx.AsyncClient, bearer: dict[str, str], cast: Cast
) -> None:
    assert (await client.get(ME, headers=bearer)).status_code == 401


async def test_a_system_that_was_revoked_is_out_at_its_next_request(
    client: httpx.AsyncClient, session: AsyncSession, issuer: RunningIssuer, bearer: dict[str, str]
) -> None:
    system = await register(session, issuer)
    assert (await client.get(ME, headers=bearer)).status_code == 200
    await revoke_system(session, system.id, by=system_actor("terminal"))
    await session.commit()
    assert (await client.get(ME, headers=bearer)).status_code == 401
    assert await registered_systems(session) == []
    await register(session, issuer)
    assert (await client.get(ME, headers=bearer)).status_code == 200


async def test_a_token_without_the_scope_that_is_asked_for_opens_nothing(
    sessions: Sessions,
    session: AsyncSession,
    issuer: RunningIssuer,
    at_work: Settings,
    published: Published,
    bearer: dict[str, str],
) -> None:
    await register(session, issuer)
    assert at_work.systems is not None
    stricter = at_work.systems.model_copy(update={"scope": "fjordvik:admin"})
    here = at_work.model_copy(update={"systems": stricter})
    async with visiting(here, sessions, published) as client:
        assert (await client.get(ME, headers=bearer)).status_code == 401


async def test_where_no_systems_are_expected_no_token_of_theirs_is_looked_at(
    sessions: Sessions, session: AsyncSession, issuer: RunningIssuer, at_work: Settings, published: Published
) -> None:
    await register(session, issuer)
    headers = {"authorization": f"Bearer {await access_token(issuer)}"}
    async with visiting(at_work.model_copy(update={"systems": None}), sessions, published) as client:
        assert (await client.get(ME, headers=headers)).status_code == 401


async def test_a_client_is_registered_once(session: AsyncSession, issuer: RunningIssuer) -> None:
    await register(session, issuer)
    with pytest.raises(Conflict):
        await register(session, issuer)


async def test_nobody_finds_a_system_when_they_look_for_people(
    session: AsyncSession, issuer: RunningIssuer, as_person: AsPerson, cast: Cast
) -> None:
    await register(session, issuer)
    found = await as_person(cast.bob).get("/api/v1/persons?q=Timeplan")
    assert found.json() == []
    assert (await session.scalars(select(Person.shielded).where(Person.name == "Timeplan"))).one()


def test_a_sign_in_and_a_system_are_never_mistaken_for_each_other(issuer: RunningIssuer) -> None:
    people = Issuer(authority=issuer.authority, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with pytest.raises(ValueError, match="SKRANKE_SYSTEMS_AUDIENCE"):
        Settings(oidc=people, systems=TokenIssuer(authority=issuer.authority, audience=CLIENT_ID))
