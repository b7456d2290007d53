"""The command line, on a database named by URL."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import anyio
import asyncpg
import orjson
import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.settings import PROJECT, get_settings
from tests.postgres import Database


class Terminal:
    """Runs `skranke …` as an operator would, with this environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *words: str, **more: str) -> Result:
        get_settings.cache_clear()
        return CliRunner().invoke(app, list(words), env=self.environment | more)


@pytest.fixture
def skranke(fresh_database: Database, tmp_path: Path) -> Iterator[Terminal]:
    yield Terminal(
        {
            "SKRANKE_DATABASE_URL": fresh_database.app_url,
            "SKRANKE_OWNER_DATABASE_URL": fresh_database.owner_url,
            "SKRANKE_DATA": str(tmp_path),
            "SKRANKE_DEMO": "0",
        }
    )
    get_settings.cache_clear()


async def _one_person(owner_url: str) -> None:
    connection = await asyncpg.connect(owner_url)
    await connection.execute(
        "INSERT INTO persons (issuer, subject, name, sort_key, email, employee_number)"
        " VALUES ('i', 's', 'Alice Berg', 'alice berg', 'Alice@fjordvik.example', '100001')"
    )
    await connection.close()


def test_the_shipped_catalogue_is_in_order(skranke: Terminal) -> None:
    done = skranke("catalogue", "check")
    assert done.exit_code == 0, done.output
    assert "Katalogen er i orden" in done.output
    assert "hovedtariffavtalen" not in done.output, "every position code was read in a source"


def test_a_position_code_written_from_memory_is_named_to_whoever_edits_it(
    skranke: Terminal, tmp_path: Path
) -> None:
    edited = tmp_path / "service_catalog"
    shutil.copytree(PROJECT / "service_catalog", edited)
    codes = edited / "access" / "positions.yaml"
    codes.write_text(
        codes.read_text(encoding="utf-8").replace(
            "{title: Adjunkt, checked: 2026-11-22}", "{title: Adjunkt}"
        ),
        encoding="utf-8",
    )
    done = skranke("catalogue", "check", SKRANKE_CATALOGUE_FOLDER=str(edited))
    assert done.exit_code == 0, done.output
    told = next(line for line in done.output.splitlines() if "hovedtariffavtalen" in line)
    assert "7962 Adjunkt" in told
    assert "7963" not in told


def test_a_broken_catalogue_is_told_with_file_and_line_and_not_published(
    skranke: Terminal, tmp_path: Path
) -> None:
    broken = tmp_path / "service_catalog"
    shutil.copytree(PROJECT / "service_catalog", broken)
    one = next((broken / "services" / "it").glob("*.yaml"))
    one.write_text(one.read_text(encoding="utf-8") + "\nfarge: blå\n", encoding="utf-8")
    for command in ("check", "publish"):
        done = skranke("catalogue", command, SKRANKE_CATALOGUE_FOLDER=str(broken))
        assert done.exit_code == 1
        assert f"{one.name}:{len(one.read_text(encoding='utf-8').splitlines())}" in done.output
    assert skranke("catalogue", "show").exit_code == 1


def test_publishing_the_same_twice_keeps_the_version(skranke: Terminal) -> None:
    first = skranke("catalogue", "publish").output
    assert first == "12 avtaler er vedtatt ved innføring.\nVersjon 1 er i bruk.\n"
    assert skranke("catalogue", "publish").output == "Versjon 1 er i bruk.\n"
    shown = skranke("catalogue", "show")
    assert shown.output.startswith("Versjon 1\n")


def test_rebuilding_no_clocks_changes_none(skranke: Terminal) -> None:
    assert skranke("clocks", "rebuild").output.startswith("0 frister")


def test_migrating_what_is_up_to_date_is_fine(skranke: Terminal) -> None:
    assert skranke("migrate").exit_code == 0


