"""Tokens of programs: `Authorization: Bearer …`, with a scope, an end, and a person they act as."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Label, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.identity.hashing import new_token, token_hash
from app.identity.models import ApiToken
from app.identity.sessions import SEEN_EVERY

PREFIX = "skranke_"
"""Lets a secret scanner recognise a token that was pasted where it should not be."""


HINT = 4
"""How many characters of it are kept to know it by: 232 bits are left to guess."""


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    SCIM = "scim"
    """To push people and groups. Whoever has it decides who works here: it is given on the server only."""
    CALENDAR = "calendar"
    """Of the secret in a calendar's address: opens that and nothing else (`app/reminders`)."""


GIVABLE = frozenset({Scope.READ, Scope.WRITE})
"""What people may give their own keys, and the technical administrator a system."""


@dataclass(frozen=True)
class OwnKey:
    """One of a person's keys as they see it; the key itself is gone."""

    id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


async def create_token(
    session: AsyncSession,
    person_id: int,
    name: str,
    scopes: Collection[Scope],
    *,
    at: datetime,
    expires_at: datetime | None,
) -> str:
    """The token is shown once and never again."""
    return (await add_key(session, person_id, name, scopes, at=at, expires_at=expires_at))[0]


async def add_key(
    session: AsyncSession,
    person_id: int,
    name: str,
    scopes: Collection[Scope],
    *,
    at: datetime,
    expires_at: datetime | None,
) -> tuple[str, ApiToken]:
    """The token, and its row."""
    token = PREFIX + new_token()
    row = ApiToken(
        token_hash=token_hash(token),
        name=name,
        person_id=person_id,
        scopes=sorted(scopes),
        created_at=at,
        expires_at=expires_at,
        revoked_at=None,
        last_used_at=None,
        hint=token[-HINT:],
    )
    session.add(row)
    await session.flush()
    return token, row


async def keys_of(session: AsyncSession, person_id: int) -> list[OwnKey]:
    """Those that still open something, the newest first."""
    in_force = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.clock_timestamp())
    query = (
        select(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), in_force)
        .order_by(ApiToken.id.desc())
    )
    return [
        OwnKey(
            row.id, row.name, row.hint, tuple(row.scopes), row.created_at, row.expires_at, row.last_used_at
        )
        for row in await session.scalars(query)
    ]


async def revoke_own_key(session: AsyncSession, person_id: int, key_id: int) -> None:
    """Raises NotFound for a key that is over, somebody else's, or none."""
    mine = (ApiToken.id == key_id, ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    ending = update(ApiToken).where(*mine).values(revoked_at=func.clock_timestamp()).returning(ApiToken.id)
    if (await session.execute(ending)).scalar_one_or_none() is None:
        raise NotFound


def is_stale() -> Label[bool]:
    """Of a key that is used now: whether that is worth writing down."""
    return func.coalesce(ApiToken.last_used_at < func.clock_timestamp() - SEEN_EVERY, true()).label("stale")


async def mark_used(session: AsyncSession, key_id: int, *, opens_for: timedelta | None = None) -> None:
    """Called seldom: `last_used_at` is true to within five minutes. With `opens_for` it lasts so much longer from now."""
    now = func.clock_timestamp()
    used = update(ApiToken).where(ApiToken.id == key_id).values(last_used_at=now)
    await session.execute(used.values(expires_at=now + opens_for) if opens_for else used)


async def revoke_token(session: AsyncSession, token_id: int) -> None:
    ending = update(ApiToken).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    await session.execute(ending.values(revoked_at=func.clock_timestamp()))


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header; None when it is another scheme or missing."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
