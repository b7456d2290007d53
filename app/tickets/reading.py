"""Who read a protected case: written as it is shown, in the same transaction, so that nobody reads unseen."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.identity.actor import Actor
from service_catalog.schema import Confidentiality

READ = {
    Confidentiality.PERSONNEL: AuditKind.CASE_READ,
    Confidentiality.WHISTLEBLOWING: AuditKind.WHISTLE_READ,
}
"""The classes whose readers are kept. Lists show a title and are not readings; what opens a case, or a part of it, is."""


async def note_reading(
    session: AsyncSession,
    actor: Actor,
    part: str,
    *,
    ticket_id: int,
    requester_id: int,
    confidentiality: Confidentiality,
) -> None:
    """One row, and one statement, for a protected case; nothing at all for an open one, or for one's own.

    `part`: «case», «file», «approval». A whistle-blowing case names nobody whom it is about: there is no list of its
    readers to look for (arbeidsmiljøloven § 2 A-4).
    """
    kind = READ.get(confidentiality)
    if kind is None or actor.person_id is None or actor.person_id == requester_id:
        return
    await audit(
        session,
        actor,
        kind,
        subject_kind="ticket",
        subject_id=ticket_id,
        concerns_id=requester_id if kind is AuditKind.CASE_READ else None,
        payload={"part": part},
    )
