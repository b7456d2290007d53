"""Recurring work: on every node, once where once matters, and never stopped by one bad job."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import ticker
from app.audit.chain import keys_of
from app.database.due import JobRun, forget_old_runs, own_slot
from app.database.session import Sessions, make_engine, make_sessions, transaction
from app.deliveries.models import Delivery
from app.deliveries.queue import deliver_later
from app.jobs import JOBS, Job, Node, effects_of, once, send_jobs
from app.settings import PROJECT, Settings
from app.ticker import run, tick
from app.tickets.attachments import open_store
from tests.conftest import OwnDatabase

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def node(sessions: Sessions, settings: Settings, url: str = "postgresql:///nobody-asks") -> Node:
    return Node(sessions, url, open_store(settings), effects_of(settings), keys_of(settings))


async def test_every_job_runs_on_an_empty_database_and_twice_in_a_row(
    own_database: OwnDatabase, settings: Settings
) -> None:
    here = node(own_database.sessions, settings, own_database.app_url)
    for job in (*JOBS, *JOBS):
        assert await job.round(here) == 0, job.name


async def test_a_slot_is_owned_by_one(own_database: OwnDatabase) -> None:
    async def claim(at: datetime) -> bool:
        async with own_database.transaction() as session:
            return await own_slot(session, "report", every=HOUR, at=at)

    assert sorted(await asyncio.gather(*(claim(NOON) for _ in range(8)))) == [False] * 7 + [True]
    assert not await claim(NOON + timedelta(minutes=59))
    assert await claim(NOON + HOUR)


async def test_a_job_that_is_run_once_runs_once_on_three_nodes(
    own_database: OwnDatabase, settings: Settings
) -> None:
    ran: list[datetime] = []

    async def action(_: AsyncSession, at: datetime) -> None:
        ran.append(at)

    job = once("report", timedelta(days=1), action)
    nodes = [node(own_database.sessions, settings) for _ in range(3)]
    await asyncio.gather(*(run(job, one) for one in nodes))
    assert len(ran) == 1


async def test_a_job_that_failed_gives_its_slot_back(own_database: OwnDatabase, settings: Settings) -> None:
    tries: list[bool] = []

    async def action(_: AsyncSession, __: datetime) -> None:
        tries.append(True)
        if len(tries) == 1:
            raise RuntimeError("not this time")

    job = once("report", timedelta(days=1), action)
    for _ in range(3):
        await run(job, node(own_database.sessions, settings))
    assert len(tries) == 2


async def test_a_failing_job_does_not_stop_the_others(sessions: Sessions, settings: Settings) -> None:
    rounds: list[str] = []
    stopping = asyncio.Event()

    async def fails(_: Node) -> int:
        rounds.append("fails")
        raise RuntimeError("broken")

    async def works(_: Node) -> int:
        rounds.append("works")
        if rounds.count("works") == 3:
            stopping.set()
        return 0

    every = timedelta(seconds=0.05)
    await tick(node(sessions, settings), (Job("a", every, fails), Job("b", every, works)), stopping)
    assert rounds.count("works") >= 3
    assert rounds.count("fails") >= 2


async def test_a_database_that_is_away_ends_the_tick_and_not_the_process(
    settings: Settings, tmp_path: Path
) -> None:
    nowhere = make_engine(f"postgresql://skranke_app@/skranke?host={tmp_path}", pool_size=None)
    for job in JOBS:
        await run(job, node(make_sessions(nowhere), settings))
    await nowhere.dispose()


async def test_a_job_never_runs_beside_itself(sessions: Sessions, settings: Settings) -> None:
    stopping = asyncio.Event()
    now, most, rounds = 0, 0, 0

    async def slow(_: Node) -> int:
        nonlocal now, most, rounds
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.15)
        now -= 1
        rounds += 1
        if rounds == 2:
            stopping.set()
        return 0

    await tick(node(sessions, settings), (Job("slow", timedelta(seconds=0.03), slow),), stopping)
    assert most == 1


async def test_what_is_under_way_ends_before_the_process_does(sessions: Sessions, settings: Settings) -> None:
    stopping = asyncio.Event()
    ended: list[bool] = []

    async def slow(_: Node) -> int:
        stopping.set()
        await asyncio.sleep(0.3)
        ended.append(True)
        return 0

    await tick(node(sessions, settings), (Job("slow", HOUR, slow),), stopping)
    assert ended == [True]


async def test_what_hangs_is_cut_off(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker, "STOP_SECONDS", 0.1)
    stopping = asyncio.Event()

    async def hangs(_: Node) -> int:
        stopping.set()
        await asyncio.sleep(60)
        return 0

    began = time.monotonic()
    await tick(node(sessions, settings), (Job("hangs", HOUR, hangs),), stopping)
    assert time.monotonic() - began < 5


async def test_old_runs_are_forgotten_but_the_last_of_each_job(session: AsyncSession) -> None:
    for job, days in (("report", 1), ("report", 40), ("demo", 50), ("demo", 60)):
        session.add(JobRun(job=job, slot=NOON - days * 24 * HOUR, started_at=NOON - days * 24 * HOUR))
    await session.flush()
    await forget_old_runs(session, at=NOON)
    left = (await session.execute(select(JobRun.job, JobRun.slot))).all()
    assert {(job, (NOON - slot).days) for job, slot in left} == {("report", 1), ("demo", 50)}


async def test_without_a_mail_server_mail_waits(own_database: OwnDatabase, settings: Settings) -> None:
    async with own_database.transaction() as session:
        await deliver_later(session, "ticket.opened", key="a", payload={"ticket_id": 1}, recipient_id=1)
    jobs = send_jobs(node(own_database.sessions, settings).effects)
    assert [job.name for job in jobs] == ["deliveries.send.teams"]
    async with transaction(own_database.sessions) as session:
        row = (await session.scalars(select(Delivery))).one()
    assert (row.attempts, row.sent_at, row.parked_at) == (0, None, None)


async def test_work_stops_within_five_seconds_of_being_asked(
    own_database: OwnDatabase, tmp_path: Path
) -> None:
    environment = {**os.environ, "SKRANKE_DATABASE_URL": own_database.app_url, "SKRANKE_DATA": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.work", env=environment, cwd=PROJECT
    )
    try:
        await _until_jobs_have_run(own_database)
        process.terminate()
        began = time.monotonic()
        assert await asyncio.wait_for(process.wait(), timeout=10) == 0
        assert time.monotonic() - began < 5
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _until_jobs_have_run(database: OwnDatabase) -> None:
    async with asyncio.timeout(30):
        while True:
            async with transaction(database.sessions) as session:
                if (await session.execute(select(func.count()).select_from(JobRun))).scalar_one() >= 3:
                    return
            await asyncio.sleep(0.1)
