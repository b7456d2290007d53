"""The whole protocol, asked by `scim2 test` (scim2-tester) of a running server, as a directory would ask it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from anyio import to_thread

from app.identity.actor import system_actor
from app.scim.keys import make_scim_key
from service_catalog.schema import Catalogue
from sla.load import Sla
from tests.conftest import OwnDatabase, publish_shipped
from tests.serving import listening, serving

UNLIMITED = {"SKRANKE_PERSON_REQUESTS_PER_MINUTE": "0"}


@pytest.fixture
async def key(own_database: OwnDatabase, shipped: tuple[Catalogue, Sla]) -> str:
    await publish_shipped(own_database.sessions, shipped)
    async with own_database.transaction() as session:
        return await make_scim_key(session, "Entra", days=1, by=system_actor("test"))


async def test_the_tester_finds_nothing_wrong(own_database: OwnDatabase, key: str, tmp_path: Path) -> None:
    with listening() as place, serving(place, own_database.app_url, tmp_path, **UNLIMITED):
        asked = await to_thread.run_sync(ask, f"{place.url}/scim/v2", key)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert asked.stdout.count("SUCCESS") > 150, asked.stdout


def ask(url: str, key: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("scim2"))
    command = [program, "--url", url, "--header", f"Authorization: Bearer {key}", "test", "--verbose"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
