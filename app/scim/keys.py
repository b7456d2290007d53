"""Keys for a directory that cannot fetch access tokens of its own: each belongs to a person whom nobody finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.database.sortkey import sort_key
from app.errors import NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.models import ApiToken
from app.identity.tokens import Scope, add_key
from app.people.models import Person

ISSUER = "skranke:scim"


@dataclass(frozen=True)
class ScimKey:
    id: int
    name: str
    hint: str
    expires_at: datetime | None
    last_used_at: datetime | None


async def make_scim_key(session: AsyncSession, name: str, *, days: int, by: Actor) -> str:
    """Shown this once. The client is the same in the log each time a key of its name is made."""
    found = select(Person).where(Person.issuer == ISSUER, Person.subject == name)
    client = (await session.scalars(found)).one_or_none()
    if client is None:
        client = Person(issuer=ISSUER, subject=name, name=name, sort_key=sort_key(name), shielded=True)
        session.add(client)
        await session.flush()
    at = await database_now(session)
    key, row = await add_key(
        session, client.id, name, {Scope.SCIM}, at=at, expires_at=at + timedelta(days=days)
    )
    may: dict[str, JSON] = {"scopes": [Scope.SCIM.value], "days": days}
    await audit(session, by, AuditKind.KEY_CREATED, subject_kind="api_token", subject_id=row.id, payload=may)
    return key


async def scim_keys(session: AsyncSession) -> Sequence[ScimKey]:
    """Those that still open something."""
    in_force = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.clock_timestamp())
    query = (
        select(ApiToken.id, ApiToken.name, ApiToken.hint, ApiToken.expires_at, ApiToken.last_used_at)
        .join(Person, Person.id == ApiToken.person_id)
        .where(Person.issuer == ISSUER, ApiToken.revoked_at.is_(None), in_force)
        .order_by(ApiToken.id)
    )
    return [ScimKey(*row) for row in await session.execute(query)]


async def revoke_scim_key(session: AsyncSession, key_id: int, *, by: Actor) -> None:
    """It opens nothing from the next request on. Raises NotFound."""
    clients = select(Person.id).where(Person.issuer == ISSUER)
    key = (ApiToken.id == key_id, ApiToken.person_id.in_(clients), ApiToken.revoked_at.is_(None))
    ending = update(ApiToken).where(*key).values(revoked_at=func.clock_timestamp()).returning(ApiToken.id)
    if (await session.execute(ending)).scalar_one_or_none() is None:
        raise NotFound
    await audit(session, by, AuditKind.KEY_REVOKED, subject_kind="api_token", subject_id=key_id)
