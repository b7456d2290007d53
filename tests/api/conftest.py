"""A house of its own for the tests that need requests to run at once; the door for those that need many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.settings import Settings
from tests.api.door import door, one_connection, wide_door
from tests.house import House, open_house
from tests.postgres import Database

__all__ = ["door", "house", "one_connection", "wide_door"]


@pytest.fixture
async def house(fresh_database: Database, settings: Settings, shipped: Any) -> AsyncIterator[House]:
    async with open_house(fresh_database, settings, shipped) as house:
        yield house
