"""Filling an empty database with a believable municipality; a filled one is left as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import asyncpg

from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.demo.copying import Connection
    from app.demo.pressure import Trouble

Scale = Literal["small", "full", "ten-thousand", "thirty-thousand"]
"""`ten-thousand`: everybody of full, and few tickets: what the bench compares a million with.
`thirty-thousand`: the people of small, with enough tickets for the backtest of a history where something goes wrong."""


@dataclass(frozen=True)
class Summary:
    """What stands in the database after `fill`."""

    scale: Scale
    anchor: datetime
    people: int
    org_units: int
    tickets: int
    seconds: float
    already_there: bool


class CannotFill(Exception):
    """The database holds something that this program did not finish putting there."""


async def fill(
    owner_url: str,
    scale: Scale,
    *,
    at: datetime,
    settings: Settings | None = None,
    trouble: Trouble | None = None,
) -> Summary:
    """Publish the catalogue and load people and tickets as of `at`. On a filled database nothing changes.

    The same `scale`, `at` and `trouble` give the same rows. Needs the owner's URL: the application's role may not set sequences.
    """
    began = perf_counter()
    connection = await asyncpg.connect(owner_url)
    try:
        before = await _filled_at(connection)
        if before is not None:
            return await _summary(connection, scale, before, began, already_there=True)
        if await connection.fetchval("SELECT EXISTS (SELECT FROM persons)"):
            raise CannotFill(
                "Databasen har innhold fra før. Bruk «skranke demo --reset» for å begynne på nytt."
            )
        # Later starts end above and need none of what the load imports.
        from app.demo.loading import load
        from app.demo.pressure import ORDINARY

        await load(
            connection,
            owner_url,
            scale,
            at=at,
            settings=settings or get_settings(),
            trouble=trouble or ORDINARY,
        )
        await connection.execute("INSERT INTO job_runs (job, slot) VALUES ('demo.fill', $1)", at)
        return await _summary(connection, scale, at, began, already_there=False)
    finally:
        await connection.close()


async def reset(owner_url: str, settings: Settings) -> None:
    """Empty the database of everything but what was published. Only in a demo, whatever the caller believes."""
    if not settings.demo:
        raise CannotFill("--reset finnes bare i demoen (SKRANKE_DEMO=1).")
    connection = await asyncpg.connect(owner_url)
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('alembic_version', 'catalogue_versions')"
        )
        names = ", ".join(row["tablename"] for row in tables)
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        await connection.execute("ALTER SEQUENCE ticket_number RESTART")
    finally:
        await connection.close()


async def _filled_at(connection: Connection) -> datetime | None:
    """The anchor of a fill that was finished; None when there was none."""
    found: datetime | None = await connection.fetchval(
        "SELECT max(slot) FROM job_runs WHERE job = 'demo.fill'"
    )
    return found


async def _summary(
    connection: Connection, scale: Scale, anchor: datetime, began: float, *, already_there: bool
) -> Summary:
    people, org_units, tickets = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM persons), (SELECT count(*) FROM org_units), (SELECT count(*) FROM tickets)"
    ) or (0, 0, 0)
    return Summary(scale, anchor, people, org_units, tickets, perf_counter() - began, already_there)
