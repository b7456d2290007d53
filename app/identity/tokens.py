"""Tokens of programs: `Authorization: Bearer …`, with a scope, an end, and a person they act as."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.hashing import new_token, token_hash
from app.identity.models import ApiToken

PREFIX = "skranke_"
"""Lets a secret scanner recognise a token that was pasted where it should not be."""


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"


async def create_token(
    session: AsyncSession,
    person_id: int,
    name: str,
    scopes: set[Scope],
    *,
    at: datetime,
    expires_at: datetime | None,
) -> str:
    """The token is shown once and never again."""
    token = PREFIX + new_token()
    session.add(
        ApiToken(
            token_hash=token_hash(token),
            name=name,
            person_id=person_id,
            scopes=sorted(scopes),
            created_at=at,
            expires_at=expires_at,
            revoked_at=None,
        )
    )
    await session.flush()
    return token


async def revoke_token(session: AsyncSession, token_id: int) -> None:
    ending = update(ApiToken).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    await session.execute(ending.values(revoked_at=func.clock_timestamp()))


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header; None when it is another scheme or missing."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
