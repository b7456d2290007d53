"""Showing one hidden number to somebody whose work needs it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.catalogue.published import Published
from app.errors import NotFound, refuse
from app.identity.actor import Actor
from app.identity.recent import require_recent
from app.masking.models import HiddenNumber
from app.privacy.policy import may_read_numbers
from app.tickets.lifecycle import id_of
from app.tickets.models import Ticket
from app.tickets.policy import visible_to


async def read_number(
    session: AsyncSession, number: str, mark: str, *, by: Actor, published: Published
) -> str:
    """The eleven digits behind a mark in a ticket's texts; that it was shown is recorded first.

    Raises NotFound for a ticket or mark that is not there for this actor, Forbidden without the right, and NotRecent
    for whoever has not lately shown who they are: no key and no system reads numbers.
    """
    ticket = (
        await session.execute(select(Ticket).where(Ticket.id == (id_of(number) or 0), visible_to(by)))
    ).scalar_one_or_none()
    if ticket is None:
        raise NotFound
    of_this = (HiddenNumber.subject_kind == "ticket", HiddenNumber.subject_id == ticket.id)
    digits = (
        await session.execute(select(HiddenNumber.number).where(HiddenNumber.mark == mark, *of_this))
    ).scalar_one_or_none()
    if digits is None:
        raise NotFound
    refuse(may_read_numbers(by, ticket, published))
    require_recent(by)
    await audit(
        session,
        by,
        AuditKind.IDENTITY_NUMBER_SHOWN,
        subject_kind="ticket",
        subject_id=ticket.id,
        concerns_id=ticket.concerns_id,
        payload={"mark": mark},
    )
    return digits
