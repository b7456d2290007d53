"""What waits for somebody, and what stands about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.errors import NotFound
from app.identity.actor import Actor
from app.people.models import OrgUnit, Person
from app.people.policy import findable
from app.tasks.models import Consequence, Kind, Task, TaskSource, TaskState
from app.tasks.policy import theirs
from service_catalog.schema import Confidentiality

MOST = 500
"""Tasks on one page: whoever has more has them ranked among the oldest of these, and is told so."""

Owner, Delegate = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task as its owner, their deputy, or the one they asked, sees it."""

    id: int
    source: str
    key: str
    kind: Kind
    subject_id: int | None
    person_id: int | None
    person_name: str | None
    title: str | None
    neutral_title: str | None
    why: str | None
    confidentiality: Confidentiality
    consequence: Consequence
    minutes: int | None
    due_at: datetime | None
    url: str | None
    created_at: datetime
    postponed_to: date | None
    postponed_why: str | None
    delegate_id: int | None
    delegate_name: str | None
    ticket_id: int | None
    source_name: str | None
    source_heard_at: datetime | None
    silent_after_hours: int | None
    needs_authority: bool
    place_name: str | None
    """Of a task of the annual wheel: for which org unit."""
    is_for_me: bool
    """Asked of the reader: to do, not to follow."""

    @property
    def is_with_others(self) -> bool:
        return self.ticket_id is not None or (self.delegate_id is not None and not self.is_for_me)

    def is_stale(self, at: datetime) -> bool:
        """Its system has not been heard from for longer than it said: it may be done there already."""
        if self.silent_after_hours is None or self.source_heard_at is None:
            return False
        return self.source_heard_at < at - timedelta(hours=self.silent_after_hours)


def _columns() -> Select[*tuple[Any, ...]]:
    mine: ColumnElement[bool] = Task.delegate_id.is_(None) | (Task.delegate_id == bindparam("reader"))
    return (
        select(
            Task.id,
            Task.source,
            Task.key,
            Task.kind,
            Task.subject_id,
            Task.person_id,
            Owner.name.label("person_name"),
            Task.title,
            Task.neutral_title,
            Task.why,
            Task.confidentiality,
            Task.consequence,
            Task.minutes,
            Task.due_at,
            Task.url,
            Task.created_at,
            Task.postponed_to,
            Task.postponed_why,
            Task.delegate_id,
            Delegate.name.label("delegate_name"),
            Task.ticket_id,
            TaskSource.name.label("source_name"),
            TaskSource.heard_at.label("source_heard_at"),
            TaskSource.silent_after_hours,
            Task.authority.is_not(None).label("needs_authority"),
            OrgUnit.name.label("place_name"),
            mine.label("is_for_me"),
        )
        .outerjoin(Owner, Owner.id == Task.person_id)
        .outerjoin(Delegate, Delegate.id == Task.delegate_id)
        .outerjoin(TaskSource, TaskSource.key == Task.source)
        .outerjoin(OrgUnit, and_(OrgUnit.id == Task.subject_id, Task.kind == Kind.RECURRING))
    )


# Made once: putting it together costs more than PostgreSQL takes to run it.
_COLUMNS = _columns()


def _select(actor: Actor) -> Select[*tuple[Any, ...]]:
    return _COLUMNS.where(theirs(actor)).params(reader=actor.person_id)


async def open_tasks(session: AsyncSession, actor: Actor) -> list[OpenTask]:
    """In one query; those that are due first, first."""
    query = _select(actor).where(Task.state == TaskState.OPEN)
    rows = await session.execute(query.order_by(Task.due_at.nulls_last(), Task.id).limit(MOST))
    return [OpenTask(**row._mapping) for row in rows]


async def one_task(session: AsyncSession, actor: Actor, task_id: int) -> OpenTask:
    """Raises NotFound for what is not theirs, and for what ended."""
    query = _select(actor).where(Task.id == task_id, Task.state == TaskState.OPEN)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return OpenTask(**row._mapping)


@dataclass(frozen=True, slots=True)
class Silent:
    """Another system that has not been heard from for longer than it said it would be silent."""

    name: str
    heard_at: datetime


async def silent_sources(session: AsyncSession, in_use: Collection[str]) -> list[Silent]:
    """Of those in use: what waits there may be missing here, and what is here may be done there."""
    silent_seconds = func.extract("epoch", func.clock_timestamp() - TaskSource.heard_at)
    query = (
        select(TaskSource.name, TaskSource.heard_at)
        .where(TaskSource.key.in_(sorted(in_use)), silent_seconds > 3600 * TaskSource.silent_after_hours)
        .order_by(TaskSource.name)
    )
    return [Silent(*row) for row in await session.execute(query)]


async def concerned(session: AsyncSession, task_ids: Collection[int]) -> Mapping[int, str]:
    """The name of whom each task concerns, unless it is shielded; whose the tasks are, the caller has asked."""
    if not task_ids:
        return {}
    query = (
        select(Task.id, Person.name)
        .join(Person, Person.id == any_(Task.apart_ids))
        .where(Task.id.in_(sorted(task_ids)), findable())
        .order_by(Task.id, Person.id)
    )
    return {row.id: row.name for row in await session.execute(query)}
