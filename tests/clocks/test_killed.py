"""Three nodes sweep at once and are killed again and again: no step is lost, none is told twice."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.clocks.rebuild import rebuild
from app.database.session import transaction
from app.identity.me import load_actor
from app.settings import PROJECT, Settings
from tests.clocks.stories import long_ago, open_one
from tests.house import open_house
from tests.postgres import Database

TICKETS = 80
NODES = 3
KILLS = 3
CLOCKS, STEPS, TOLD = 4, 4, 3
"""Of each ticket, and of each clock: see test_sweep."""
PATIENCE_SECONDS = 60

Process = asyncio.subprocess.Process


@asynccontextmanager
async def node(url: str) -> AsyncIterator[Process]:
    """One sweeper that has reached the database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.clocks.sweeper", url, "5", stdout=asyncio.subprocess.PIPE, cwd=PROJECT
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.anyio
async def test_nothing_is_lost_or_doubled_when_sweepers_are_killed(
    fresh_database: Database, settings: Settings, shipped: Any
) -> None:
    url = fresh_database.app_url
    async with open_house(fresh_database, settings, shipped) as house:
        async with transaction(house.sessions) as session:
            alice = await load_actor(session, house.cast.alice.id)
            for _ in range(TICKETS):
                await open_one(session, alice, house.published)
        await long_ago(house.sessions, fresh_database.owner_url)
        for _ in range(KILLS):
            async with node(url), node(url), node(url) as unlucky:
                assert unlucky.stdout is not None
                await unlucky.stdout.readline()
                await asyncio.sleep(random.uniform(0, 0.05))
        left = "SELECT count(*) FROM clocks WHERE next_at <= clock_timestamp()"
        async with node(url) as last, node(url), node(url), asyncio.timeout(PATIENCE_SECONDS):
            assert last.stdout is not None
            while await last.stdout.readline() != b"0\n" or await house.scalar(left):
                """It says after each batch how many it found."""
        clocks = TICKETS * CLOCKS
        assert await house.scalar("SELECT count(*) FROM clock_steps") == clocks * STEPS
        events = (
            "SELECT count(*), count(DISTINCT (subject_id, kind)) FROM events WHERE subject_kind = 'clock'"
        )
        assert await house.scalar(
            f"SELECT (array[count, distinct_]) FROM ({events}) found (count, distinct_)"
        ) == [
            clocks * TOLD,
            clocks * TOLD,
        ]
        assert await house.scalar("SELECT count(*) FROM deliveries WHERE topic LIKE 'clock.%'") == clocks
        assert (await rebuild(house.sessions, repair=False)).different == []
