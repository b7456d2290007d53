"""A node that sweeps until nothing is left; started and killed by the tests: `python -m tests.clocks.sweeper URL LIMIT`."""

from __future__ import annotations

import asyncio
import sys

from app.clocks.sweep import sweep
from app.database.session import make_engine, make_sessions, transaction


async def main(url: str, limit: int) -> None:
    sessions = make_sessions(make_engine(url, pool_size=None))
    print("ready", flush=True)
    while True:
        async with transaction(sessions) as session:
            found = await sweep(session, limit=limit)
        print(found, flush=True)
        if not found:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
