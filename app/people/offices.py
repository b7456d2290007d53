"""Naming somebody to an office, and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.deliveries.queue import deliver_later
from app.identity.actor import Actor, Office
from app.people.models import OfficeHolder, Person

SCOPED = frozenset({Office.PROCESS_OWNER})
"""Held over one thing (a service's key); the others over the whole municipality."""


NAMED = "office.named"


async def appoint(
    session: AsyncSession, person_id: int, office: Office, scope: str = "", *, by: Actor
) -> None:
    """Twice changes nothing. Who did it stands in the security log, and whom a person names is told. Raises ValueError for a scope where there is none, and the reverse."""
    if bool(scope) is not (office in SCOPED):
        raise ValueError(f"{office}: a scope is {'needed' if office in SCOPED else 'not for this office'}")
    row = insert(OfficeHolder).values(person_id=person_id, office=office, scope=scope)
    named = await session.scalars(row.on_conflict_do_nothing().returning(OfficeHolder.person_id))
    if named.one_or_none() is not None:
        await _record(session, AuditKind.RIGHT_GIVEN, person_id, office, scope, by=by)
        if by.person_id is not None:
            payload = {"office": office.value, "scope": scope}
            key = f"{NAMED}:{person_id}:{office}:{scope}:{token_hex(8)}"
            await deliver_later(session, NAMED, key=key, payload=payload, recipient_id=person_id)


async def dismiss(
    session: AsyncSession, person_id: int, office: Office, scope: str = "", *, by: Actor
) -> bool:
    """Whether they held it."""
    held = (OfficeHolder.person_id == person_id, OfficeHolder.office == office, OfficeHolder.scope == scope)
    ended = await session.scalars(delete(OfficeHolder).where(*held).returning(OfficeHolder.person_id))
    if ended.one_or_none() is None:
        return False
    await _record(session, AuditKind.RIGHT_TAKEN, person_id, office, scope, by=by)
    return True


async def _record(
    session: AsyncSession, kind: AuditKind, person_id: int, office: Office, scope: str, *, by: Actor
) -> None:
    payload = {"office": office.value, "scope": scope}
    await audit(
        session, by, kind, subject_kind="person", subject_id=person_id, concerns_id=person_id, payload=payload
    )


async def holders_of(session: AsyncSession, office: Office, scope: str = "") -> Sequence[int]:
    """Active persons, by id."""
    query = select(OfficeHolder.person_id).join(Person, Person.id == OfficeHolder.person_id)
    held = query.where(OfficeHolder.office == office, OfficeHolder.scope == scope, Person.active)
    return (await session.scalars(held.order_by(OfficeHolder.person_id))).all()


@dataclass(frozen=True, slots=True)
class Held:
    """One office of one person. Somebody who was shut out keeps it, and cannot use it."""

    office: Office
    scope: str
    person_id: int
    name: str
    active: bool


async def offices_held(session: AsyncSession, person_id: int | None = None) -> list[Held]:
    """By everybody, or by one: by office, scope and name."""
    query = select(
        OfficeHolder.office, OfficeHolder.scope, OfficeHolder.person_id, Person.name, Person.active
    ).join(Person, Person.id == OfficeHolder.person_id)
    if person_id is not None:
        query = query.where(OfficeHolder.person_id == person_id)
    ordered = query.order_by(OfficeHolder.office, OfficeHolder.scope, Person.sort_key, Person.id)
    return [Held(*row) for row in await session.execute(ordered)]
