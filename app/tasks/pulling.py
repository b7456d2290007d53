"""Reading the tasks of other systems that do not push: Planner and To Do, for everybody who leads a unit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy import select

from app.database.due import own_slot
from app.database.session import Sessions, transaction
from app.errors import Problem
from app.events.log import database_now
from app.logs import never_log
from app.people.models import OrgUnit, Person
from app.tasks.external import Pushed, push
from app.tasks.sources import Pull, Source
from integrations.graph.planner import OpenTask, ReadingApp, TaskReader
from integrations.provisioning.calling import open_http
from integrations.provisioning.target import Away, Denied, Throttled, Unanswered
from service_catalog.schema import Confidentiality

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=15)
AT_ONCE = 6
"""Leaders whose tasks are read at the same time."""
LONGEST = 200
FAILED = (Away, Unanswered, Throttled, Denied)


async def pull_due(sessions: Sessions, sources: Mapping[str, Source]) -> int:
    """Each source that is read by us, once a quarter of an hour, by the node that gets the slot; how many were read."""
    read = 0
    for key, source in sources.items():
        if source.pull is None:
            continue
        async with transaction(sessions) as session:
            at = await database_now(session)
            mine = await own_slot(session, f"tasks.pull.{key}", every=EVERY, at=at)
        if mine:
            read += await pull(sessions, key, source, source.pull)
    return read


async def pull(sessions: Sessions, key: str, source: Source, how: Pull) -> int:
    """All or nothing: a source of which half was read is left as it was, and is shown as silent if that goes on."""
    async with transaction(sessions) as session:
        leaders = (
            select(Person.id, Person.email)
            .join(OrgUnit, OrgUnit.leader_id == Person.id)
            .where(Person.active, Person.email.is_not(None))
            .distinct()
        )
        people = {row.id: row.email for row in await session.execute(leaders)}
    try:
        found = await _read(how, people)
    except FAILED as failed:
        log.warning("tasks.not_read", source=key, reason=str(failed))
        return 0
    pushed = [
        Pushed(
            key=f"{one.key}:{person_id}",
            person=person_id,
            title=one.title[:LONGEST] or source.name,
            url=one.url,
            due_at=one.due_at,
            # One's own memos are for no deputy to read.
            confidentiality=Confidentiality.PERSONNEL if one.is_memo else Confidentiality.PERSONAL,
        )
        for person_id, tasks in found.items()
        for one in tasks
    ]
    try:
        async with transaction(sessions) as session:
            await push(session, key, source, pushed, whole=True)
    except Problem as refused:
        log.warning("tasks.not_taken", source=key, reason=refused.code)
        return 0
    return 1


async def _read(how: Pull, people: Mapping[int, str]) -> dict[int, list[OpenTask]]:
    secret = how.secret_file.read_text(encoding="utf-8").strip()
    never_log([secret])
    app = ReadingApp(how.tenant, how.app_id, secret, how.url.rstrip("/"), how.login_url.rstrip("/"))
    few = asyncio.Semaphore(AT_ONCE)
    async with open_http() as http:
        reader = TaskReader(app, http)
        await reader.sign_in()

        async def one(person_id: int, email: str) -> tuple[int, list[OpenTask]]:
            async with few:
                return person_id, await reader.tasks_of(email)

        return dict(await asyncio.gather(*(one(*each) for each in people.items())))
