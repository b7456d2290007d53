"""Random verbs through the API of a real server that is killed now and then: `python -m tests.faults.many_actions 20000`.

Afterwards the clocks are what the log says. Now and then everything is moved back in time, so that promises run out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from app.clocks.rebuild import Rebuilt, rebuild
from app.database.embedded import Embedded, open_embedded
from app.database.migrate import migrate
from app.database.session import make_engine, make_sessions, transaction
from app.events.log import database_now
from app.identity.tokens import Scope, create_token
from app.settings import PROJECT, Settings
from service_catalog.load import load_catalogue
from sla.load import load_sla
from tests.cast import hire_cast
from tests.conftest import publish_shipped
from tests.faults.test_acknowledged_writes import kill_web, web_worker
from tests.tickets.asking import PC_BROKEN

CLIENTS = 6
TICKETS_EACH = 12
"""So many actions to every ticket, about."""
PEOPLE = ("alice", "bob", "frida", "carol")
ALLOWED = frozenset({200, 201, 204, 403, 404, 409, 412, 422, 503})
LATER = timedelta(hours=31)
MOVED = {
    "events": ("at",),
    "tickets": ("opened_at", "last_event_at", "resolved_at", "closes_at"),
    "clocks": ("last_event_at",),
    "clock_steps": ("at", "decided_at"),
}
VERBS: dict[str, dict[str, Any] | None] = {
    "waiting": {"reason": "requester"},
    "waiting?supplier": {"reason": "supplier"},
    "-waiting": None,
    "priority": {"impact": "many", "urgency": "high"},
    "priority?low": {"impact": "one", "urgency": "low"},
    "handover": {"unit": "servicesenteret", "reason": "Deres."},
    "handover?back": {"unit": "it", "reason": "Deres."},
    "handover/acceptance": None,
    "handover/return": {"reason": "Nei."},
    "unit": {"unit": "lonn"},
    "unit?back": {"unit": "it"},
    "service": {"service": "mistet-utstyr", "reason": "Den er borte."},
    "service?back": {"service": "noe-virker-ikke-pa-pc", "reason": "Den er funnet."},
    "service?away": {"service": "faktura-feil", "reason": "Gjelder fakturaen."},
    "resolution": {"text": "Ferdig."},
    "reopening": {"reason": "Nei."},
    "messages": {"body": "Hei."},
}
"""What comes after «?» only tells verbs apart; «-» is DELETE, messages are posted, all else is PUT."""


@dataclass
class Crowd:
    """Clients that do random things to random tickets, and count what they were told."""

    url: str
    tokens: dict[str, str]
    left: int
    chance: random.Random
    tickets: list[str] = field(default_factory=list)
    told: dict[int, int] = field(default_factory=dict)
    broken: int = 0

    async def act_until_done(self) -> None:
        async with httpx.AsyncClient(base_url=f"{self.url}/api/v1/", timeout=10) as client:
            while self.left > 0:
                self.left -= 1
                try:
                    status = await self._act(client)
                except httpx.TransportError:
                    self.broken += 1
                    await asyncio.sleep(0.05)
                    continue
                assert status in ALLOWED, status
                self.told[status] = self.told.get(status, 0) + 1

    async def _act(self, client: httpx.AsyncClient) -> int:
        headers = {"authorization": f"Bearer {self.tokens[self.chance.choice(PEOPLE)]}"}
        if not self.tickets or self.chance.random() < 1 / TICKETS_EACH:
            once = {"idempotency-key": uuid4().hex, "authorization": f"Bearer {self.tokens['alice']}"}
            made = await client.post("tickets", json=PC_BROKEN, headers=once)
            if made.status_code == 201:
                self.tickets.append(made.json()["number"])
            return made.status_code
        number, verb = self.chance.choice(self.tickets), self.chance.choice(list(VERBS))
        what, body = verb.partition("?")[0], VERBS[verb]
        if what == "messages":
            once = headers | {"idempotency-key": uuid4().hex}
            return (await client.post(f"tickets/{number}/messages", json=body, headers=once)).status_code
        read = await client.get(f"tickets/{number}", headers=headers)
        if read.status_code != 200:
            return read.status_code
        method = "DELETE" if what.startswith("-") else "PUT"
        url = f"tickets/{number}/{what.removeprefix('-')}"
        stale = headers | {"if-match": read.headers["etag"]}
        return (await client.request(method, url, json=body, headers=stale)).status_code


async def run(embedded: Embedded, actions: int, *, rounds: int, seed: int) -> tuple[Crowd, Rebuilt]:
    """In rounds: each ends with a killed web worker and a killed sweeper, and everything 31 hours older."""
    tokens = await _prepared(embedded)
    engine = make_engine(embedded.app_url, pool_size=None)
    with web_worker(embedded) as (child, url):
        crowd = Crowd(url, tokens, 0, random.Random(seed))
        for number in range(rounds):
            crowd.left = actions // rounds
            sweeper = await _sweeper(embedded.app_url)
            clients = [asyncio.create_task(crowd.act_until_done()) for _ in range(CLIENTS)]
            await asyncio.sleep(crowd.chance.uniform(0.2, 1.0))
            await kill_web(child)
            sweeper.kill()
            await sweeper.wait()
            sweeper = await _sweeper(embedded.app_url)
            await asyncio.gather(*clients)
            sweeper.kill()
            await sweeper.wait()
            result = await rebuild(make_sessions(engine), repair=False)
            print(
                f"{(number + 1) * (actions // rounds)} actions, {result.read} clocks: {result.different}",
                flush=True,
            )
            if result.different:
                break
            await _age(embedded.owner_url)
            await rebuild(make_sessions(engine))
    await engine.dispose()
    return crowd, result


async def _prepared(embedded: Embedded) -> dict[str, str]:
    await asyncio.to_thread(migrate, embedded.owner_url)
    settings = Settings()
    engine = make_engine(embedded.app_url, pool_size=None)
    try:
        sessions = make_sessions(engine)
        await publish_shipped(
            sessions, (load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder))
        )
        async with transaction(sessions) as session:
            cast, at = await hire_cast(session), await database_now(session)
            scopes, until = {Scope.READ, Scope.WRITE}, at + timedelta(days=30)
            return {
                name: await create_token(
                    session, getattr(cast, name).id, "many", scopes, at=at, expires_at=until
                )
                for name in PEOPLE
            }
    finally:
        await engine.dispose()


async def _sweeper(url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.clocks.sweeper",
        url,
        "20",
        cwd=PROJECT,
        stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )


async def _age(owner_url: str) -> None:
    """As only the owner of the log could; what was told before is not told again, for its steps stay decided."""
    owner = await asyncpg.connect(owner_url)
    try:
        for table, columns in MOVED.items():
            moved = ", ".join(
                f"{column} = {column} - interval '{LATER.total_seconds()} s'" for column in columns
            )
            await owner.execute(f"UPDATE {table} SET {moved}")
    finally:
        await owner.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.many_actions", description=__doc__)
    parser.add_argument("actions", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="skranke-many-") as folder:
        Path(folder).chmod(0o755)
        with open_embedded(Path(folder)) as embedded:
            rounds = max(1, options.actions // 1_000)
            crowd, result = asyncio.run(run(embedded, options.actions, rounds=rounds, seed=options.seed))
    print(f"{len(crowd.tickets)} tickets, answers {dict(sorted(crowd.told.items()))}, broken {crowd.broken}")
    sys.exit(1 if result.different else 0)


if __name__ == "__main__":
    main()
