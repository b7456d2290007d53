"""Sessions of browsers: rows that can be ended, found by the hash of a random token in a cookie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.identity.hashing import new_token, token_hash
from app.identity.models import BrowserSession, SignIn
from app.settings import Settings

HOST_COOKIE = "__Host-skranke"
DEMO_COOKIE = "skranke_demo"
SEEN_EVERY = timedelta(minutes=5)
"""A session is marked as seen at most this often, so that reading pages seldom writes."""


def cookie_name(settings: Settings) -> str:
    """`__Host-` needs https, which the demo on plain http does not have; it gets a name of its own."""
    return DEMO_COOKIE if settings.demo and not settings.public_url.startswith("https://") else HOST_COOKIE


@dataclass(frozen=True)
class Visit:
    """What a browser tells of itself, and the session it may already have had here."""

    device: str = ""
    address: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class OwnSession:
    """One of a person's sessions as they see it. `expires_at` is the absolute limit; `idle_at` the nearer one."""

    id: int
    device: str
    address: str | None
    issuer_key: str
    created_at: datetime
    seen_at: datetime
    idle_at: datetime
    expires_at: datetime


async def create_session(
    session: AsyncSession,
    person_id: int,
    settings: Settings,
    *,
    at: datetime,
    authenticated_at: datetime | None = None,
    issuer_key: str = "demo",
    visit: Visit | None = None,
) -> str:
    """A new token for each sign-in; the caller puts it in the cookie.

    `authenticated_at`: when they proved who they are; None when that is not known, which never counts as recent.
    """
    token = new_token()
    visit = visit or Visit()
    session.add(
        BrowserSession(
            token_hash=token_hash(token),
            person_id=person_id,
            language=None,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=settings.session_absolute_hours),
            revoked_at=None,
            authenticated_at=authenticated_at,
            issuer_key=issuer_key,
            device=visit.device,
            address=visit.address,
        )
    )
    await session.flush()
    return token


def _living(settings: Settings) -> tuple[ColumnElement[bool], ...]:
    now = func.clock_timestamp()
    idle = timedelta(hours=settings.session_idle_hours)
    return (
        BrowserSession.revoked_at.is_(None),
        BrowserSession.expires_at > now,
        BrowserSession.seen_at > now - idle,
    )


async def sessions_of(session: AsyncSession, person_id: int, settings: Settings) -> Sequence[OwnSession]:
    """Those that still open something, the one used last first."""
    query = (
        select(BrowserSession)
        .where(BrowserSession.person_id == person_id, *_living(settings))
        .order_by(BrowserSession.seen_at.desc(), BrowserSession.id.desc())
    )
    idle = timedelta(hours=settings.session_idle_hours)
    return [
        OwnSession(
            id=row.id,
            device=row.device,
            address=row.address,
            issuer_key=row.issuer_key,
            created_at=row.created_at,
            seen_at=row.seen_at,
            idle_at=min(row.seen_at + idle, row.expires_at),
            expires_at=row.expires_at,
        )
        for row in await session.scalars(query)
    ]


async def revoke_own_session(session: AsyncSession, person_id: int, session_id: int) -> None:
    """Raises NotFound for a session that is over, somebody else's, or none."""
    ending = (
        update(BrowserSession)
        .where(
            BrowserSession.id == session_id,
            BrowserSession.person_id == person_id,
            BrowserSession.revoked_at.is_(None),
        )
        .values(revoked_at=func.clock_timestamp())
        .returning(BrowserSession.id)
    )
    if (await session.execute(ending)).scalar_one_or_none() is None:
        raise NotFound


async def revoke_session(session: AsyncSession, token: str) -> None:
    await _revoke(session, BrowserSession.token_hash == token_hash(token))


async def revoke_sessions_of(session: AsyncSession, person_id: int) -> None:
    """All sessions of somebody who left, lost a phone, or asked for it."""
    await _revoke(session, BrowserSession.person_id == person_id)


async def _revoke(session: AsyncSession, which: ColumnElement[bool]) -> None:
    ending = update(BrowserSession).where(which, BrowserSession.revoked_at.is_(None))
    await session.execute(ending.values(revoked_at=func.clock_timestamp()))


async def mark_seen(session: AsyncSession, session_id: int) -> None:
    """Moves the idle limit forward."""
    stale = BrowserSession.seen_at < func.clock_timestamp() - SEEN_EVERY
    await session.execute(
        update(BrowserSession)
        .where(BrowserSession.id == session_id, stale)
        .values(seen_at=func.clock_timestamp())
    )


async def choose_language(session: AsyncSession, session_id: int, language: str) -> None:
    await session.execute(
        update(BrowserSession).where(BrowserSession.id == session_id).values(language=language)
    )


async def forget_ended_sessions(session: AsyncSession, *, at: datetime) -> None:
    """Rows of sessions that ended more than a day ago, and of sign-ins that never came back; a recurring job."""
    gone = at - timedelta(days=1)
    await session.execute(delete(SignIn).where(SignIn.expires_at < at))
    await session.execute(
        delete(BrowserSession).where(or_(BrowserSession.expires_at < gone, BrowserSession.revoked_at < gone))
    )


async def issuer_of_session(session: AsyncSession, session_id: int) -> str:
    """Where whoever has this session signed in."""
    query = select(BrowserSession.issuer_key).where(BrowserSession.id == session_id)
    return (await session.scalars(query)).one()
