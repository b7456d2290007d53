"""Who is told that an order waits for a yes or a no, once however much of it they are asked; and why it is they."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.events.models import Event
from app.identity.actor import Actor
from app.people.deputies import deputies_for
from app.people.models import Person
from app.web.i18n import _, say

FOR_ANOTHER = _("Du svarer for %(name)s, som er borte.")
PASSED_UP = _("Den som ble spurt først, har ikke svart, så spørsmålet er gått videre til deg.")


async def approvers(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    """Whoever is asked now, and their deputies while they are away, but none who is told of it by another question.

    An order that needs two authorities of one leader is asked about twice, at once: one mail says so.
    """
    open_one = Approval.outcome.is_(None), Approval.approver_id.is_not(None)
    query = select(Approval).where(Approval.id == payload["approval_id"], *open_one)
    asked = (await session.scalars(query)).one_or_none()
    if asked is None:
        return []
    before = select(Approval).where(
        Approval.subject_kind == asked.subject_kind,
        Approval.subject_id == asked.subject_id,
        Approval.asked_at == asked.asked_at,
        Approval.chased == asked.chased,
        Approval.step < asked.step,
        *open_one,
    )
    told = {who for other in await session.scalars(before) for who in await _asked(session, other)}
    return [who for who in await _asked(session, asked) if who not in told]


async def _asked(session: AsyncSession, approval: Approval) -> list[int]:
    assert approval.approver_id is not None
    return [
        approval.approver_id,
        *await deputies_for(session, approval.approver_id, approval.authority),
    ]


async def why_they(session: AsyncSession, approval_id: int, reader: Actor) -> str | None:
    """That they stand in for somebody, or come after one who did not answer; None for whoever was asked first."""
    query = select(Approval.approver_id, Person.name, Person.shielded)
    query = query.join(Person, Person.id == Approval.approver_id).where(Approval.id == approval_id)
    asked = (await session.execute(query)).one_or_none()
    if asked is None:
        return None
    if asked.approver_id in reader.stands_in_for and not asked.shielded:
        return say(reader.language, FOR_ANOTHER, name=asked.name)
    passed = select(Event.id).where(
        Event.subject_kind == "approval",
        Event.subject_id == approval_id,
        Event.kind == "approval.passed_up",
        Event.payload["approver_id"].astext.cast(BigInteger) == reader.person_id,
    )
    is_passed = (await session.scalars(passed.limit(1))).first() is not None
    return say(reader.language, PASSED_UP) if is_passed else None
