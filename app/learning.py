"""`python -m app.learning`: what «Forventet ferdig» rests on, learnt again in a process of its own.

It is seconds of pure computing, which no delivery and no clock should wait for, and its memory goes back when it ends.
"""

from __future__ import annotations

import asyncio
import os
import sys

from app.database.due import slot_is_taken
from app.database.session import Sessions, make_engine, make_sessions
from app.events.log import database_now
from app.logs import write_logs
from app.settings import get_settings
from app.tickets.expecting import REFRESH, REFRESH_EVERY, refresh_expected


async def learn_apart(sessions: Sessions, database_url: str) -> None:
    """Start it unless somebody in the house did within the hour, and wait for its end. Raises when it failed."""
    async with sessions() as session:
        at = await database_now(session)
        if await slot_is_taken(session, REFRESH, every=REFRESH_EVERY, at=at):
            return
    environment = {**os.environ, "SKRANKE_DATABASE_URL": database_url}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "app.learning", env=environment)
    try:
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    if status != 0:
        raise ChildProcessError(f"app.learning ended with {status}")


async def _learn(url: str) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        await refresh_expected(make_sessions(engine))
    finally:
        await engine.dispose()


if __name__ == "__main__":
    write_logs()
    named = get_settings().database_url
    assert named is not None, "whoever starts this says which database"
    asyncio.run(_learn(named))
