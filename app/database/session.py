"""One engine per process, one session per request or job; only the session's opener commits."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from sqlalchemy import CursorResult, Executable, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from sla.zone import ZONE

Sessions = async_sessionmaker[AsyncSession]

IDLE_SECONDS = 3.0
READS = frozenset({"GET", "HEAD"})

# Writers are short: a transaction that idles or drags would hold back every reader of the event cursor.
SERVER_SETTINGS = {
    "application_name": "skranke",
    # The day that `current_date` is: where the people are, also in the two hours when it is yesterday in UTC.
    "timezone": ZONE.key,
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "20000",
    "jit": "off",
    # What SQLAlchemy's quoting of text in a statement rests on.
    "standard_conforming_strings": "on",
}


def async_url(url: str) -> URL:
    """The same database through asyncpg; socket folders (`?host=/…`) are kept, and `sslmode` has asyncpg's name."""
    found = make_url(url).set(drivername="postgresql+asyncpg")
    mode = found.query.get("sslmode")
    return (
        found if mode is None else found.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    )


PAGE_WAIT_SECONDS = 2.0
"""Somebody waits for the page: rather a word at once that we are busy."""


def make_engine(
    url: str,
    *,
    pool_size: int | None = 8,
    wait_seconds: float = PAGE_WAIT_SECONDS,
    settings: dict[str, str] | None = None,
) -> AsyncEngine:
    """An engine that survives a restart of the database. `pool_size=None`: no pool (tests, one-off commands).

    Whoever finds all of the pool taken waits `wait_seconds` for one.
    """
    server_settings = SERVER_SETTINGS | (settings or {})
    options = {
        "connect_args": {"server_settings": server_settings},
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        # What people wrote must not stand in an error's text, and so in a log.
        "hide_parameters": True,
    }
    if pool_size is None:
        return create_async_engine(async_url(url), poolclass=NullPool, **options)
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_recycle=1800,
        **options,
    )
    _ping_after_idling(engine)
    return engine


def _ping_after_idling(engine: AsyncEngine) -> None:
    """A connection that has lain idle is asked whether it lives; asking at every request would cost a round trip.

    One that dies between two busy requests fails that one request with 503, and all others are thrown away with it.
    """
    dialect, returned = engine.dialect, "returned_at"

    @event.listens_for(engine.sync_engine, "checkin")
    def _note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[returned] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if returned not in record.info or time.monotonic() - record.info[returned] < IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as dead:
            raise DisconnectionError from dead


def make_readers(engine: AsyncEngine) -> Sessions:
    """Sessions for reading: each statement is its own transaction, so no BEGIN and COMMIT travel beside it."""
    return make_sessions(engine.execution_options(isolation_level="AUTOCOMMIT"))


def make_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """A session whose work is committed when the block ends well, and never otherwise."""
    async with sessions() as session, session.begin():
        yield session


async def run(
    session: AsyncSession, statement: Executable, given: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Columns, not entities, in the session's own transaction, without what the ORM does around a statement."""
    return await session.run_sync(lambda here: here.connection().execute(statement, given))


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Reads do not need a transaction around them; everything else gets one, committed before the answer leaves."""
    state = request.app.state
    sessions: Sessions = state.sessions
    if request.method in READS:
        sessions = getattr(state, "readers", sessions)
    async with transaction(sessions) as session:
        yield session


# scope="function": without it FastAPI commits after the answer has left, and a failed commit still says 200.
Db = Annotated[AsyncSession, Depends(open_session, scope="function")]
