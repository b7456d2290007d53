"""The security log as its officer reads it: newest first, by keyset, in one query with everybody's name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.audit.models import AuditEntry
from app.database.session import Sessions, transaction
from app.database.sortkey import sort_key
from app.identity.actor import Actor
from app.oversight.policy import shown
from app.oversight.words import kinds_in
from app.people.models import Person
from app.tickets.lifecycle import id_of, number_of
from app.web.paging import Page, decode_cursor, encode_cursor
from sla.zone import ZONE

MOST_EXPORTED = 100_000
EACH_TIME = 2_000
MOST_PERSONS = 50
Who, Concerned = aliased(Person), aliased(Person)


@dataclass(frozen=True)
class Wanted:
    """What the officer asks for. Nothing written is everything."""

    group: str = ""
    persons: tuple[int, ...] | None = None
    """Who did it, or whom it was about; empty when nobody has the name that was typed."""
    number: str = ""
    first: date | None = None
    last: date | None = None

    def told(self) -> dict[str, JSON]:
        """For the log's own entry about this search."""
        asked: dict[str, JSON] = {"group": self.group, "number": self.number}
        asked["persons"] = list(self.persons or ())
        asked["first"] = self.first.isoformat() if self.first else ""
        asked["last"] = self.last.isoformat() if self.last else ""
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: int
    at: datetime
    kind: str
    actor_id: int | None
    actor_name: str | None
    acting_for_id: int | None
    system: str | None
    subject_kind: str
    subject_id: int | None
    concerns_id: int | None
    concerns_name: str | None
    details: dict[str, Any]

    @property
    def subject(self) -> str:
        """«104827-3» of a case, else the id as it is."""
        if self.subject_id is None:
            return ""
        return number_of(self.subject_id) if self.subject_kind == "ticket" else str(self.subject_id)


def _entries(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    e = AuditEntry
    return (
        select(
            e.id,
            e.at,
            cast(e.kind, Text).label("kind"),
            e.actor_id,
            Who.name.label("actor_name"),
            e.acting_for_id,
            e.system,
            e.subject_kind,
            e.subject_id,
            e.concerns_id,
            Concerned.name.label("concerns_name"),
            e.payload,
        )
        .outerjoin(Who, Who.id == e.actor_id)
        .outerjoin(Concerned, Concerned.id == e.concerns_id)
        .where(shown(), *_asked(wanted))
        .order_by(e.id.desc())
    )


def _asked(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.group:
        asked.append(AuditEntry.kind.in_(kinds_in(wanted.group)))
    if wanted.persons is not None:
        did, concerned = (
            column.in_(wanted.persons) for column in (AuditEntry.actor_id, AuditEntry.concerns_id)
        )
        asked.append(or_(did, concerned))
    if wanted.number:
        ticket = id_of(wanted.number) or 0
        asked += [AuditEntry.subject_kind == "ticket", AuditEntry.subject_id == ticket]
    if wanted.first:
        asked.append(AuditEntry.at >= _midnight(wanted.first))
    if wanted.last:
        asked.append(AuditEntry.at < _midnight(wanted.last + timedelta(days=1)))
    return asked


async def persons_called(session: AsyncSession, text: str) -> tuple[int, ...]:
    """Everybody whose name holds what was typed, also those who left: the log remembers them."""
    query = select(Person.id).where(Person.sort_key.contains(sort_key(text), autoescape=True))
    return tuple((await session.scalars(query.order_by(Person.id).limit(MOST_PERSONS))).all())


async def find_entries(
    session: AsyncSession, wanted: Wanted, *, after: str | None = None, limit: int = 50
) -> Page[EntryRow]:
    """A page, newest first. Raises Invalid("bad_cursor")."""
    query = _entries(wanted)
    if after:
        query = query.where(AuditEntry.id < decode_cursor(after, int)[0])
    found = (await session.execute(query.limit(limit + 1))).all()
    rows = [_row(row) for row in found[:limit]]
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > limit else None)


async def note_search(session: AsyncSession, officer: Actor, wanted: Wanted, after: str | None) -> None:
    """Looking is itself looked at. Leafing on in the same search is one search."""
    if after is None:
        await audit(session, officer, AuditKind.AUDIT_SEARCHED, payload=wanted.told())


async def export_entries(
    sessions: Sessions, officer: Actor, wanted: Wanted, form: str
) -> AsyncIterator[Sequence[EntryRow]]:
    """Batches of what was asked for, newest first, `MOST_EXPORTED` at most; that it leaves is written first."""
    async with transaction(sessions) as session:
        told = wanted.told() | {"form": form}
        await audit(session, officer, AuditKind.AUDIT_EXPORTED, payload=told)
    after, sent = None, 0
    while sent < MOST_EXPORTED:
        async with transaction(sessions) as session:
            page = await find_entries(session, wanted, after=after, limit=EACH_TIME)
        yield page.items
        after, sent = page.next, sent + len(page.items)
        if after is None:
            return


def _midnight(day: date) -> datetime:
    """As people here count days."""
    return datetime.combine(day, time(), ZONE)


def _row(row: Row[*tuple[Any, ...]]) -> EntryRow:
    return EntryRow(*row)
