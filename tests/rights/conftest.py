"""One house for the whole matrix: hired once, in one transaction, and every cell undone behind a savepoint."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker

from app.catalogue.published import Published
from app.settings import Settings
from tests.api.door import one_connection
from tests.conftest import build_app
from tests.rights.world import World, build_world

__all__ = ["one_connection", "world"]


@pytest.fixture(scope="module")
async def world(
    one_connection: tuple[AsyncConnection, Settings], published: Published
) -> AsyncIterator[World]:
    connection, settings = one_connection
    sessions = async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
    )
    app = build_app(settings, sessions, published)
    async with build_world(app, sessions, connection) as world:
        yield world
