"""A municipality with a directory that gives access by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.access.connected import Connected, connect
from tests.access.graph_server import open_directory
from tests.conftest import OwnDatabase


@pytest.fixture
async def entra(own_database: OwnDatabase, shipped: Any, tmp_path: Path) -> AsyncIterator[Connected]:
    async with open_directory() as directory:
        connected = await connect(own_database, shipped, directory, tmp_path, patience=0.5)
        yield connected
        for provisioner in connected.provisioners.values():
            await provisioner.close()
