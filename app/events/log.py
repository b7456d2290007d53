"""Appending to the log, taking a subject's row, and reading the whole log by its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, object_session

from app.database.model import Base, Logged
from app.errors import NotFound
from app.events.models import Event

EVENT_STEP = timedelta(microseconds=1)


class Acting(Protocol):
    """Who does something: a person, perhaps for somebody, or a named part of the system."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def acting_for_id(self) -> int | None: ...
    @property
    def system(self) -> str | None: ...


class Subject(Protocol):
    """A row that is a subject of the log: `Logged`, with an id and a table."""

    id: Any
    event_seq: Any
    last_event_at: Any
    __tablename__: Any


Row = TypeVar("Row", bound=Base)


def record(subject: Subject, kind: str, *, by: Acting, at: datetime, **payload: Any) -> Event:
    """Append one event to a subject that is in a session and has its id; the caller holds the row's lock."""
    session = object_session(subject)
    if session is None or subject.id is None:
        raise RuntimeError("A subject is logged inside the session that saved it.")
    return _append(session, subject, kind, by=by, at=at, payload=payload)


def _append(
    session: Session, subject: Subject, kind: str, *, by: Acting, at: datetime, payload: dict[str, Any]
) -> Event:
    subject.event_seq += 1
    subject.last_event_at = at
    event = Event(
        subject_kind=subject.__tablename__.removesuffix("s"),
        subject_id=subject.id,
        seq=subject.event_seq,
        kind=kind,
        actor_id=by.person_id,
        acting_for_id=by.acting_for_id,
        system=by.system,
        at=at,
        payload={k: v.isoformat() if isinstance(v, datetime) else v for k, v in payload.items()},
    )
    session.add(event)
    return event


async def take(session: AsyncSession, model: type[Row], *where: ColumnElement[bool]) -> tuple[Row, datetime]:
    """Lock the one row that matches and tell when this verb happens: never before the subject's last event.

    Raises NotFound when nothing matches, whether it does not exist or is not for this actor.
    """
    if not issubclass(model, Logged):
        raise TypeError(f"{model.__name__} has no log")
    at = func.greatest(func.clock_timestamp(), model.last_event_at + EVENT_STEP)
    found = (await session.execute(select(model, at).where(*where).with_for_update(of=model))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def database_now(session: AsyncSession) -> datetime:
    """The database's clock: the only one that decides anything."""
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return now


@dataclass(frozen=True)
class Cursor:
    """A place in the whole log. `epoch` rises when a backup is restored."""

    epoch: int
    xid: int
    id: int


async def events_after(session: AsyncSession, cursor: Cursor, *, limit: int = 500) -> Sequence[Event]:
    """Events after the cursor of transactions that nothing older can still overtake, in cursor order."""
    settled = text("events.xid < pg_snapshot_xmin(pg_current_snapshot())")
    after = text("(events.epoch, events.xid, events.id) > (:epoch, CAST(CAST(:xid AS text) AS xid8), :id)")
    query = (
        select(Event)
        .where(settled, after.bindparams(epoch=cursor.epoch, xid=str(cursor.xid), id=cursor.id))
        .order_by(Event.epoch, Event.xid, Event.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def history(session: AsyncSession, subject_kind: str, subject_id: int) -> Sequence[Event]:
    """Everything that happened to one subject, in order."""
    query = (
        select(Event)
        .where(Event.subject_kind == subject_kind, Event.subject_id == subject_id)
        .order_by(Event.seq)
    )
    return (await session.scalars(query)).all()
