"""Cases that were closed long ago, for tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor, Office
from app.identity.me import load_actor
from app.people.models import Delegation, Person
from service_catalog.schema import Authority
from tests.cast import Cast
from tests.tickets.asking import open_ticket

OSLO = ZoneInfo("Europe/Oslo")
ARCHIVE = "arkiv"
"""The unit that keeps the archive."""
SINCE = date(2020, 1, 1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), OSLO)


async def close(session: AsyncSession, ticket: dict[str, Any], on: date) -> int:
    """As if it had been solved and closed on that day; its id."""
    ticket_id = int(ticket["number"].partition("-")[0])
    await session.execute(
        text("UPDATE tickets SET status = 'closed', waiting_for = NULL, closed_at = :at WHERE id = :id"),
        {"at": noon(on), "id": ticket_id},
    )
    return ticket_id


async def closed_case(
    session: AsyncSession,
    as_person: Callable[[Person], httpx.AsyncClient],
    asker: Person,
    on: date,
    **more: Any,
) -> int:
    return await close(session, await open_ticket(as_person(asker), **more), on)


async def officer(session: AsyncSession, person: Person) -> Actor:
    """The person as privacy officer."""
    actor = await load_actor(session, person.id)
    return replace(actor, offices=frozenset({(Office.PRIVACY_OFFICER, "")}))


async def archivist(session: AsyncSession, person: Person) -> Actor:
    """The person as one of the archive's own, who holds its professional authority and has just signed in."""
    actor = await load_actor(session, person.id)
    return replace(actor, units=frozenset({ARCHIVE}), signed_in_recently=True)


async def give_archive(session: AsyncSession, cast: Cast) -> None:
    """Stein answers for what is destroyed."""
    session.add(
        Delegation(
            person_id=cast.stein.id,
            authority=Authority.PROFESSIONAL,
            scope=ARCHIVE,
            valid_from=SINCE,
            valid_to=None,
        )
    )
    await session.flush()
