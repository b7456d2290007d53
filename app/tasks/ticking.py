"""Ticking off a task's checklist, one step at a time: two who share a task never overwrite each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.events.log import record
from app.identity.actor import Actor
from app.people.models import Person
from app.tasks.actions import take_open
from app.tasks.models import Task, TaskTick
from app.tasks.words import told
from service_catalog.wheel_schema import Activity


@dataclass(frozen=True, slots=True)
class Tick:
    by_name: str
    at: datetime


Ticks = Mapping[str, Tick]
"""By the step's key."""


async def ticks_of(session: AsyncSession, task_ids: Collection[int]) -> Mapping[int, Ticks]:
    """Of each task that has any, in one query. Whose the tasks are, the caller has asked."""
    found: dict[int, dict[str, Tick]] = defaultdict(dict)
    if not task_ids:
        return found
    query = (
        select(TaskTick.task_id, TaskTick.step, Person.name, TaskTick.ticked_at)
        .join(Person, Person.id == TaskTick.ticked_by_id)
        .where(TaskTick.task_id.in_(sorted(task_ids)))
    )
    for row in await session.execute(query):
        found[row.task_id][row.step] = Tick(row.name, row.ticked_at)
    return found


async def tick(
    session: AsyncSession, task_id: int, step: str, wheel: Mapping[str, Activity], *, by: Actor
) -> None:
    """It is done; once more changes nothing. Raises NotFound for a step that the task does not have."""
    task, at, by = await take_open(session, task_id, by=by)
    _check(task, step, wheel)
    new = insert(TaskTick).values(task_id=task.id, step=step, ticked_by_id=by.person_id, ticked_at=at)
    made = await session.scalars(new.on_conflict_do_nothing().returning(TaskTick.step))
    if made.one_or_none() is not None:
        record(task, "task.step_ticked", by=by, at=at, step=step)


async def untick(
    session: AsyncSession, task_id: int, step: str, wheel: Mapping[str, Activity], *, by: Actor
) -> None:
    """It was not done after all; once more changes nothing."""
    task, at, by = await take_open(session, task_id, by=by)
    _check(task, step, wheel)
    mine = (TaskTick.task_id == task.id, TaskTick.step == step)
    gone = await session.scalars(delete(TaskTick).where(*mine).returning(TaskTick.step))
    if gone.one_or_none() is not None:
        record(task, "task.step_unticked", by=by, at=at, step=step)


def _check(task: Task, step: str, wheel: Mapping[str, Activity]) -> None:
    if step not in {each.key for each in told(task, wheel, "nb").steps}:
        raise NotFound
