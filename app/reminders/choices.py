"""How somebody is told, as they have said it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldProblem, Invalid
from app.identity.hashing import new_token, token_hash
from app.reminders.models import ReminderChoice

WEEKDAYS = range(5)


@dataclass(frozen=True)
class Choice:
    digest: bool = True
    weekday: int = 0
    reminders: bool = True
    feed_made_at: datetime | None = None


async def choice_of(session: AsyncSession, person_id: int) -> Choice:
    columns = (ReminderChoice.digest, ReminderChoice.weekday, ReminderChoice.reminders)
    query = select(*columns, ReminderChoice.feed_made_at).where(ReminderChoice.person_id == person_id)
    row = (await session.execute(query)).one_or_none()
    return Choice(**row._mapping) if row is not None else Choice()


async def choose(session: AsyncSession, person_id: int, choice: Choice) -> None:
    """Everything but the calendar, which has verbs of its own. Raises Invalid for a day that is none."""
    if choice.weekday not in WEEKDAYS:
        raise Invalid("request.invalid", fields=(FieldProblem("weekday", "field.not_choice"),))
    values = {"digest": choice.digest, "weekday": choice.weekday, "reminders": choice.reminders}
    await _write(session, person_id, values)


async def make_feed(session: AsyncSession, person_id: int) -> str:
    """The secret of a new address, told once; the one before it no longer opens anything."""
    secret = new_token()
    now = func.clock_timestamp()
    await _write(session, person_id, {"feed_hash": token_hash(secret), "feed_made_at": now})
    return secret


async def revoke_feed(session: AsyncSession, person_id: int) -> None:
    await _write(session, person_id, {"feed_hash": None, "feed_made_at": None})


async def reader_of(session: AsyncSession, secret: str) -> int | None:
    """Whose calendar it is."""
    query = select(ReminderChoice.person_id).where(ReminderChoice.feed_hash == token_hash(secret))
    return (await session.execute(query)).scalar_one_or_none()


async def _write(session: AsyncSession, person_id: int, values: dict[str, Any]) -> None:
    statement = insert(ReminderChoice).values(person_id=person_id, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[ReminderChoice.person_id], set_=values)
    )
