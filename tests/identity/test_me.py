from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import httpx
import pytest
from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.database.session import Sessions
from app.errors import NotFound
from app.events.log import database_now
from app.identity import sessions as browser_sessions
from app.identity.me import actor_of_cookie, actor_of_token, load_actor
from app.identity.models import ApiToken, BrowserSession
from app.identity.tokens import Scope, bearer, create_token, revoke_token
from app.people.models import Delegation
from app.settings import Settings
from service_catalog.schema import Authority
from tests.cast import Cast
from tests.conftest import AsPerson


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_c: object, _u: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine.sync_engine, "before_cursor_execute", count)


async def test_everything_an_actor_may_be_is_read_in_one_query(
    session: AsyncSession, engine: AsyncEngine, cast: Cast
) -> None:
    await session.flush()
    with counted(engine) as statements:
        leif = await load_actor(session, cast.leif.id)
    assert len(statements) == 1
    assert leif.leads_org_units == {cast.solbakken.id}
    assert (Authority.BUDGET, cast.solbakken.ansvar) in leif.authorities
    assert leif.is_leader
    assert not leif.is_agent


async def test_the_first_line_are_the_agents_of_a_unit_that_is_called_so(
    session: AsyncSession, cast: Cast
) -> None:
    frida = await load_actor(session, cast.frida.id, first_line_units={"servicesenteret"})
    bob = await load_actor(session, cast.bob.id, first_line_units={"servicesenteret"})
    assert (frida.first_line, frida.units) == (True, {"servicesenteret"})
    assert (bob.first_line, bob.units) == (False, {"it"})


async def test_a_bestiller_orders_for_her_units(session: AsyncSession, cast: Cast) -> None:
    assert (await load_actor(session, cast.oda.id)).orders_for == {cast.solbakken.id}


async def test_a_delegation_counts_only_while_it_is_in_force(session: AsyncSession, cast: Cast) -> None:
    over = {"valid_to": date(2020, 2, 1)}
    await session.execute(update(Delegation).where(Delegation.person_id == cast.leif.id).values(over))
    assert (await load_actor(session, cast.leif.id)).authorities == frozenset()


async def test_somebody_who_left_is_nobody(session: AsyncSession, cast: Cast) -> None:
    cast.alice.active = False
    await session.flush()
    with pytest.raises(NotFound):
        await load_actor(session, cast.alice.id)


async def test_a_session_is_found_by_its_token_and_by_nothing_else(
    session: AsyncSession, cast: Cast, settings: Settings
) -> None:
    token = await browser_sessions.create_session(
        session, cast.alice.id, settings, at=await database_now(session)
    )
    alice = await actor_of_cookie(session, token, settings)
    assert alice is not None
    assert (alice.person_id, alice.scopes) == (cast.alice.id, {"*"})
    assert await actor_of_cookie(session, token + "x", settings) is None


@pytest.mark.parametrize("ended", ["revoked", "idle", "expired", "person"])
async def test_a_session_that_ended_opens_nothing(
    session: AsyncSession, cast: Cast, settings: Settings, ended: str
) -> None:
    now = await database_now(session)
    token = await browser_sessions.create_session(session, cast.alice.id, settings, at=now)
    row = update(BrowserSession).where(BrowserSession.person_id == cast.alice.id)
    if ended == "revoked":
        await browser_sessions.revoke_session(session, token)
    elif ended == "idle":
        await session.execute(
            row.values(seen_at=now - timedelta(hours=settings.session_idle_hours, minutes=1))
        )
    elif ended == "expired":
        await session.execute(row.values(expires_at=now - timedelta(seconds=1)))
    else:
        cast.alice.active = False
        await session.flush()
    assert await actor_of_cookie(session, token, settings) is None


async def test_using_a_session_moves_its_idle_limit_but_seldom_writes(
    session: AsyncSession, engine: AsyncEngine, cast: Cast, settings: Settings
) -> None:
    now = await database_now(session)
    token = await browser_sessions.create_session(session, cast.alice.id, settings, at=now)
    with counted(engine) as statements:
        await actor_of_cookie(session, token, settings)
    assert len(statements) == 1
    await session.execute(update(BrowserSession).values(seen_at=now - timedelta(minutes=6)))
    with counted(engine) as statements:
        await actor_of_cookie(session, token, settings)
    assert len(statements) == 2


async def test_only_the_hash_of_a_token_is_kept(
    session: AsyncSession, cast: Cast, settings: Settings
) -> None:
    token = await browser_sessions.create_session(
        session, cast.alice.id, settings, at=await database_now(session)
    )
    row = await session.get_one(BrowserSession, (await actor_of_cookie(session, token, settings)).session_id)  # type: ignore[union-attr]
    assert token.encode() not in row.token_hash
    assert len(row.token_hash) == 32


async def test_a_token_acts_within_its_scopes_until_it_is_revoked(session: AsyncSession, cast: Cast) -> None:
    now = await database_now(session)
    token = await create_token(session, cast.bob.id, "robot", {Scope.READ}, at=now, expires_at=None)
    bob = await actor_of_token(session, token)
    assert bob is not None
    assert bob.scopes == {"read"}
    await revoke_token(session, (await session.scalars(select(ApiToken.id))).one())
    assert await actor_of_token(session, token) is None


def test_only_a_bearer_scheme_is_a_token() -> None:
    assert bearer("Bearer abc") == "abc"
    assert bearer("bearer  abc ") == "abc"
    assert [bearer(header) for header in (None, "", "Bearer", "Basic abc", "abc")] == [None] * 5


async def test_a_reading_token_may_not_write(
    client: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    now = await database_now(session)
    token = await create_token(session, cast.alice.id, "reader", {Scope.READ}, at=now, expires_at=None)
    await session.commit()
    headers = {"authorization": f"Bearer {token}"}
    assert (await client.get("/mine-saker", headers=headers)).status_code == 200
    refused = await client.post("/saker/100000-9/trekk", headers=headers | {"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "token.scope")


async def test_nobody_is_sent_to_sign_in_and_a_program_is_told_so(client: httpx.AsyncClient) -> None:
    page = await client.get("/mine-saker?vis=alle")
    assert (page.status_code, page.headers["location"]) == (303, "/logg-inn?til=%2Fmine-saker%3Fvis%3Dalle")
    told = await client.get("/mine-saker", headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (401, "not_signed_in")
    assert told.headers["www-authenticate"].startswith("Bearer")


async def test_ending_all_sessions_of_somebody_acts_at_once(
    in_browser: AsPerson, session: AsyncSession, sessions: Sessions, cast: Cast
) -> None:
    await session.commit()
    alice = in_browser(cast.alice)
    assert (await alice.get("/mine-saker")).status_code == 200
    async with sessions() as ending:
        await browser_sessions.revoke_sessions_of(ending, cast.alice.id)
        await ending.commit()
    assert (await alice.get("/mine-saker")).status_code == 303
