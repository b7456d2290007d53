"""Rebuilding a large house: stretches of subjects side by side, one process for each core."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from app.clocks.rebuild import Rebuilt, extent, rebuild
from app.database.session import Sessions, make_engine, make_sessions

STRETCH = 20_000
"""Subjects in one piece of work; fewer are done in this process."""
UNHURRIED = {"statement_timeout": "0"}


async def rebuild_all(sessions: Sessions, app_url: str, *, repair: bool) -> Rebuilt:
    """As `rebuild`, of everything."""
    first, last = await extent(sessions)
    if last - first < STRETCH:
        return await rebuild(sessions, repair=repair)
    loop, cores = asyncio.get_running_loop(), os.cpu_count() or 1
    result = Rebuilt()
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        pieces = [
            loop.run_in_executor(pool, _piece, app_url, repair, start, min(start + STRETCH - 1, last))
            for start in range(first, last + 1, STRETCH)
        ]
        for piece in pieces:
            found = await piece
            result.read += found.read
            result.different += found.different
    return result


def _piece(app_url: str, repair: bool, first: int, last: int) -> Rebuilt:
    return asyncio.run(_rebuild(app_url, repair, first, last))


async def _rebuild(app_url: str, repair: bool, first: int, last: int) -> Rebuilt:
    engine = make_engine(app_url, pool_size=None, settings=UNHURRIED)
    try:
        return await rebuild(make_sessions(engine), repair=repair, first=first, last=last)
    finally:
        await engine.dispose()
