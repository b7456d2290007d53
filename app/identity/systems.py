"""Other systems: OAuth 2.0 client credentials. Their access tokens are JWTs, verified by their issuer's keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.database.sortkey import sort_key
from app.errors import Conflict, NotFound, Problem
from app.identity.actor import Actor
from app.identity.issuers import Issuers
from app.identity.models import System
from app.people.models import Membership, Person
from app.settings import Settings
from integrations.oidc.provider import IssuerUnreachable, TokenRefused

log = structlog.get_logger(__name__)


class KeysAway(Problem):
    """The issuer's keys cannot be read just now, so nobody can tell whether the token is good."""

    status = 503


@dataclass(frozen=True)
class RegisteredSystem:
    id: int
    name: str
    client_id: str
    scopes: tuple[str, ...]
    units: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


def looks_like_one(token: str) -> bool:
    """Three parts: a signed JWT. A person's key has no dot in it."""
    return token.count(".") == 2


async def client_of(issuers: Issuers, settings: Settings, token: str) -> str | None:
    """The client id a good token names; None for any other. Raises KeysAway.

    Checked: signature by the issuer's published keys, algorithm by an allow-list, issuer, audience, times, scope.
    """
    if issuers.systems is None or settings.systems is None:
        return None
    try:
        claims = await issuers.systems.verify(token, audience=settings.systems.audience)
    except TokenRefused as refused:
        log.info("system.refused", reason=refused.reason)
        return None
    except IssuerUnreachable as away:
        raise KeysAway("busy") from away
    if "nonce" in claims or not _has_scope(claims, settings.systems.scope):
        # A nonce: this is how somebody signed in, not how a system asks.
        return None
    client_id = claims.get(settings.systems.client_claim)
    return client_id if isinstance(client_id, str) else None


def _has_scope(claims: Mapping[str, Any], wanted: str) -> bool:
    """Maskinporten and others: `scope` with spaces between. Entra: a list of app roles."""
    given = str(claims.get("scope", "")).split()
    roles = claims.get("roles")
    return not wanted or wanted in given or (isinstance(roles, list) and wanted in roles)


async def register_system(
    session: AsyncSession,
    name: str,
    *,
    authority: str,
    client_id: str,
    scopes: Collection[str],
    units: Collection[str],
    by: Actor,
    at: datetime,
) -> System:
    """A system and the person it acts as: nobody signs in as them, and no search finds them.

    `units`: those whose cases it works with, as an agent of them would. Raises Conflict when the client is known.
    """
    known = select(System.id).where(
        System.authority == authority, System.client_id == client_id, System.revoked_at.is_(None)
    )
    if (await session.execute(known)).scalar_one_or_none() is not None:
        raise Conflict("system.known_already")
    person = await _person_of(session, name, authority, client_id)
    await session.execute(delete(Membership).where(Membership.person_id == person.id))
    session.add_all(Membership(person_id=person.id, unit=unit, lead=False) for unit in sorted(set(units)))
    system = System(
        name=name,
        authority=authority,
        client_id=client_id,
        person_id=person.id,
        scopes=sorted(scopes),
        created_at=at,
        revoked_at=None,
        last_used_at=None,
    )
    session.add(system)
    await session.flush()
    may: dict[str, JSON] = {"scopes": sorted(scopes), "units": sorted(set(units))}
    await audit(
        session, by, AuditKind.CLIENT_REGISTERED, subject_kind="system", subject_id=system.id, payload=may
    )
    return system


async def _person_of(session: AsyncSession, name: str, authority: str, client_id: str) -> Person:
    """A client that comes back after being revoked is the same one in the log."""
    subject = f"client:{client_id}"
    found = select(Person).where(Person.issuer == authority, Person.subject == subject)
    person = (await session.scalars(found)).one_or_none()
    if person is None:
        person = Person(issuer=authority, subject=subject, name=name, sort_key=sort_key(name), shielded=True)
        session.add(person)
    person.name, person.sort_key, person.active = name, sort_key(name), True
    await session.flush()
    return person


async def registered_systems(session: AsyncSession) -> list[RegisteredSystem]:
    """Those that may come in, by name."""
    units = select(func.array_agg(Membership.unit)).where(Membership.person_id == System.person_id)
    query = (
        select(System, units.scalar_subquery())
        .where(System.revoked_at.is_(None))
        .order_by(System.name, System.id)
    )
    return [
        RegisteredSystem(
            row.id,
            row.name,
            row.client_id,
            tuple(row.scopes),
            tuple(sorted(at_work or ())),
            row.created_at,
            row.last_used_at,
        )
        for row, at_work in await session.execute(query)
    ]


async def revoke_system(session: AsyncSession, system_id: int, *, by: Actor) -> None:
    """It is nobody from its next request on. Raises NotFound."""
    ending = (
        update(System)
        .where(System.id == system_id, System.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
        .returning(System.person_id)
    )
    person_id = (await session.execute(ending)).scalar_one_or_none()
    if person_id is None:
        raise NotFound
    await session.execute(update(Person).where(Person.id == person_id).values(active=False))
    await audit(session, by, AuditKind.CLIENT_REVOKED, subject_kind="system", subject_id=system_id)


async def mark_used(session: AsyncSession, system_id: int) -> None:
    used = update(System).where(System.id == system_id)
    await session.execute(used.values(last_used_at=func.clock_timestamp()))
