"""Sessions of browsers: rows that can be ended, found by the hash of a random token in a cookie."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.hashing import new_token, token_hash
from app.identity.models import BrowserSession
from app.settings import Settings

HOST_COOKIE = "__Host-skranke"
DEMO_COOKIE = "skranke_demo"
SEEN_EVERY = timedelta(minutes=5)
"""A session is marked as seen at most this often, so that reading pages seldom writes."""


def cookie_name(settings: Settings) -> str:
    """`__Host-` needs https, which the demo on plain http does not have; it gets a name of its own."""
    return DEMO_COOKIE if settings.demo and not settings.public_url.startswith("https://") else HOST_COOKIE


async def create_session(session: AsyncSession, person_id: int, settings: Settings, *, at: datetime) -> str:
    """A new token for each sign-in; the caller puts it in the cookie."""
    token = new_token()
    session.add(
        BrowserSession(
            token_hash=token_hash(token),
            person_id=person_id,
            language=None,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=settings.session_absolute_hours),
            revoked_at=None,
        )
    )
    await session.flush()
    return token


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
    """Rows of sessions that ended more than a day ago; called by a recurring job."""
    gone = at - timedelta(days=1)
    await session.execute(
        delete(BrowserSession).where(or_(BrowserSession.expires_at < gone, BrowserSession.revoked_at < gone))
    )
