"""Who is asked further up, or beside, when nobody approves an order."""

from __future__ import annotations

from sqlalchemy import BigInteger, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.events.models import Event
from app.people.authorities import Holder, nearest_holder, professional_holder
from app.tickets.models import Ticket
from service_catalog.schema import Authority


async def above(session: AsyncSession, approval: Approval) -> Holder | None:
    """The nearest who holds the authority and has not been asked; None for what is not about a ticket.

    Personal and budget authority is held further up in the organisation as well, the unit's field by others beside.
    """
    if approval.subject_kind != "ticket":
        return None
    place = select(Ticket.org_unit_id, Ticket.ansvar).where(Ticket.id == approval.subject_id)
    ticket = (await session.execute(place)).one_or_none()
    if ticket is None:
        return None
    asked = select(Event.payload["approver_id"].astext.cast(BigInteger)).where(
        Event.subject_kind == "approval",
        Event.subject_id == approval.id,
        Event.kind.in_(["approval.asked", "approval.passed_up"]),
    )
    before = {one for one in await session.scalars(asked) if one is not None}
    if approval.authority is Authority.PROFESSIONAL:
        return await professional_holder(
            session, approval.scope, concerned=approval.concerned, passed_by=before
        )
    return await nearest_holder(
        session,
        approval.authority,
        org_unit_id=ticket.org_unit_id,
        ansvar=ticket.ansvar,
        concerned=approval.concerned,
        passed_by=before,
    )
