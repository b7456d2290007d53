"""`skranke audit verify` and `skranke retention`, as an operator runs them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.audit.chain import Keys
from app.cli import app
from app.database.session import make_engine, make_sessions
from app.settings import get_settings
from tests.audit.test_verify import as_owner_of
from tests.audit.writing import write_and_seal
from tests.postgres import Database

KEY = "a key of at least thirty-two characters"
Run = Callable[..., Result]


@pytest.fixture
def skranke(lonely_database: Database, tmp_path: Path) -> Iterator[Run]:
    environment = {
        "SKRANKE_DATABASE_URL": lonely_database.app_url,
        "SKRANKE_DATA": str(tmp_path),
        "SKRANKE_AUDIT_KEY": KEY,
        "SKRANKE_DEMO": "0",
    }

    def run(*words: str, **more: str) -> Result:
        get_settings.cache_clear()
        return CliRunner().invoke(app, list(words), env=environment | more)

    yield run
    get_settings.cache_clear()


async def _write(app_url: str) -> None:
    engine = make_engine(app_url, pool_size=None)
    await write_and_seal(make_sessions(engine), Keys((KEY.encode(),)), entries=9, each=4)
    await engine.dispose()


def test_a_log_that_stands_is_said_to_and_one_that_was_changed_is_not(
    skranke: Run, lonely_database: Database
) -> None:
    asyncio.run(_write(lonely_database.app_url))
    whole = skranke("audit", "verify")
    assert whole.exit_code == 0, whole.output
    assert "Sikkerhetsloggen er hel: 9 innførsler i 3 segl, 0 venter på segl." in whole.output
    assert KEY not in whole.output
    noted = re.search(r"Siste segl: (\S+)", whole.output)
    assert noted
    assert skranke("audit", "verify", "--head", noted[1]).exit_code == 0
    assert skranke("audit", "verify", "--head", "3:00ff").exit_code == 1
    assert skranke("audit", "verify", "--head", "siste").exit_code == 1
    without = skranke("audit", "verify", SKRANKE_AUDIT_KEY=KEY[::-1])
    assert (without.exit_code, "en nøkkel som ikke er oppgitt" in without.output) == (1, True)
    asyncio.run(as_owner_of(lonely_database.owner_url, "DELETE FROM audit_entries WHERE id = 5"))
    broken = skranke("audit", "verify")
    assert broken.exit_code == 1
    assert "IKKE hel" in broken.output
    assert "En innførsel er borte eller endret (segl 2)" in broken.output


def test_what_is_over_its_time_is_counted_and_nothing_is_packed_twice(skranke: Run, tmp_path: Path) -> None:
    assert skranke("catalogue", "publish").exit_code == 0
    assert skranke("retention", "preview").output == "0 saker er over tida.\n"
    to = tmp_path / "pakke.zip"
    nothing = skranke("retention", "pack", "--to", str(to))
    assert (nothing.exit_code, to.exists()) == (1, False)
    assert "Alle avsluttede saker med arkivplikt er pakket." in nothing.output
