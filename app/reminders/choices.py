"""How somebody is told, as they have said it themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.errors import FieldProblem, Invalid
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.ending import revoke_key_of
from app.identity.hashing import token_hash
from app.identity.models import ApiToken
from app.identity.recent import require_at_work
from app.identity.tokens import Scope, add_key, is_stale, mark_used
from app.reminders.models import ReminderChoice

WEEKDAYS = range(5)
NAME = "Kalender"
"""What the address is called among one's keys."""
OPENS_FOR = timedelta(days=90)
"""From when a calendar last asked: an address that nothing subscribes to any more is somebody's forgotten link."""


@dataclass(frozen=True)
class Choice:
    digest: bool = True
    weekday: int = 0
    reminders: bool = True
    asked: bool = True
    """A mail when somebody asks them for something."""


async def choice_of(session: AsyncSession, person_id: int) -> Choice:
    names = (each.name for each in fields(Choice))
    columns = [getattr(ReminderChoice, name) for name in names]
    query = select(*columns).where(ReminderChoice.person_id == person_id)
    row = (await session.execute(query)).one_or_none()
    return Choice(**row._mapping) if row is not None else Choice()


async def choose(session: AsyncSession, person_id: int, choice: Choice) -> None:
    """Everything but the calendar and Teams, which have verbs of their own. Raises Invalid for a day that is none."""
    if choice.weekday not in WEEKDAYS:
        raise Invalid("request.invalid", fields=(FieldProblem("weekday", "field.not_choice"),))
    await write(session, person_id, asdict(choice))


async def feed_of(session: AsyncSession, person_id: int) -> datetime | None:
    """When the address of their calendar was made; None when there is none."""
    query = select(ApiToken.created_at).where(*_feeds(person_id)).order_by(ApiToken.id.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def make_feed(session: AsyncSession, *, by: Actor) -> str:
    """The secret of a new address, told once; the one before it no longer opens anything.

    A key like others, seen and taken back among them, and over when its person is shut out. Raises Forbidden for
    whoever came in for their own matters only: the calendar holds what a place at work gives.
    """
    require_at_work(by)
    person_id = by.at_work_id
    await revoke_feed(session, by=by)
    at = await database_now(session)
    lives = {"at": at, "expires_at": at + OPENS_FOR}
    secret, row = await add_key(session, person_id, NAME, {Scope.CALENDAR}, **lives)
    may: dict[str, JSON] = {"scopes": [Scope.CALENDAR.value]}
    await audit(session, by, AuditKind.KEY_CREATED, subject_kind="api_token", subject_id=row.id, payload=may)
    return secret


async def revoke_feed(session: AsyncSession, *, by: Actor) -> None:
    """Nothing when there is none."""
    person_id = by.person_id or 0
    for key_id in (await session.scalars(select(ApiToken.id).where(*_feeds(person_id)))).all():
        await revoke_key_of(session, person_id, key_id, by=by)


async def reader_of(session: AsyncSession, secret: str) -> int | None:
    """Whose calendar it is. Asking keeps the address open for `OPENS_FOR` more."""
    query = select(ApiToken.id, ApiToken.person_id, is_stale()).where(
        ApiToken.token_hash == token_hash(secret), *_opens()
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    if row.stale:
        await mark_used(session, row.id, opens_for=OPENS_FOR)
    person_id: int = row.person_id
    return person_id


def _opens() -> tuple[ColumnElement[bool], ...]:
    is_calendar = ApiToken.scopes.contains([Scope.CALENDAR.value])
    return is_calendar, ApiToken.revoked_at.is_(None), ApiToken.expires_at > func.clock_timestamp()


def _feeds(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return ApiToken.person_id == person_id, *_opens()


async def write(session: AsyncSession, person_id: int, values: dict[str, Any]) -> None:
    statement = insert(ReminderChoice).values(person_id=person_id, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[ReminderChoice.person_id], set_=values)
    )
