"""Alembic's entry: one connection as the owner, one transaction, one migrator at a time."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.base import ischema_names

from app.database.model import Xid8
from app.database.session import make_engine
from app.settings import get_settings
from migrations.tables import all_tables

# Reflection does not know xid8, and `alembic check` must compare it like any other type.
ischema_names["xid8"] = Xid8

# Two nodes that start together both migrate: the second waits here, then finds nothing left to do.
MIGRATOR_LOCK = 7_203_114


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=all_tables(), compare_type=True, compare_server_default=True
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATOR_LOCK})
        # A migration that must wait for a lock makes everybody wait behind it: rather fail and be run again.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.run_migrations()


async def connect_and_run(owner_url: str) -> None:
    engine = make_engine(owner_url, pool_size=None)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


def main() -> None:
    given: str | None = context.config.attributes.get("owner_url")
    owner_url = given or get_settings().owner_database_url
    if owner_url is None:
        raise SystemExit(
            "Set SKRANKE_OWNER_DATABASE_URL, or use `skranke migrate` for the embedded database."
        )
    asyncio.run(connect_and_run(owner_url))


main()
