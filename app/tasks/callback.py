"""Telling another system that a task of its own is done here: a signed call, at least once, with the same id."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, Target, nobody
from app.deliveries.post import by_post
from app.logs import never_log
from app.tasks.models import Task, TaskState
from app.tasks.sources import Source, topic_of
from integrations.provisioning.webhook import signed


def effects(sources: Mapping[str, Source]) -> dict[str, Effect]:
    """One topic and one target for each source that wants to be told. Reads the secrets, now. Raises OSError."""
    return {topic_of(key): _effect(key, source) for key, source in sources.items() if source.callback_url}


def _effect(key: str, source: Source) -> Effect:
    assert source.secret_file is not None
    secret = source.secret_file.read_text(encoding="utf-8").strip()
    never_log([secret])

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        query = select(Task.key, Task.ended_at, func.clock_timestamp().label("now")).where(
            Task.id == due.payload["task_id"], Task.state == TaskState.DONE
        )
        task = (await session.execute(query)).one_or_none()
        if task is None or task.ended_at is None:
            return None
        # Who did it is nobody's business over there.
        said = {"type": "task.done", "source": key, "key": task.key, "done_at": task.ended_at.isoformat()}
        body = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
        # Signed as it leaves: a receiver refuses what is old.
        headers = signed(secret.encode(), due.key, int(task.now.timestamp()), body)
        return by_post("callback", source.callback_url, body, headers)

    return Effect(recipients=nobody, prepare=prepare, target=Target(f"tasks.{key}", tries=12))
