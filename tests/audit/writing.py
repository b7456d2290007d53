"""A log as a day makes it: entries of many kinds in transactions of their own, sealed now and then."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Keys
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.audit.models import AuditEntry
from app.audit.sealing import SETTLED, seal_batch
from app.database.session import Sessions, transaction
from app.identity.actor import Actor

KEYS = Keys((b"a secret that the database's owner has never seen",))
NO_KEYS = Keys()
KINDS = tuple(AuditKind)


async def write(session: AsyncSession, number: int) -> None:
    """Entry `number`: no two are alike, and all columns are in use."""
    actor = Actor(person_id=number % 7 or None, name="Noen", session_id=number, system=None)
    await audit(
        session,
        actor if number % 5 else None,
        KINDS[number % len(KINDS)],
        subject_kind="ticket" if number % 3 else "",
        subject_id=100_000 + number,
        concerns_id=number % 4 or None,
        payload={"number": number, "part": "page", "units": ["hr", "it"]},
    )


async def write_and_seal(sessions: Sessions, keys: Keys, *, entries: int, each: int) -> None:
    """`entries` entries in transactions of three, and a seal for every `each` of them."""
    for start in range(0, entries, 3):
        async with transaction(sessions) as session:
            for number in range(start, min(start + 3, entries)):
                await write(session, number)
    await until_settled(sessions)
    async with transaction(sessions) as session:
        while await seal_batch(session, keys, most=each):
            pass


async def until_settled(sessions: Sessions) -> None:
    """Autovacuum, too, has transactions now and then, and sealing minds every one of them."""
    unsettled = select(func.count()).select_from(AuditEntry).where(text(f"NOT ({SETTLED.text})"))
    async with transaction(sessions) as session:
        while (await session.execute(unsettled)).scalar_one():  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
