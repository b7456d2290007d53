"""One connection and one cast for all examples of a property."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker

from app.catalogue.published import Published
from tests.cast import hire_cast


@pytest.fixture(scope="module")
async def one_connection(engine: AsyncEngine, published: Published) -> Any:
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield connection
        await outer.rollback()


@pytest.fixture(scope="module")
async def shared(one_connection: AsyncConnection) -> Any:
    """Sessions and people that outlive one example: hypothesis runs many in one test."""
    sessions = async_sessionmaker(
        one_connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
    )
    async with sessions() as session:
        cast = await hire_cast(session)
        await session.commit()
    return sessions, cast
