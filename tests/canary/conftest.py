"""A house of its own for the canary: real commits, real deliveries, one for all the checks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests import postgres
from tests.canary.planting import Canary, hire
from tests.conftest import settings_in
from tests.house import open_house


@pytest.fixture(scope="module")
def canary_database(server: postgres.Server, template: str) -> Iterator[postgres.Database]:
    with postgres.clone(server, template) as database:
        yield database


@pytest.fixture(scope="module")
async def canary(
    canary_database: postgres.Database, shipped: Any, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Canary]:
    settings = settings_in(tmp_path_factory.mktemp("data"))
    async with open_house(canary_database, settings, shipped) as house:
        yield await hire(house)
