"""A create happens once: its key is inserted first in its transaction; a twin waits, then sees the answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, cast
from uuid import uuid4

from fastapi import Depends, Header, Request
from sqlalchemy import Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Db, run
from app.errors import Invalid
from app.identity.actor import Actor
from app.identity.me import Me
from app.web.models import IdempotencyKey

KEPT = timedelta(days=7)
MAX_KEY = 200


@dataclass(frozen=True)
class Answered:
    """What the first request was answered; the object itself is read again, through `visible_to`."""

    status: int
    location: str


def new_key() -> str:
    """For the hidden field of a form: a second click, or a reload after posting, is the same create."""
    return uuid4().hex


# Made once: putting these together costs more than PostgreSQL takes to run them.
_KEYS = cast("Table", IdempotencyKey.__table__)
_MINE = (
    _KEYS.c.actor_id == bindparam("by"),
    _KEYS.c.route == bindparam("on"),
    _KEYS.c.key == bindparam("named"),
)
_CLAIM = (
    insert(_KEYS)
    .values(
        actor_id=bindparam("by"),
        route=bindparam("on"),
        key=bindparam("named"),
        body_hash=bindparam("body_hash"),
        created_at=func.clock_timestamp(),
    )
    .on_conflict_do_nothing()
    .returning(_KEYS.c.id)
)
_ANSWERED = select(_KEYS.c.body_hash, _KEYS.c.status, _KEYS.c.location).where(*_MINE)
_FINISH = update(_KEYS).where(*_MINE).values(status=bindparam("answered"), location=bindparam("at"))


@dataclass(frozen=True)
class Once:
    """One create of one actor. `begin` before anything else, `finish` before the commit."""

    session: AsyncSession
    actor: Actor
    route: str
    key: str
    body_hash: bytes

    async def begin(self) -> Answered | None:
        """None: go on and create. Otherwise the answer of the twin that came first.

        ON CONFLICT DO NOTHING waits for a twin that is under way; when that one fails, this one goes on.
        Raises Invalid when the key was used for another body.
        """
        claim = {**self._mine, "body_hash": self.body_hash}
        if (await run(self.session, _CLAIM, claim)).scalar_one_or_none() is not None:
            return None
        body_hash, status, location = (await run(self.session, _ANSWERED, self._mine)).one()
        if body_hash != self.body_hash:
            raise Invalid("idempotency.other_body")
        return Answered(status or 201, location or "")

    async def finish(self, *, status: int, location: str) -> None:
        await run(self.session, _FINISH, {**self._mine, "answered": status, "at": location})

    @property
    def _mine(self) -> dict[str, Any]:
        return {"by": self.actor.person_id, "on": self.route, "named": self.key}


def once_for(session: AsyncSession, actor: Actor, *, route: str, key: str, body: bytes) -> Once:
    """For page forms, whose key is a hidden field and whose body is what the person filled in."""
    return Once(session, actor, route, checked_key(key), hashlib.sha256(body).digest())


def checked_key(key: str) -> str:
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Invalid("idempotency.bad_key")
    return key


async def once(
    request: Request,
    session: Db,
    me: Me,
    idempotency_key: Annotated[
        str | None,
        Header(description="At most 200 printable characters, new for each create; kept for seven days."),
    ] = None,
) -> Once:
    """For API routes: the header is required on every create."""
    if idempotency_key is None:
        raise Invalid("idempotency.missing")
    route = f"{request.method} {request.url.path}"
    return once_for(session, me, route=route, key=idempotency_key, body=await request.body())


OnceOnly = Annotated[Once, Depends(once)]


async def forget_old_keys(session: AsyncSession, *, at: datetime) -> None:
    """Called by a recurring job."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < at - KEPT))
