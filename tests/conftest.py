"""Fixtures of everything that needs the database: `session` for most tests, `own_database` for real commits."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import settings as examples
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from starlette.routing import BaseRoute

from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.people.models import Person
from app.settings import Settings
from tests import postgres
from tests.cast import Cast, hire_cast
from tests.chromium import find_chromium

if TYPE_CHECKING:
    from app.catalogue.published import Published
    from service_catalog.schema import Catalogue
    from sla.load import Sla

BASE_URL = "https://testserver"
CONNECTIONS = 16
"""More than any test holds at once. They are kept: a new one takes PostgreSQL longer than most tests do."""

# Time is never asserted, not by Hypothesis either: the machine may be busy.
examples.register_profile("any machine", deadline=None)
examples.load_profile("any machine")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    with postgres.running_server() as server:
        yield server


@pytest.fixture(scope="session")
def template(server: postgres.Server) -> str:
    postgres.drop_abandoned(server)
    return postgres.template(server)


@pytest.fixture(scope="session")
def database(server: postgres.Server, template: str) -> Iterator[postgres.Database]:
    """The worker's own clone. Only the published catalogue is ever committed to it."""
    with postgres.clone(server, template) as database:
        yield database


@pytest.fixture(scope="session")
async def engine(database: postgres.Database) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database.app_url, pool_size=CONNECTIONS)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def undone(engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """Sessions that share one connection and one outer transaction, which is rolled back. Not for parallel use."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield async_sessionmaker(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
        )
        await outer.rollback()


@pytest.fixture
async def sessions(engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """As `undone`, for one test."""
    async with undone(engine) as sessions:
        yield sessions


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Sees what the app does and the reverse; flush (or commit) before the app is to see it."""
    async with sessions() as session:
        yield session


@pytest.fixture(scope="session")
def chromium() -> str:
    path = find_chromium()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI has no Chromium: the journeys were NOT run. `make browser` installs one.")
    if path is None:
        pytest.skip("NOT RUN: there is no Chromium. `make browser` installs one, or name it with CHROMIUM=…")
    return path


@dataclass(frozen=True)
class OwnDatabase:
    """A clone for one test: real commits and as many connections as it takes."""

    owner_url: str
    app_url: str
    sessions: Sessions

    def transaction(self) -> Any:
        return transaction(self.sessions)


@pytest.fixture
def fresh_database(server: postgres.Server, template: str) -> Iterator[postgres.Database]:
    with postgres.clone(server, template) as database:
        yield database


@pytest.fixture
async def own_database(fresh_database: postgres.Database) -> AsyncIterator[OwnDatabase]:
    engine = make_engine(fresh_database.app_url, pool_size=None)
    yield OwnDatabase(fresh_database.owner_url, fresh_database.app_url, make_sessions(engine))
    await engine.dispose()


@pytest.fixture(scope="session")
def own_server() -> Iterator[postgres.Server]:
    with postgres.separate_server() as server:
        yield server


@pytest.fixture
def lonely_database(own_server: postgres.Server) -> Iterator[postgres.Database]:
    with postgres.clone(own_server, postgres.template(own_server)) as database:
        yield database


@pytest.fixture
async def own_cluster(lonely_database: postgres.Database) -> AsyncIterator[OwnDatabase]:
    """As `own_database`, for what follows the event cursor: no other worker's transaction holds it back."""
    engine = make_engine(lonely_database.app_url, pool_size=None)
    yield OwnDatabase(lonely_database.owner_url, lonely_database.app_url, make_sessions(engine))
    await engine.dispose()


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return await hire_cast(session)


@pytest.fixture
def alice(cast: Cast) -> Person:
    return cast.alice


@pytest.fixture
def bob(cast: Cast) -> Person:
    return cast.bob


@pytest.fixture
def carol(cast: Cast) -> Person:
    return cast.carol


@pytest.fixture
def frida(cast: Cast) -> Person:
    return cast.frida


@pytest.fixture
def leif(cast: Cast) -> Person:
    return cast.leif


@pytest.fixture
def liv(cast: Cast) -> Person:
    return cast.liv


@pytest.fixture
def oda(cast: Cast) -> Person:
    return cast.oda


@pytest.fixture
def petra(cast: Cast) -> Person:
    return cast.petra


@pytest.fixture
def truls(cast: Cast) -> Person:
    return cast.truls


@pytest.fixture(scope="session")
def shipped() -> tuple[Catalogue, Sla]:
    """The catalogue and agreements as they are shipped, read once per worker."""
    from service_catalog.load import load_catalogue
    from sla.load import load_sla

    settings = Settings()
    return load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder)


@pytest.fixture(scope="session")
async def published(engine: AsyncEngine, shipped: tuple[Catalogue, Sla]) -> Published:
    """The shipped catalogue, published in the worker's database."""
    return await publish_shipped(make_sessions(engine), shipped)


async def publish_shipped(sessions: Sessions, shipped: tuple[Catalogue, Sla]) -> Published:
    from app.agreements.publishing import publish
    from app.catalogue.published import load_published

    async with transaction(sessions) as session:
        await publish(session, *shipped, by="test")
        return await load_published(session)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def settings_in(folder: Path) -> Settings:
    """Attachments lie in the test's own folder; nothing of the machine's environment counts, and nobody asks too often."""
    return Settings(
        data=folder,
        public_url=BASE_URL,
        smtp_host=None,
        person_requests_per_minute=0,
        address_requests_per_minute=0,
        undo_seconds=0,
    )


@pytest.fixture
def app(settings: Settings, sessions: Sessions, published: Published) -> FastAPI:
    """The whole product on the test's transaction."""
    return build_app(settings, sessions, published)


@cache
def rooms() -> list[BaseRoute]:
    """Of every app that the tests build: FastAPI works out each route anew for each app, a fifth of the tests' time."""
    from app.main import create_app

    return create_app(Settings()).router.routes


def build_app(settings: Settings, sessions: Sessions, published: Published) -> FastAPI:
    from app.main import create_app

    app = create_app(settings)
    app.router.routes = list(rooms())
    app.state.sessions = sessions
    app.state.published = published
    return app


AsPerson = Callable[[Person], httpx.AsyncClient]


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody in particular."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def as_person(app: FastAPI, sessions: Sessions, settings: Settings) -> AsPerson:
    """A program with the person's API token: `await as_person(alice).get(...)`."""
    return lambda person: signed_in(app, sessions, settings, person, browser=False)


@pytest.fixture
def in_browser(app: FastAPI, sessions: Sessions, settings: Settings) -> AsPerson:
    """The person's browser, with a session cookie."""
    return lambda person: signed_in(app, sessions, settings, person, browser=True)


def signed_in(
    app: FastAPI, sessions: Sessions, settings: Settings, person: Person, *, browser: bool
) -> httpx.AsyncClient:
    from tests.signed_in import SignedIn

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url=BASE_URL,
        auth=SignedIn(sessions, person.id, settings, browser=browser),
        headers={"origin": BASE_URL, "sec-fetch-site": "same-origin"} if browser else {},
    )
