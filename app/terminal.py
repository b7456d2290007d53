"""What every command of the terminal needs: the database it works on, and a way to stop with a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import typer

from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.database.session import Sessions

T = TypeVar("T")


@dataclass(frozen=True)
class Database:
    """`owner_url` is None for an outside server whose owner was not named."""

    app_url: str
    owner_url: str | None


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The outside database when one is named, else the embedded one, started and migrated."""
    if settings.database_url is not None:
        yield Database(settings.database_url, settings.owner_database_url)
        return
    from app.database.embedded import open_embedded
    from app.database.migrate import migrate_if_behind

    with open_embedded(settings.data) as embedded:
        migrate_if_behind(embedded.owner_url)
        yield Database(embedded.app_url, embedded.owner_url)


def on_sessions(action: Callable[[Sessions], Coroutine[None, None, T]]) -> T:
    """Run something short on the database as the application's role."""
    with open_database(get_settings()) as database:
        return asyncio.run(with_sessions(database.app_url, action))


async def with_sessions(app_url: str, action: Callable[[Sessions], Coroutine[None, None, T]]) -> T:
    async with open_sessions(app_url) as sessions:
        return await action(sessions)


@asynccontextmanager
async def open_sessions(app_url: str) -> AsyncIterator[Sessions]:
    from app.database.session import make_engine, make_sessions

    engine = make_engine(app_url, pool_size=None, settings={"statement_timeout": "0"})
    try:
        yield make_sessions(engine)
    finally:
        await engine.dispose()


def stop(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(1)
