"""Whatever people do at once, and whoever is killed meanwhile, the clocks are what the log says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.embedded import open_embedded
from tests.faults.many_actions import run

ACTIONS, ROUNDS, SEED = 240, 2, 20261122


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="skranke-many-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


async def test_the_clocks_are_what_the_log_says_after_many_actions_and_kills(folder: Path) -> None:
    with open_embedded(folder) as embedded:
        crowd, result = await run(embedded, ACTIONS, rounds=ROUNDS, seed=SEED)
    assert result.different == []
    assert result.read > 4 * len(crowd.tickets) / 2
    done = sum(count for status, count in crowd.told.items() if status < 300)
    assert done > ACTIONS / 10, (
        "most are refused (by chance, anybody tries anything); what remains is no idle crowd"
    )
