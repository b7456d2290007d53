"""`skranke identity` and `skranke office`, as an operator runs them on the server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import app
from app.database.session import make_engine, make_sessions, transaction
from app.events.log import database_now
from app.identity.sessions import create_session
from app.identity.tokens import Scope, create_token
from app.settings import Settings, get_settings
from tests.cast import Cast, hire_cast
from tests.postgres import Database

Run = Callable[..., Result]


async def people(app_url: str) -> Cast:
    """Alice is signed in and has a key."""
    engine = make_engine(app_url, pool_size=None)
    async with transaction(make_sessions(engine)) as session:
        cast = await hire_cast(session)
        at = await database_now(session)
        await create_session(session, cast.alice.id, Settings(), at=at)
        await create_token(session, cast.alice.id, "Rapport", {Scope.READ}, at=at, expires_at=None)
    await engine.dispose()
    return cast


async def logged(app_url: str) -> list[str]:
    engine = make_engine(app_url, pool_size=None)
    async with transaction(make_sessions(engine)) as session:
        kinds = await session.scalars(
            text("SELECT kind FROM audit_entries WHERE system IS NOT NULL ORDER BY id")
        )
        found = list(kinds)
    await engine.dispose()
    return found


@pytest.fixture
def skranke(fresh_database: Database, tmp_path: Path) -> Iterator[Run]:
    environment = {
        "SKRANKE_DATABASE_URL": fresh_database.app_url,
        "SKRANKE_DATA": str(tmp_path),
        "SKRANKE_DEMO": "0",
    }

    def run(*words: str) -> Result:
        get_settings.cache_clear()
        return CliRunner().invoke(app, list(words), env=environment)

    yield run
    get_settings.cache_clear()


def test_somebody_is_looked_at_signed_out_and_shut_out_and_all_of_it_is_in_the_log(
    skranke: Run, fresh_database: Database
) -> None:
    cast = asyncio.run(people(fresh_database.app_url))
    alice = str(cast.alice.employee_number)
    shown = skranke("identity", "show", alice)
    assert shown.exit_code == 0, shown.output
    assert "innlogging" in shown.output
    key = re.search(r"nøkkel +(\d+) +Rapport +read +aldri brukt", shown.output)
    assert key
    assert skranke("identity", "sign-out", alice).exit_code == 0
    assert "innlogging" not in skranke("identity", "show", alice).output
    assert skranke("identity", "revoke-key", alice, key[1]).exit_code == 0
    assert skranke("identity", "revoke-key", alice, key[1]).exit_code == 1
    assert skranke("identity", "show", alice).output == "Ikke logget inn, og ingen nøkler.\n"
    assert skranke("identity", "end", alice).exit_code == 0
    assert skranke("identity", "sign-out", alice).exit_code == 1, "who is shut out is signed in nowhere"
    assert skranke("identity", "open", alice).exit_code == 0
    assert skranke("identity", "show", "nobody@fjordvik.example").exit_code == 1
    mottak = skranke("office", "name", alice, "whistleblowing_recipient")
    assert mottak.exit_code == 0, mottak.output
    assert skranke("office", "list").output == f"whistleblowing_recipient: {cast.alice.name}\n"
    assert asyncio.run(logged(fresh_database.app_url)) == [
        "account.shown",
        "session.all_ended",
        "account.shown",
        "key.revoked",
        "account.shown",
        "person.disabled",
        "person.enabled",
        "right.given",
    ]
