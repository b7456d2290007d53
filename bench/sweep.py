"""`python -m bench.sweep`: ten thousand promises broken in the same minute, decided by one node and by three."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter, process_time
from typing import Any

import asyncpg
import orjson
from sqlalchemy.engine import make_url

from app.catalogue.published import Published, load_published, publish
from app.clocks.compute import Course, course_of, read, steps_of
from app.clocks.deciding import step_row, values_of
from app.clocks.log import Happened
from app.clocks.promised import ClockKind, House
from app.clocks.situation import moments_of
from app.clocks.sweep import sweep
from app.database.embedded import Embedded
from app.database.migrate import migrate
from app.database.session import make_engine, make_sessions, transaction
from app.settings import get_settings
from bench import data, report
from service_catalog.load import load_catalogue
from sla.load import load_sla

CLOCKS = 10_000
AGREEMENT, PRIORITY = "it-kritisk", "critical"
"""Round the clock: so that the minute before now is an open one, whenever the bench runs."""
MOST_SECONDS = 5.0
NODES = (1, 3)
MINUTE = timedelta(minutes=1)
DATABASE = "bench_sweep"


@dataclass(frozen=True)
class Found:
    """What stood in the tables afterwards."""

    steps: int
    events: int
    notices: int
    left: int

    @property
    def is_right(self) -> bool:
        """Each promise was broken once, in the record, in the log, and to those who are told."""
        return (self.steps, self.events, self.notices, self.left) == (CLOCKS, CLOCKS, CLOCKS, 0)


def main() -> None:
    with data.server() as embedded:
        rows: list[tuple[str, float, str, float | None]] = []
        for nodes in NODES:
            seconds, cpu, found = asyncio.run(run(embedded, nodes))
            if not found.is_right:
                raise SystemExit(
                    f"{nodes} at once: {found}, and each of the four should be {CLOCKS}, or none left"
                )
            what = f"sweep: {CLOCKS:,} clocks due in one minute, {nodes} at once"
            rows += [(what, seconds, "s", MOST_SECONDS), (f"{what}: their CPU", cpu, "s", None)]
        print("\n" + report.figures(rows), flush=True)


async def run(embedded: Embedded, nodes: int) -> tuple[float, float, Found]:
    owner, app = (make_url(url).set(database=DATABASE) for url in (embedded.owner_url, embedded.app_url))
    owner_url, app_url = (url.render_as_string(hide_password=False) for url in (owner, app))
    await _fresh(embedded.admin_url)
    await asyncio.to_thread(migrate, owner_url)
    await _fill(owner_url)
    seconds, cpu = await asyncio.to_thread(_race, app_url, nodes)
    return seconds, cpu, await _found(owner_url)


async def _fresh(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {DATABASE} OWNER skranke_owner")
    finally:
        await connection.close()


async def _fill(owner_url: str) -> None:
    """Subjects whose response is due within the minute before now, as their rows stood a minute before that."""
    published = await _publish(owner_url)
    connection = await asyncpg.connect(owner_url)
    try:
        now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        courses = [_course(published, now, n) for n in range(CLOCKS)]
        await _copy(connection, "events", [_opening(course, n) for n, course in enumerate(courses, start=1)])
        await _copy(connection, "clocks", [_row(course, n) for n, course in enumerate(courses, start=1)])
        decided = [step for n, course in enumerate(courses, start=1) for step in _steps(course, n)]
        await _copy(connection, "clock_steps", decided)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _publish(owner_url: str) -> Published:
    settings = get_settings()
    engine = make_engine(owner_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            await publish(
                session, load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder), by="bench"
            )
            return await load_published(session)
    finally:
        await engine.dispose()


def _course(published: Published, now: datetime, n: int) -> Course:
    agreement = published.versions[AGREEMENT][-1]
    target = agreement.promise(PRIORITY).response.working
    assert target is not None
    opened_at = now - target - MINUTE + n * MINUTE / CLOCKS
    terms = {
        "catalogue_version": published.version,
        "agreement": AGREEMENT,
        "agreement_version": agreement.version,
        "priority": PRIORITY,
        "unit": agreement.provider,
    }
    moments = moments_of([Happened("ticket.opened", opened_at, terms)])
    course = course_of(ClockKind.RESPONSE, "", moments, House({published.version: published}))
    assert course is not None
    return course


def _kept_at(course: Course) -> datetime:
    """Just before it is due: what warns of it has been decided."""
    due = read(course, at=course.started_at).due_at
    assert due is not None
    return due - timedelta(milliseconds=1)


def _opening(course: Course, n: int) -> dict[str, Any]:
    terms = course.period.terms
    payload = {
        "catalogue_version": terms.catalogue_version,
        "agreement": terms.agreement,
        "agreement_version": terms.agreement_version,
        "priority": PRIORITY,
        "unit": "it",
    }
    return {
        "subject_kind": "ticket",
        "subject_id": n,
        "seq": 1,
        "kind": "ticket.opened",
        "at": course.started_at,
        "payload": orjson.dumps(payload).decode(),
    }


def _row(course: Course, n: int) -> dict[str, Any]:
    at = _kept_at(course)
    who = {"id": n, "subject_kind": "ticket", "subject_id": n, "kind": course.kind.value, "part": ""}
    return {**who, **values_of(course, read(course, at=at)), "event_seq": 0, "last_event_at": at}


def _steps(course: Course, n: int) -> list[dict[str, Any]]:
    return [step_row(n, step, decided_at=step.at) for step in steps_of(course, at=_kept_at(course))]


async def _copy(connection: Any, table: str, rows: Sequence[dict[str, Any]]) -> None:
    records = [tuple(row.values()) for row in rows]
    await connection.copy_records_to_table(table, records=records, columns=list(rows[0]))


def _race(app_url: str, nodes: int) -> tuple[float, float]:
    """Seconds from the start until nobody finds any more, and of CPU; each node is a process of its own."""
    context = multiprocessing.get_context("spawn")
    ready, go, cpu = context.Semaphore(0), context.Event(), context.Queue()
    running = [context.Process(target=_node, args=(app_url, ready, go, cpu)) for _ in range(nodes)]
    for process in running:
        process.start()
    for _ in running:
        ready.acquire()
    began = perf_counter()
    go.set()
    used = sum(cpu.get() for _ in running)
    seconds = perf_counter() - began
    for process in running:
        process.join()
    return seconds, used


def _node(app_url: str, ready: Any, go: Any, cpu: Any) -> None:
    cpu.put(asyncio.run(_sweep_all(app_url, ready, go)))


async def _sweep_all(app_url: str, ready: Any, go: Any) -> float:
    """As the work process does: batch after batch, each in a transaction of its own. Seconds of CPU."""
    engine = make_engine(app_url, pool_size=1)
    sessions = make_sessions(engine)
    try:
        async with transaction(sessions) as session:
            await load_published(session)
        ready.release()
        await asyncio.to_thread(go.wait)
        began = process_time()
        while True:
            async with transaction(sessions) as session:
                if not await sweep(session):
                    return process_time() - began
    finally:
        await engine.dispose()


async def _found(owner_url: str) -> Found:
    connection = await asyncpg.connect(owner_url)
    try:
        counted = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM clock_steps WHERE step = 100),"
            " (SELECT count(*) FROM events WHERE kind = 'clock.breached'),"
            " (SELECT count(*) FROM deliveries WHERE topic = 'clock.breached'),"
            " (SELECT count(*) FROM clocks WHERE breached_at IS NULL)"
        )
        assert counted is not None
        return Found(*counted)
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
