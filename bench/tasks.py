"""What the leader's list costs with 200 tasks, on the bench's own data: `python -m bench.tasks --scale full`.

They are put on the list of somebody who leads for as long as it is measured, of the kinds and with the orders that stand
there already, and are gone afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import delete, select

from app.catalogue.published import load_published
from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.demo.fill import Scale
from app.events.log import database_now
from app.identity.sessions import cookie_name, create_session
from app.people.models import Person
from app.settings import Settings
from app.tasks.actions import NewTask, place
from app.tasks.models import OURS, Consequence, Kind, Task
from bench import data
from bench.__main__ import WORKERS, serving
from bench.client import Target, get, once
from bench.measure import alone, percentile_ms
from bench.processes import cpu_seconds, settled

LEADER = "Marit Haugen"
FEW, MANY = 5, 200
MOST_MS = 30.0
"""Issue «The leader's one list»: the median, for a leader with so many."""
MARK = "bench:"


@asynccontextmanager
async def with_tasks(sessions: Sessions, person_id: int, count: int) -> AsyncIterator[None]:
    """Half from another system, half of the annual wheel with their checklists; of every consequence, over a year."""
    async with transaction(sessions) as session:
        published, at = await load_published(session), await database_now(session)
        activities = [each.key for each in published.catalogue.wheel.values() if each.steps]
        grave = list(Consequence)
        wanted = [
            NewTask(
                f"wheel:{activities[n % len(activities)]}:{MARK}:{n}" if n % 2 else f"{MARK}{n}",
                Kind.RECURRING if n % 2 else Kind.EXTERNAL,
                grave[n % len(grave)],
                person_id,
                source=OURS if n % 2 else "bench",
                title=None if n % 2 else f"Attester timelister {n}",
                due_at=at + timedelta(days=n * 365 / count - 5),
                minutes=15,
            )
            for n in range(count)
        ]
        await place(session, wanted)
    try:
        yield
    finally:
        async with transaction(sessions) as session:
            await session.execute(delete(Task).where(Task.key.contains(MARK)))


async def measure(database: data.Database, settings: Settings, seconds: float) -> bool:
    engine = make_engine(database.app_url, pool_size=2)
    sessions = make_sessions(engine)
    try:
        async with transaction(sessions) as session:
            person_id = (await session.scalars(select(Person.id).where(Person.name == LEADER))).one()
            secret = await create_session(session, person_id, settings, at=await database_now(session))
        cookie = f"Cookie: {cookie_name(settings)}={secret}\r\n"
        found = {}
        with serving(database.app_url) as ours:
            await settled(ours.process)
            target = Target(ours.port, lambda _n: get("/leder", cookie))
            for count in (FEW, MANY):
                async with with_tasks(sessions, person_id, count):
                    size = len(await once(target))
                    before = cpu_seconds(ours.process)
                    sample = await alone(target, seconds=seconds)
                    # With what the jobs use meanwhile: on a quiet machine little.
                    cpu_ms = 1000 * (cpu_seconds(ours.process) - before) / len(sample.latencies)
                found[count] = percentile_ms(sample.latencies, 50)
                slow = percentile_ms(sample.latencies, 95)
                print(
                    f"/leder with {count} tasks: p50 {found[count]:.1f} ms, p95 {slow:.1f} ms,"
                    f" {cpu_ms:.1f} ms of our CPU, {size:,} bytes"
                )
    finally:
        await engine.dispose()
    print(
        f"goal for {MANY}: p50 <= {MOST_MS:.0f} ms {'reached' if found[MANY] <= MOST_MS else 'NOT reached'}"
    )
    return found[MANY] <= MOST_MS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.tasks", description=__doc__)
    parser.add_argument("--scale", choices=("small", "full"), default="full")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    scale: Scale = options.scale
    with data.server() as embedded:
        database = data.prepare(embedded, scale)
        done = asyncio.run(measure(database, Settings(demo=False, workers=WORKERS), options.seconds))
    return 0 if done else 1


if __name__ == "__main__":
    raise SystemExit(main())
