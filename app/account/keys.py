"""Making and revoking one's own API keys: what page and API both do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.errors import FieldProblem, Invalid, NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.ending import revoke_key_of
from app.identity.models import ApiToken
from app.identity.recent import require_at_work, require_recent
from app.identity.tokens import GIVABLE, Scope, add_key
from app.settings import Settings

LONGEST_NAME = 100


@dataclass(frozen=True)
class NewKey:
    """What it is for, what it may, and for how many days."""

    name: str
    scopes: frozenset[Scope]
    days: int


async def make_key(
    session: AsyncSession, wanted: NewKey, *, by: Actor, settings: Settings
) -> tuple[str, ApiToken]:
    """The key, shown this once, and its row. By a person who has lately signed in: a key outlives their session.

    Raises NotRecent, Forbidden for whoever came in for their own matters only, and Invalid with the fields that are wrong.
    """
    require_at_work(by)
    require_recent(by)
    if by.person_id is None:
        raise NotFound
    check_key(wanted, settings)
    at = await database_now(session)
    expires_at = at + timedelta(days=wanted.days)
    made = await add_key(
        session, by.person_id, wanted.name.strip(), wanted.scopes, at=at, expires_at=expires_at
    )
    may: dict[str, JSON] = {"scopes": sorted(wanted.scopes), "days": wanted.days}
    await audit(
        session, by, AuditKind.KEY_CREATED, subject_kind="api_token", subject_id=made[1].id, payload=may
    )
    return made


def check_key(wanted: NewKey, settings: Settings) -> None:
    """Raises Invalid with the fields that are wrong."""
    wrong = tuple(FieldProblem(field, code) for field, code in _wrong(wanted, settings))
    if wrong:
        raise Invalid("request.invalid", fields=wrong)


def _wrong(wanted: NewKey, settings: Settings) -> Collection[tuple[str, str]]:
    name = wanted.name.strip()
    found = []
    if not name:
        found.append(("name", "field.name_needed"))
    elif len(name) > LONGEST_NAME:
        found.append(("name", "field.too_long"))
    if not wanted.scopes:
        found.append(("scopes", "field.required"))
    elif not wanted.scopes <= GIVABLE:
        found.append(("scopes", "field.invalid"))
    if wanted.days < 1:
        found.append(("days", "field.too_small"))
    elif wanted.days > settings.key_longest_days:
        found.append(("days", "field.too_large"))
    return found


async def revoke_key(session: AsyncSession, key_id: int, *, by: Actor) -> None:
    """It opens nothing from the next request on. Raises NotFound for what is not one's own."""
    if by.person_id is None:
        raise NotFound
    await revoke_key_of(session, by.person_id, key_id, by=by)