def test_migrating_needs_the_owner(skranke: Terminal) -> None:
    del skranke.environment["SKRANKE_OWNER_DATABASE_URL"]
    done = skranke("migrate")
    assert done.exit_code == 1
    assert "SKRANKE_OWNER_DATABASE_URL" in done.output


@pytest.mark.parametrize("named", ["100001", "alice@fjordvik.example"])
async def test_a_token_is_made_for_a_person_and_ends(
    skranke: Terminal, fresh_database: Database, named: str
) -> None:
    await _one_person(fresh_database.owner_url)
    done = await anyio.to_thread.run_sync(lambda: skranke("token", named, "--name", "lønn", "--days", "30"))
    assert done.exit_code == 0, done.output
    assert done.output.startswith("skranke_")
    connection = await asyncpg.connect(fresh_database.owner_url)
    row = await connection.fetchrow("SELECT scopes, expires_at - created_at AS lasts FROM api_tokens")
    await connection.close()
    assert row is not None
    assert (row["scopes"], row["lasts"].days) == (["read"], 30)


def test_nobody_gets_a_token_for_nobody(skranke: Terminal) -> None:
    assert skranke("token", "999999", "--name", "x").exit_code == 1


def test_the_openapi_document_is_3_1(skranke: Terminal) -> None:
    document = orjson.loads(skranke("openapi").stdout_bytes)
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/tickets" in document["paths"]


def test_a_demo_never_fills_an_outside_database(skranke: Terminal) -> None:
    assert "SKRANKE_DEMO=1" in skranke("demo").output
    refused = skranke("demo", SKRANKE_DEMO="1")
    assert refused.exit_code == 1
    assert "SKRANKE_DATABASE_URL" in refused.output


AGREEMENT = str(PROJECT / "sla" / "agreements" / "it-brukerstotte.yaml")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--staff", "0", "--from-history"], "Ingen ferdige saker|minst én"),
        (["--staff", "tre", "--from-history"], "«tre» er ikke tall"),
        (["--staff", "3"], "--from-history"),
        (["--staff", "3", "--from-history", "--from", "i fjor"], "«i fjor» er ikke en dato"),
        (["--staff", "3", "--from-history", "--unit", "marketing"], "Enheten «marketing» finnes ikke"),
        (["--staff", "3", "--from-history", "--instead-of", "x"], "Bruk --instead-of med en av .*it-kritisk"),
        (["--staff", "3", "--from-history", "--plot", "ut.png"], r"\.svg eller \.html"),
        (["--staff", "3", "--from-history"], "Ingen ferdige saker under avtalen"),
    ],
)
def test_a_simulation_that_cannot_be_made_says_why(skranke: Terminal, words: list[str], why: str) -> None:
    skranke("catalogue", "publish")
    done = skranke("sla", "simulate", "--agreement", AGREEMENT, *words)
    assert done.exit_code == 1
    assert re.search(why, done.output)


def test_an_agreement_that_cannot_be_read_is_told_with_file_and_line(
    skranke: Terminal, tmp_path: Path
) -> None:
    draft = tmp_path / "utkast.yaml"
    draft.write_text(
        Path(AGREEMENT).read_text(encoding="utf-8").replace("it-drift", "finnes-ikke"), encoding="utf-8"
    )
    skranke("catalogue", "publish")
    done = skranke("sla", "simulate", "--agreement", str(draft), "--staff", "3", "--from-history")
    assert done.exit_code == 1
    assert re.search(r"utkast\.yaml:\d+: .*finnes-ikke", done.output)


def test_nothing_published_and_no_such_file_are_told(skranke: Terminal) -> None:
    done = skranke("sla", "simulate", "--agreement", AGREEMENT, "--staff", "3", "--from-history")
    assert (done.exit_code, "catalogue publish" in done.output) == (1, True)
    done = skranke("sla", "simulate", "--agreement", "borte.yaml", "--staff", "3", "--from-history")
    assert done.exit_code == 2
