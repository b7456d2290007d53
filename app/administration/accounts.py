"""Somebody's way in: where they are signed in, which keys they have, and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.administration.policy import administrable, may_change
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.errors import NotFound, refuse
from app.identity import ending
from app.identity.actor import Actor
from app.identity.sessions import OwnSession, sessions_of
from app.identity.tokens import OwnKey, keys_of
from app.people.models import Person
from app.people.offices import Held, offices_held
from app.people.queries import named
from app.settings import Settings

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class AccountRow:
    """`active`: False for whoever was shut out, or left."""

    id: int
    name: str
    email: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Account:
    row: AccountRow
    sessions: Sequence[OwnSession]
    keys: Sequence[OwnKey]
    offices: Sequence[Held]


_ROWS = select(Person.id, Person.name, Person.email, Person.active).where(administrable())


async def find_accounts(session: AsyncSession, text: str) -> list[AccountRow]:
    """By the beginnings of the words of a name, an e-mail address, or a whole employee number; by name."""
    wanted = " ".join(text.split())
    if not wanted:
        return []
    match = or_(named(wanted), Person.employee_number == wanted)
    if "@" in wanted:
        match = or_(match, func.lower(Person.email).startswith(wanted.lower(), autoescape=True))
    query = _ROWS.where(match).order_by(Person.sort_key, Person.id).limit(MOST_FOUND)
    return [AccountRow(*row) for row in await session.execute(query)]


async def account_of(session: AsyncSession, person_id: int, settings: Settings, *, by: Actor) -> Account:
    """That it was looked at is recorded. Raises NotFound for nobody, and for whoever is not found here."""
    row = await _row_of(session, person_id)
    await audit(
        session,
        by,
        AuditKind.ACCOUNT_SHOWN,
        subject_kind="person",
        subject_id=person_id,
        concerns_id=person_id,
    )
    return Account(
        row,
        await sessions_of(session, person_id, settings),
        await keys_of(session, person_id),
        await offices_held(session, person_id),
    )


async def sign_out_everywhere(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    await _changeable(session, person_id, by=by)
    await ending.sign_out_everywhere(session, person_id, by=by)


async def shut_out(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    """Sessions and keys end now, open streams within a minute; they cannot sign in again."""
    await _changeable(session, person_id, by=by)
    await ending.end_access(session, person_id, by=by)


async def let_in(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    await _changeable(session, person_id, by=by)
    await ending.open_access(session, person_id, by=by)


async def revoke_key(session: AsyncSession, person_id: int, key_id: int, *, by: Actor) -> None:
    await _changeable(session, person_id, by=by)
    await ending.revoke_key_of(session, person_id, key_id, by=by)


async def _changeable(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    """Raises NotFound, and Forbidden for oneself."""
    await _row_of(session, person_id)
    refuse(may_change(by, person_id))


async def _row_of(session: AsyncSession, person_id: int) -> AccountRow:
    row = (await session.execute(_ROWS.where(Person.id == person_id))).one_or_none()
    if row is None:
        raise NotFound
    return AccountRow(*row)
