"""The whole product on a database of its own: real commits, many connections, requests that truly run at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from app.catalogue.published import Published
from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.people.models import Person
from app.settings import Settings
from service_catalog.schema import Catalogue
from sla.load import Sla
from tests.cast import Cast, hire_cast
from tests.conftest import build_app, publish_shipped, signed_in
from tests.postgres import Database

CONNECTIONS = 16


@dataclass(frozen=True)
class House:
    """Everybody is hired, the catalogue is published, and all of it is committed."""

    app: FastAPI
    sessions: Sessions
    settings: Settings
    cast: Cast
    published: Published

    def as_person(self, person: Person) -> httpx.AsyncClient:
        return signed_in(self.app, self.sessions, self.settings, person, browser=False)

    def in_browser(self, person: Person) -> httpx.AsyncClient:
        """Who has just signed in."""
        return signed_in(self.app, self.sessions, self.settings, person, browser=True)

    async def scalar(self, sql: str, **values: Any) -> Any:
        async with transaction(self.sessions) as session:
            return (await session.execute(text(sql), values)).scalar_one()


@asynccontextmanager
async def open_house(
    database: Database,
    settings: Settings,
    shipped: tuple[Catalogue, Sla],
    *,
    connections: int = CONNECTIONS,
) -> AsyncIterator[House]:
    engine = make_engine(database.app_url, pool_size=connections)
    try:
        sessions = make_sessions(engine)
        published = await publish_shipped(sessions, shipped)
        async with transaction(sessions) as session:
            cast = await hire_cast(session)
        yield House(build_app(settings, sessions, published), sessions, settings, cast, published)
    finally:
        await engine.dispose()


async def patiently(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Do as a 503 with Retry-After asks: many at once on a small machine may find no connection free."""
    for _ in range(20):
        response = await send()
        if response.status_code != 503:
            return response
        assert "retry-after" in response.headers
        await asyncio.sleep(0.1)
    raise AssertionError("busy for too long")
