"""Who read a protected case: written as it is shown, in the same transaction, so that nobody reads unseen."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, Select, func, insert, literal, null, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.audit.models import AuditEntry
from app.identity.actor import Actor
from app.tickets.lifecycle import Status
from app.tickets.models import Ticket
from service_catalog.schema import Confidentiality

READ = {
    Confidentiality.PERSONNEL: AuditKind.CASE_READ,
    Confidentiality.WHISTLEBLOWING: AuditKind.WHISTLE_READ,
}
"""The classes whose readers are kept. Lists show a title and are not readings; what opens a case, or a part of it, is."""


CONCERNS = func.coalesce(Ticket.about_id, Ticket.requester_id)
"""`Ticket.concerns_id` as a query asks for it."""


def is_told_of() -> ColumnElement[bool]:
    """Solved: whom it is about is told from now on who read it, and by which emergency."""
    return Ticket.status.in_((Status.RESOLVED, Status.CLOSED))


class Case(Protocol):
    """What a reading is kept by, of a ticket or of a row with its columns."""

    @property
    def id(self) -> int: ...
    @property
    def requester_id(self) -> int: ...
    @property
    def about_id(self) -> int | None: ...
    @property
    def confidentiality(self) -> Confidentiality: ...


async def note_reading(session: AsyncSession, actor: Actor, part: str, case: Case) -> None:
    """One row, and one statement, for a protected case; nothing at all for an open one, or for one's own,
    also when that is about somebody else.

    `part`: «case», «file», «approval». A whistle-blowing case names nobody whom it is about: there is no list of its
    readers to look for (arbeidsmiljøloven § 2 A-4).
    """
    kind = READ.get(case.confidentiality)
    if kind is None or actor.person_id is None or actor.person_id == case.requester_id:
        return
    await audit(
        session,
        actor,
        kind,
        subject_kind="ticket",
        subject_id=case.id,
        concerns_id=(case.about_id or case.requester_id) if kind is AuditKind.CASE_READ else None,
        payload={"part": part},
    )


async def note_readings(session: AsyncSession, actor: Actor, part: str, ids: Select[int]) -> None:
    """The same for every protected case among them, in one statement: whoever takes out a file of cases has read each."""
    reader = literal(actor.person_id) if actor.person_id is not None else null()
    told = {
        "kind": literal(AuditKind.CASE_READ.value),
        "actor_id": reader,
        "system": literal(actor.system) if actor.system is not None else null(),
        "session_id": literal(actor.session_id) if actor.session_id is not None else null(),
        "subject_kind": literal("ticket"),
        "subject_id": Ticket.id,
        "concerns_id": CONCERNS,
        "payload": literal({"part": part}, JSONB),
    }
    read = select(*told.values()).where(
        Ticket.id.in_(ids),
        Ticket.confidentiality == Confidentiality.PERSONNEL,
        Ticket.requester_id.is_distinct_from(reader),
    )
    await session.execute(insert(AuditEntry).from_select(list(told), read, include_defaults=False))
