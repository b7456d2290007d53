"""Who may come in: tying a person to their issuer, ending what they reach at once and everywhere, letting them in again."""

from __future__ import annotations

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.errors import Conflict, NotFound
from app.identity.actor import Actor
from app.identity.models import ApiToken, Identity
from app.identity.sessions import revoke_sessions_of
from app.identity.tokens import revoke_own_key
from app.people.models import Person


async def end_access(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    """Nobody from the next request on: sessions end, keys are revoked, and a stream that is open lives out its
    fifty seconds with nothing in it but «your list changed» (promise P10). Raises NotFound.
    """
    await _set_active(session, person_id, active=False)
    await revoke_sessions_of(session, person_id)
    keys = update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    await session.execute(keys.values(revoked_at=func.clock_timestamp()))
    await _record(session, AuditKind.PERSON_DISABLED, person_id, by=by)


async def open_access(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    """They may sign in again; what was revoked stays so. Raises NotFound."""
    await _set_active(session, person_id, active=True)
    await _record(session, AuditKind.PERSON_ENABLED, person_id, by=by)


async def sign_out_everywhere(session: AsyncSession, person_id: int, *, by: Actor) -> None:
    """Every session of theirs, in every browser. Keys are not sessions: they are revoked one by one."""
    await revoke_sessions_of(session, person_id)
    await _record(session, AuditKind.SIGNED_OUT_EVERYWHERE, person_id, by=by)


async def revoke_key_of(session: AsyncSession, person_id: int, key_id: int, *, by: Actor) -> None:
    """It opens nothing from the next request on. Raises NotFound for a key that is over, another's, or none."""
    await revoke_own_key(session, person_id, key_id)
    await audit(
        session,
        by,
        AuditKind.KEY_REVOKED,
        subject_kind="api_token",
        subject_id=key_id,
        concerns_id=person_id,
    )


async def link_identity(
    session: AsyncSession, person_id: int, subject: str, *, issuer: str, by: Actor
) -> None:
    """This issuer's `subject`, as it is kept (`claims.kept_subject`), is this person. Raises Conflict for another's."""
    row = insert(Identity).values(
        person_id=person_id, issuer=issuer, subject=subject, created_at=func.clock_timestamp()
    )
    made = row.on_conflict_do_nothing().returning(Identity.id)
    if (await session.execute(made)).scalar_one_or_none() is None:
        raise Conflict("identity.taken")
    await audit(
        session,
        by,
        AuditKind.RIGHT_GIVEN,
        subject_kind="person",
        subject_id=person_id,
        payload={"identity": issuer},
    )


async def _record(session: AsyncSession, kind: AuditKind, person_id: int, *, by: Actor) -> None:
    await audit(session, by, kind, subject_kind="person", subject_id=person_id, concerns_id=person_id)


async def _set_active(session: AsyncSession, person_id: int, *, active: bool) -> None:
    change = update(Person).where(Person.id == person_id).values(active=active).returning(Person.id)
    if (await session.execute(change)).scalar_one_or_none() is None:
        raise NotFound
