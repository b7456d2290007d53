"""Tasks that live in other systems: they say what waits for whom, and are told when it is done here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldProblem, Invalid, NotFound
from app.identity.actor import Actor, system_actor
from app.identity.models import System
from app.masking.hiding import hide
from app.people.queries import persons_named
from app.tasks.actions import NewTask, end, place
from app.tasks.models import Consequence, Kind, Task, TaskSource, TaskState
from app.tasks.sources import Source
from service_catalog.schema import Confidentiality


@dataclass(frozen=True)
class Pushed:
    """One task as the other system tells it."""

    key: str
    person: str | int
    """Employee number or e-mail address; a number is the id we have of them."""
    title: str
    url: str
    neutral_title: str | None = None
    why: str | None = None
    consequence: Consequence = Consequence.NOTICEABLE
    confidentiality: Confidentiality = Confidentiality.PERSONAL
    minutes: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a task, as its source is told when it asks."""

    key: str
    state: TaskState
    ended_at: datetime | None


async def source_of(session: AsyncSession, sources: Mapping[str, Source], key: str, *, by: Actor) -> Source:
    """The source whose own system this is. Raises NotFound for everybody else, whether it exists or not."""
    source = sources.get(key)
    mine = select(System.client_id).where(System.person_id == by.person_id, System.revoked_at.is_(None))
    client_id = (await session.execute(mine)).scalar_one_or_none()
    if source is None or not client_id or source.client_id != client_id:
        raise NotFound
    return source


async def push(
    session: AsyncSession, key: str, source: Source, pushed: Sequence[Pushed], *, whole: bool = False
) -> None:
    """Ask for all of them; one told again changes nothing but itself. With `whole`, the others are withdrawn.

    Raises Invalid, and keeps none, when one of them is for nobody we know, or two have the same key.
    """
    known = await persons_named(session, {one.person for one in pushed if isinstance(one.person, str)})
    seen: set[str] = set()
    wrong: list[FieldProblem] = []
    wanted: list[NewTask] = []
    for number, one in enumerate(pushed):
        place_of = f"items.{number}." if whole or len(pushed) > 1 else ""
        if one.key in seen:
            wrong.append(FieldProblem(f"{place_of}key", "field.twice"))
        seen.add(one.key)
        person_id = one.person if isinstance(one.person, int) else known.get(one.person)
        if person_id is None:
            wrong.append(FieldProblem(f"{place_of}person", "field.unknown_person"))
        else:
            wanted.append(_task(session, key, one, person_id))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    await place(session, wanted)
    if whole:
        await _withdraw_others(session, key, seen)
    await heard(session, key, source)


def _task(session: AsyncSession, source: str, one: Pushed, person_id: int) -> NewTask:
    def safe(text: str | None) -> str | None:
        return None if text is None else hide(session, ("person", person_id), text)

    return NewTask(
        source=source,
        key=one.key,
        kind=Kind.EXTERNAL,
        person_id=person_id,
        title=safe(one.title),
        neutral_title=safe(one.neutral_title),
        why=safe(one.why),
        consequence=one.consequence,
        confidentiality=one.confidentiality,
        minutes=one.minutes,
        due_at=one.due_at,
        url=one.url,
    )


async def _withdraw_others(session: AsyncSession, source: str, kept: Collection[str]) -> None:
    told = select(Task.key).where(Task.source == source, Task.state == TaskState.OPEN)
    gone = set(await session.scalars(told)).difference(kept)
    if gone:
        await end(session, gone, by=system_actor(f"tasks.{source}"), state=TaskState.WITHDRAWN, source=source)


async def withdraw(session: AsyncSession, source: str, key: str) -> None:
    """It is no longer asked for, or was done over there. Raises NotFound for one that was never told."""
    await standing_of(session, source, key)
    await end(session, [key], by=system_actor(f"tasks.{source}"), state=TaskState.WITHDRAWN, source=source)


async def standing_of(session: AsyncSession, source: str, key: str) -> Standing:
    query = select(Task.key, Task.state, Task.ended_at).where(Task.source == source, Task.key == key)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return Standing(*row)


async def heard(session: AsyncSession, key: str, source: Source) -> None:
    """It was in touch: what it says stands."""
    now = func.clock_timestamp()
    said = {
        "name": source.name,
        "silent_after_hours": source.silent_after_hours,
        "heard_at": now,
        "is_told": bool(source.callback_url),
    }
    row = insert(TaskSource).values(key=key, **said)
    await session.execute(row.on_conflict_do_update(index_elements=["key"], set_=said))
