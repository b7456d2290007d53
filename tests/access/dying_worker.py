"""Workers that are killed at one step of giving or taking access: `python -m … APP_URL DIRECTORY_URL SECRET_FILE`.

Reads one order a line («what step person_id entitlement by») and answers with how it ended. Each is a process of its
own, forked when everything is read into memory.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.access.following import follow
from app.access.ordering import order, take_away
from app.access.provisioning import effects, open_all
from app.access.targets import Targets
from app.catalogue.published import load_published
from app.database.session import make_engine, make_sessions, transaction
from app.deliveries.loop import send_due
from app.identity.me import load_actor
from tests.access.connected import targets_of
from tests.access.graph_server import Directory

FIRST = {"committing": ("before_commit", 1), "committed": ("after_commit", 1)}
"""Of what is one transaction."""
SENDING = {
    "claiming": ("before_commit", 1),
    "claimed": ("after_commit", 1),
    "beginning": ("before_commit", 2),
    "begun": ("after_commit", 2),
    "settling": ("before_commit", 3),
    "settled": ("after_commit", 3),
    "marking": ("before_commit", 4),
    "marked": ("after_commit", 4),
}
"""Claim, begin, settle, mark: the sender's four transactions, and on which side of each it dies."""
CALLING = ("done", "answered")
"""It was done, and no answer had come; the answer had come, and was not written down."""
STEPS: dict[str, tuple[str, ...]] = {
    "order": tuple(FIRST),
    "take": tuple(FIRST),
    "follow": tuple(FIRST),
    "send": (
        "claiming",
        "claimed",
        "beginning",
        "begun",
        *CALLING,
        "settling",
        "settled",
        "marking",
        "marked",
    ),
}
UNTIL_DONE_SECONDS = 0.15
"""How long the directory is given to do what it was asked, before whoever asked dies."""


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(step: str) -> None:
    moment, wanted = (FIRST | SENDING)[step]
    seen = 0

    def count(_: Session) -> None:
        nonlocal seen
        seen += 1
        if seen == wanted:
            die()

    event.listen(Session, moment, count)


def dying(verb: Callable[..., Awaitable[Any]], step: str) -> Callable[..., Awaitable[Any]]:
    async def call(*given: Any, **more: Any) -> None:
        asking = asyncio.ensure_future(verb(*given, **more))
        if step == "done":
            await asyncio.sleep(UNTIL_DONE_SECONDS)
        else:
            await asking
        die()

    return call


async def work(app_url: str, targets: Targets, what: str, step: str, person: int, key: str, by: int) -> None:
    sessions = make_sessions(make_engine(app_url, pool_size=None))
    if what == "send":
        provisioners: Any = open_all(targets, httpx.Timeout(5))
        if step in CALLING:
            for each in provisioners.values():
                each.give, each.take = dying(each.give, step), dying(each.take, step)
        else:
            die_at(step)
        await send_due(sessions, effects(sessions, targets, provisioners))
        return
    die_at(step)
    async with transaction(sessions) as session:
        await _act(session, targets, what, person, key, by)


async def _act(session: AsyncSession, targets: Targets, what: str, person: int, key: str, by: int) -> None:
    if what == "follow":
        await follow(session, targets)
        return
    verb = order if what == "order" else take_away
    published, actor = await load_published(session), await load_actor(session, by)
    await verb(session, published, person, key, by=actor, targets=targets)


async def read_catalogue(app_url: str) -> None:
    """Once, before anybody is forked."""
    engine = make_engine(app_url, pool_size=None)
    async with transaction(make_sessions(engine)) as session:
        await load_published(session)
    await engine.dispose()


def main(app_url: str, directory_url: str, secret_file: str) -> None:
    targets = targets_of(Directory(url=directory_url), Path(secret_file))
    asyncio.run(read_catalogue(app_url))
    print("ready", flush=True)
    for line in sys.stdin:
        what, step, person, key, by = line.split()
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(work(app_url, targets, what, step, int(person), key, int(by)))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
