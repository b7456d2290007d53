"""GET /desk/strom: says that the list you look at changed, and nothing about what is in it (design decision 8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from fastapi import Request
from sse_starlette import ServerSentEvent

from app.desk.addresses import FIRST_LINE
from app.desk.changes import Changes
from app.errors import NotFound
from app.identity.actor import Actor

LIVES_FOR = timedelta(seconds=50)
"""Then the browser asks again, and is signed in and an agent of the unit, or not (promise P10: at most 60 seconds)."""
COMES_BACK_AFTER = timedelta(seconds=1)


def check_works_with(actor: Actor, queue: str) -> None:
    """Raises NotFound unless the queue is one of this agent's."""
    if not (actor.first_line if queue == FIRST_LINE else actor.works_in(queue)):
        raise NotFound


async def signals(
    changes: Changes, queue: str, lives_for: timedelta = LIVES_FOR
) -> AsyncIterator[ServerSentEvent]:
    """One signal per turn in which the queue changed."""
    yield ServerSentEvent(comment="ok", retry=int(COMES_BACK_AFTER.total_seconds() * 1000))
    loop = asyncio.get_running_loop()
    ends = loop.time() + lives_for.total_seconds()
    async with changes.watching(queue) as changed:
        while (left := ends - loop.time()) > 0:
            try:
                await asyncio.wait_for(changed.wait(), timeout=left)
            except TimeoutError:
                return
            changed.clear()
            yield ServerSentEvent(event="list-changed", data=queue)


def changes_of(request: Request) -> Changes:
    """The process's one reader, made by whoever asks first."""
    state = request.app.state
    if not hasattr(state, "desk_changes"):
        state.desk_changes = Changes(state.sessions)
    changes: Changes = state.desk_changes
    return changes
