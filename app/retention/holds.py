"""Stopping destruction, and letting it go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Text, and_, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published
from app.errors import FieldProblem, Invalid, NotFound, refuse
from app.events.log import database_now
from app.identity.actor import Actor
from app.people.models import Person
from app.people.queries import person_named
from app.retention import policy
from app.retention.models import HoldOn, LegalHold
from app.tickets.lifecycle import id_of
from app.tickets.models import Ticket

SUBJECT = "legal_hold"
Held = aliased(Person)


async def place_hold(
    session: AsyncSession,
    published: Published,
    scope: HoldOn,
    subject: str,
    reason: str,
    *,
    archive_unit: str,
    by: Actor,
) -> LegalHold:
    """From now on nothing of it is destroyed, whoever approved what.

    `subject`: a number, an employee number or e-mail address, or a key. Raises Invalid for what does not exist.
    """
    refuse(policy.may_hold(by, archive_unit))
    assert by.person_id is not None
    meant = await _meant(session, published, scope, subject)
    if meant is None:
        raise Invalid("request.invalid", fields=(FieldProblem("subject", f"field.unknown_{scope.value}"),))
    if not reason.strip():
        raise Invalid("request.invalid", fields=(FieldProblem("reason", "field.required"),))
    hold = LegalHold(
        scope=scope,
        subject=meant,
        reason=reason.strip(),
        placed_by_id=by.person_id,
        placed_at=await database_now(session),
    )
    session.add(hold)
    await session.flush()
    told = {"scope": scope.value, "on": meant}
    await audit(session, by, AuditKind.HOLD_PLACED, subject_kind=SUBJECT, subject_id=hold.id, payload=told)
    return hold


async def _meant(session: AsyncSession, published: Published, scope: HoldOn, subject: str) -> str | None:
    match scope:
        case HoldOn.SERVICE:
            return subject if subject in published.catalogue.services else None
        case HoldOn.UNIT:
            return subject if subject in published.catalogue.units else None
        case HoldOn.TICKET:
            found = await session.scalar(select(Ticket.id).where(Ticket.id == (id_of(subject) or 0)))
        case HoldOn.PERSON:
            # Also of somebody who has left: that is when a dispute begins.
            found = await person_named(session, subject, also_ended=True)
    return str(found) if found is not None else None


async def lift_hold(session: AsyncSession, hold_id: int, *, archive_unit: str, by: Actor) -> None:
    """Raises NotFound for what is not standing."""
    refuse(policy.may_hold(by, archive_unit))
    query = select(LegalHold).where(LegalHold.id == hold_id, LegalHold.lifted_at.is_(None)).with_for_update()
    hold = (await session.scalars(query)).one_or_none()
    if hold is None:
        raise NotFound
    hold.lifted_at, hold.lifted_by_id = await database_now(session), by.person_id
    await audit(session, by, AuditKind.HOLD_LIFTED, subject_kind=SUBJECT, subject_id=hold.id)


async def standing_holds(session: AsyncSession) -> Sequence[Row[*tuple[Any, ...]]]:
    """Newest first, with who placed them, and the name of whoever is `held`."""
    concerned = and_(LegalHold.scope == HoldOn.PERSON, cast(Held.id, Text) == LegalHold.subject)
    query = (
        select(
            LegalHold.id,
            LegalHold.scope,
            LegalHold.subject,
            LegalHold.reason,
            LegalHold.placed_at,
            Person.name,
            Held.name.label("held"),
        )
        .join(Person, Person.id == LegalHold.placed_by_id)
        .outerjoin(Held, concerned)
        .where(LegalHold.lifted_at.is_(None))
        .order_by(LegalHold.id.desc())
    )
    return (await session.execute(query)).all()
