"""What was acknowledged is there, exactly once, whatever is killed (P1, P2): a real server, fsync on, kill -9."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.database.embedded import Embedded, open_embedded
from app.database.migrate import migrate
from app.database.session import make_engine, make_sessions, transaction
from app.events.log import database_now
from app.identity.tokens import Scope, create_token
from app.settings import PROJECT
from app.supervisor import Child
from tests.cast import hire_cast
from tests.conftest import publish_shipped
from tests.tickets.asking import PC_BROKEN

KILLS = 3
CLIENTS = 4
PATIENCE_SECONDS = 20.0


@pytest.fixture
def data() -> Iterator[Path]:
    """Not under pytest's own folders: as root, PostgreSQL runs as somebody who cannot reach them."""
    with tempfile.TemporaryDirectory(prefix="skranke-kill-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@dataclass
class Desk:
    """Clients that post until told to stop, and remember what was promised to them."""

    url: str
    token: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Idempotency-Key → Location."""
    broken: int = 0
    stopping: bool = False
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def post_until_stopped(self, name: int) -> None:
        number = 0
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as client:
            while not self.stopping:
                number += 1
                await self._post(client, f"client-{name}-{number}")

    async def _post(self, client: httpx.AsyncClient, key: str) -> None:
        """One ticket, sent again under the same key until somebody says yes."""
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key}
        body = PC_BROKEN | {"subject": key}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    response = await client.post("/api/v1/tickets", json=body, headers=headers)
                except httpx.TransportError:
                    self.broken += 1
                else:
                    if response.status_code == 201:
                        self.acknowledged[key] = response.headers["location"]
                        self.heard.set()
                        return
                    # A database that is away is a 503, and never anything that says «give up».
                    assert response.status_code == 503, f"{response.status_code} {response.text[:300]}"
                    self.broken += 1
                await asyncio.sleep(0.1)


@contextmanager
def web_worker(embedded: Embedded) -> Iterator[tuple[Child, str]]:
    """One worker as the supervisor starts it, on a socket that outlives it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SKRANKE_")}
        environment |= {"SKRANKE_DATABASE_URL": embedded.app_url, "SKRANKE_DATA": str(embedded.data)}
        environment |= {"SKRANKE_PERSON_REQUESTS_PER_MINUTE": "0"}
        command = [sys.executable, "-m", "app.worker", str(listener.fileno())]
        child = Child("web", command, environment | {"PYTHONPATH": str(PROJECT)}, (listener.fileno(),))
        child.start()
        try:
            yield child, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            assert child.process is not None
            child.process.kill()
            child.process.wait()


async def prepared(embedded: Embedded, shipped: Any) -> str:
    """Tables, people and a published catalogue; Alice's token."""
    await asyncio.to_thread(migrate, embedded.owner_url)
    engine = make_engine(embedded.app_url, pool_size=None)
    try:
        sessions = make_sessions(engine)
        await publish_shipped(sessions, shipped)
        async with transaction(sessions) as session:
            cast = await hire_cast(session)
            at = await database_now(session)
            return await create_token(
                session,
                cast.alice.id,
                "kill",
                {Scope.READ, Scope.WRITE},
                at=at,
                expires_at=at + timedelta(hours=1),
            )
    finally:
        await engine.dispose()


def kill_postmaster(data: Path) -> None:
    postmaster = int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)


async def kill_web(child: Child) -> None:
    assert child.process is not None
    child.process.kill()
    await asyncio.to_thread(child.process.wait)
    child.deaths = 0  # Else each death in a row makes the supervisor wait longer, as it should.
    child.keep_alive()
    while child.process is None:
        await asyncio.sleep(0.05)
        child.keep_alive()


async def some_more(desk: Desk) -> None:
    """Until something was acknowledged since now: each kill hits a house that is at work."""
    there = len(desk.acknowledged)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(desk.acknowledged) < there + CLIENTS:
            desk.heard.clear()
            await desk.heard.wait()
    await asyncio.sleep(random.uniform(0, 0.1))


@asynccontextmanager
async def clients(desk: Desk) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        for name in range(CLIENTS):
            group.create_task(desk.post_until_stopped(name))
        yield
        desk.stopping = True


async def test_no_acknowledged_ticket_is_lost_or_doubled_by_kill_9(data: Path, shipped: Any) -> None:
    with open_embedded(data) as embedded:
        token = await prepared(embedded, shipped)
        with web_worker(embedded) as (child, url):
            desk = Desk(url, token)
            async with clients(desk):
                for _ in range(KILLS):
                    await some_more(desk)
                    kill_postmaster(data)
                    await asyncio.to_thread(start_again, data)
                    await some_more(desk)
                    await kill_web(child)
                await some_more(desk)
        assert desk.broken > 0, "nothing was interrupted: the kills did not hit"
        await assert_all_there(embedded, desk)


def start_again(data: Path) -> None:
    """As the next user of the folder does: the dead server is found, started, and left running for us."""
    with open_embedded(data):
        pass


async def assert_all_there(embedded: Embedded, desk: Desk) -> None:
    connection = await asyncpg.connect(embedded.app_url)
    try:
        assert await connection.fetchval("SHOW fsync") == "on"
        subjects = [row["subject"] for row in await connection.fetch("SELECT subject FROM tickets")]
        numbers = {row["location"] for row in await connection.fetch("SELECT location FROM idempotency_keys")}
        gaps = await connection.fetch(
            "SELECT subject_kind, subject_id FROM events GROUP BY 1, 2"
            " HAVING min(seq) <> 1 OR max(seq) <> count(*)"
        )
        # All are of one service, so a whole ticket has as many clocks as the one that has most.
        half = await connection.fetchval(
            "WITH kept AS (SELECT subject_id, count(*) AS number FROM clocks GROUP BY subject_id)"
            " SELECT count(*) FROM tickets t LEFT JOIN kept ON subject_id = t.id WHERE event_seq <> 1"
            " OR number IS DISTINCT FROM (SELECT max(number) FROM kept) OR number < 2"
            " OR NOT EXISTS (SELECT FROM deliveries WHERE key = 'ticket.opened:' || t.id)"
        )
    finally:
        await connection.close()
    assert len(subjects) == len(set(subjects)), "a retry made a second ticket"
    assert set(desk.acknowledged) <= set(subjects), "an acknowledged ticket is gone"
    assert set(desk.acknowledged.values()) <= numbers
    assert gaps == []
    assert half == 0
