"""Asking somebody to do something, and what they do about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.queue import deliver_later
from app.errors import Conflict, FieldProblem, Invalid, refuse
from app.events.log import record, take
from app.identity.actor import Actor
from app.masking.hiding import hide
from app.people.models import Person
from app.people.policy import findable
from app.tasks import policy
from app.tasks.models import OURS, Consequence, Kind, Task, TaskSource, TaskState
from app.tasks.sources import topic_of
from service_catalog.schema import Authority, Confidentiality
from sla.zone import day_of

SUBJECT = "task"
DELEGATED = "task.delegated"
FURTHEST = timedelta(days=366)
AT_ONCE = 1000
"""Rows of one statement: the driver takes 32,767 values in all."""


@dataclass(frozen=True)
class NewTask:
    """What is asked for. Either `person_id`, or `authority` and `scope`."""

    key: str
    kind: Kind
    consequence: Consequence
    person_id: int | None = None
    authority: Authority | None = None
    scope: str | None = None
    source: str = OURS
    subject_id: int | None = None
    apart_ids: tuple[int, ...] = ()
    title: str | None = None
    neutral_title: str | None = None
    why: str | None = None
    confidentiality: Confidentiality = Confidentiality.OPEN
    minutes: int | None = None
    due_at: datetime | None = None
    url: str | None = None


CHANGES = [
    "subject_id",
    "person_id",
    "authority",
    "scope",
    "apart_ids",
    "title",
    "neutral_title",
    "why",
    "confidentiality",
    "consequence",
    "minutes",
    "due_at",
    "url",
]
"""What a source may say anew of a task that is open."""


async def place(session: AsyncSession, wanted: Sequence[NewTask], *, again: bool = False) -> None:
    """Ask for all of them. One that was asked for before is kept as it is now wanted; one that ended stays ended,
    unless it is asked for `again`.
    """
    for first in range(0, len(wanted), AT_ONCE):
        await _place(session, wanted[first : first + AT_ONCE], again=again)


async def _place(session: AsyncSession, wanted: Sequence[NewTask], *, again: bool) -> None:
    statement = insert(Task).values([_row(new) for new in wanted])
    anew: dict[str, Any] = {name: statement.excluded[name] for name in CHANGES}
    if again:
        anew |= {"state": TaskState.OPEN, "ended_at": None, "done_by_id": None, "done_for_id": None}
    which = None if again else Task.state == TaskState.OPEN
    await session.execute(
        statement.on_conflict_do_update(index_elements=["source", "key"], set_=anew, where=which)
    )


def _row(new: NewTask) -> dict[str, Any]:
    now = func.clock_timestamp()
    return {
        "source": new.source,
        "key": new.key,
        "kind": new.kind,
        "subject_id": new.subject_id,
        "person_id": new.person_id,
        "authority": new.authority,
        "scope": new.scope,
        "apart_ids": sorted(set(new.apart_ids)),
        "title": new.title,
        "neutral_title": new.neutral_title,
        "why": new.why,
        "confidentiality": new.confidentiality,
        "consequence": new.consequence,
        "minutes": new.minutes,
        "due_at": new.due_at,
        "url": new.url,
        "created_at": now,
        "last_event_at": now,
    }


async def end(
    session: AsyncSession,
    keys: Collection[str],
    *,
    by: Actor,
    state: TaskState = TaskState.DONE,
    source: str = OURS,
    for_id: int | None = None,
) -> None:
    """What they are about is done, or no longer asked for. Those that ended before are left as they are."""
    ended = (
        update(Task)
        .where(
            Task.source == source,
            Task.key == any_(literal(sorted(keys), ARRAY(String))),
            Task.state == TaskState.OPEN,
        )
        .values(
            state=state,
            ended_at=func.clock_timestamp(),
            done_by_id=by.person_id if state is TaskState.DONE else None,
            done_for_id=for_id,
        )
    )
    await session.execute(ended.execution_options(synchronize_session=False))


async def take_open(session: AsyncSession, task_id: int, *, by: Actor) -> tuple[Task, datetime, Actor]:
    """The task, when, and the actor as they act: for somebody when it is theirs as a deputy. Raises NotFound, Conflict."""
    task, at = await take(session, Task, Task.id == task_id, policy.theirs(by))
    if task.state is not TaskState.OPEN:
        raise Conflict("task.ended")
    is_own = by.person_id in (task.person_id, task.delegate_id)
    return task, at, by if is_own else replace(by, acting_for_id=task.person_id)


async def complete(session: AsyncSession, task_id: int, *, by: Actor) -> Task:
    """It is done. The system it came from is told."""
    task, at, by = await take_open(session, task_id, by=by)
    refuse(policy.may_complete(task))
    await finish(session, task, by=by, at=at)
    return task


async def finish(session: AsyncSession, task: Task, *, by: Actor, at: datetime) -> None:
    """It is done; the caller holds the row. The system it came from is told, when it wants to be."""
    task.state, task.ended_at = TaskState.DONE, at
    task.done_by_id, task.done_for_id = by.person_id, by.acting_for_id
    record(task, "task.done", by=by, at=at)
    told = select(TaskSource.is_told).where(TaskSource.key == task.source)
    if task.source != OURS and (await session.execute(told)).scalar_one_or_none():
        topic = topic_of(task.source)
        await deliver_later(
            session,
            topic,
            key=f"{topic}:{task.id}",
            payload={"task_id": task.id},
            recipient_id=task.done_by_id or task.person_id,
        )


async def postpone(session: AsyncSession, task_id: int, to: date, why: str, *, by: Actor) -> Task:
    """Not before that day, for a reason that can be read later. Its due date stays what it is."""
    task, at, by = await take_open(session, task_id, by=by)
    if not day_of(at) < to <= day_of(at) + FURTHEST:
        raise Invalid("request.invalid", fields=(FieldProblem("to", "field.in_the_past_or_far"),))
    if not why.strip():
        raise Invalid("request.invalid", fields=(FieldProblem("why", "field.required"),))
    task.postponed_to = to
    task.postponed_why = hide(session, (SUBJECT, task.id), why.strip())
    record(task, "task.postponed", by=by, at=at, to=to.isoformat())
    return task


async def delegate(session: AsyncSession, task_id: int, person_id: int, *, by: Actor) -> Task:
    """Ask somebody else to do it; they are told, and it is shown here as waiting for them."""
    task, at, by = await take_open(session, task_id, by=by)
    refuse(policy.may_delegate(by, task))
    known = select(Person.id).where(Person.id == person_id, findable())
    if (await session.scalars(known)).one_or_none() is None:
        raise Invalid("request.invalid", fields=(FieldProblem("person_id", "field.unknown_person"),))
    if person_id == task.person_id:
        raise Invalid("request.invalid", fields=(FieldProblem("person_id", "field.not_yourself"),))
    if person_id in task.apart_ids:
        raise Invalid("request.invalid", fields=(FieldProblem("person_id", "field.own_case"),))
    task.delegate_id, task.delegated_by_id = person_id, by.person_id
    record(task, "task.delegated", by=by, at=at, to_id=person_id)
    await deliver_later(
        session,
        DELEGATED,
        key=f"{DELEGATED}:{task.id}:{task.event_seq}",
        payload={"task_id": task.id},
        recipient_id=person_id,
    )
    return task


async def give_back(session: AsyncSession, task_id: int, *, by: Actor) -> Task:
    """It is again for whoever's it was: they take it back, or the one who was asked says no."""
    task, at, by = await take_open(session, task_id, by=by)
    if task.delegate_id is None:
        raise Conflict("task.not_delegated")
    task.delegate_id = task.delegated_by_id = None
    record(task, "task.given_back", by=by, at=at)
    return task


async def hand_over(session: AsyncSession, task_id: int, ticket_id: int, *, by: Actor) -> Task:
    """The centre does it, in this ticket (need B6); it is done when the ticket is."""
    task, at, by = await take_open(session, task_id, by=by)
    refuse(policy.may_delegate(by, task))
    if task.ticket_id is not None:
        raise Conflict("task.handed_over")
    task.ticket_id = ticket_id
    record(task, "task.handed_over", by=by, at=at, ticket_id=ticket_id)
    return task
