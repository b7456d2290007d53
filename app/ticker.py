"""How `work` runs the jobs on every node: each at its interval, never beside itself, until the process is to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as ConnectionsTaken

from app.access.provisioning import effects as access_effects
from app.access.provisioning import open_all
from app.access.targets import configured
from app.audit.chain import keys_of
from app.child import PARENT
from app.database.session import make_engine, make_sessions
from app.jobs import JOBS, Job, Node, effects_of, send_jobs
from app.journeys.signing import signer_of
from app.settings import Settings
from app.tasks.callback import effects as task_callbacks
from app.tasks.sources import sources_in
from app.tickets.attachments import open_store

log = structlog.get_logger(__name__)

STOP_SECONDS = 4.0
"""What is under way when the process is asked to stop may take this long; the parent waits five seconds."""
MOST_ROUNDS = 50
"""A job that finds ever more to do lets the others in after so many batches and goes on at its next tick."""
WAIT_SECONDS = 30.0
"""Nobody waits for a job: it has patience until a connection is free."""
APART = timedelta(milliseconds=50)
"""Between the first ticks of two jobs."""


async def run(job: Job, node: Node) -> None:
    """Batch after batch until nothing is left. A failure is recorded and ends this tick only."""
    try:
        for _ in range(MOST_ROUNDS):
            if not await job.round(node):
                return
    except ConnectionsTaken:
        # The other jobs have them all; what this one would have done is there at its next tick.
        log.warning("job.no_connection", job=job.name)
    except (OSError, InterfaceError, OperationalError) as away:
        # The database restarts or is out of reach: every job says so at every tick, in one line.
        log.warning("job.database_away", job=job.name, error=str(away).splitlines()[0][:200])
    except Exception:  # The loop's edge: one job must not stop the others.
        log.exception("job.failed", job=job.name)


async def work(settings: Settings) -> None:
    """Tick until SIGTERM, SIGINT, or until the parent is gone; then let what is under way end."""
    if settings.database_url is None:
        raise SystemExit("SKRANKE_DATABASE_URL is not set; `skranke serve` sets it for the embedded server.")
    engine = make_engine(settings.database_url, pool_size=settings.pool_size, wait_seconds=WAIT_SECONDS)
    sessions, targets = make_sessions(engine), configured()
    provisioners, task_sources = open_all(targets), sources_in(settings.task_sources_file)
    node = Node(
        sessions,
        settings.database_url,
        open_store(settings),
        effects_of(settings) | access_effects(sessions, targets, provisioners) | task_callbacks(task_sources),
        keys_of(settings),
        timedelta(days=settings.deliveries_kept_days),
        targets,
        provisioners,
        settings.access_tickets_by_itself,
        settings.access_most_taken,
        settings.hr_unit,
        signer_of(settings),
        task_sources=task_sources,
    )
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        await tick(node, (*JOBS, *send_jobs(node.effects)), stopping)
    finally:
        for provisioner in provisioners.values():
            await provisioner.close()
        await engine.dispose()


async def tick(node: Node, jobs: tuple[Job, ...], stopping: asyncio.Event) -> None:
    """Run each job now and at its interval, never beside itself, until `stopping` is set."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    running: set[asyncio.Task[None]] = set()
    cut: set[asyncio.Task[None]] = set()

    async def tracked(job: Job) -> None:
        task = asyncio.ensure_future(run(job, node))
        running.add(task)
        if job.may_be_cut:
            cut.add(task)
            task.add_done_callback(cut.discard)
        task.add_done_callback(running.discard)
        # Shielded: the scheduler cancels what it waits for when it stops; `running` is given its time first.
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not stopping.is_set():
                raise

    # A tick that finds its job still running is skipped, which is meant and not worth a warning.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = AsyncIOScheduler(timezone=UTC)
    begins = datetime.now(UTC)
    for place, job in enumerate(jobs):
        trigger = IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC)
        # At once, too: after an outage nothing waits for the first interval to pass. One after the other: there are
        # more jobs than connections.
        scheduler.add_job(
            tracked,
            trigger,
            args=[job],
            id=job.name,
            next_run_time=begins + place * APART,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    await _until(stopping, parent=int(os.environ.get(PARENT, os.getppid())))
    scheduler.pause()
    for task in cut:
        task.cancel()
    if running:
        _, late = await asyncio.wait(set(running), timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    scheduler.shutdown(wait=False)


async def _until(stopping: asyncio.Event, *, parent: int) -> None:
    """Also when the parent was killed: an orphan would go on sending beside its successor for no reason."""
    while not stopping.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stopping.wait(), timeout=1)
        except TimeoutError:
            continue
