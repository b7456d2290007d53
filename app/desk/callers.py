"""Who is calling: the card beside «Registrer sak», in four queries whoever it is."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.desk.views import Caller, CallerService, CallerTicket
from app.identity.actor import Actor
from app.people.models import Engagement
from app.people.queries import findable_ref
from app.tickets.lifecycle import number_of
from app.tickets.models import Ticket
from app.tickets.policy import visible_to
from app.tickets.queries import is_open

OPEN_SHOWN = 5
SERVICES_SHOWN = 5


async def caller_card(session: AsyncSession, me: Actor, person_id: int) -> Caller:
    """Raises NotFound for nobody, and for whom no search finds. Only tickets this agent may see are on the card."""
    person = await findable_ref(session, person_id)
    mine = (Ticket.requester_id == person_id, visible_to(me))
    tickets = (
        select(Ticket.id, Ticket.subject, Ticket.status, Ticket.waiting_for, Ticket.unit, Ticket.opened_at)
        .where(*mine, is_open())
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(OPEN_SHOWN)
    )
    services = (
        select(Ticket.service, func.count().label("times"))
        .where(*mine)
        .group_by(Ticket.service)
        .order_by(func.count().desc(), Ticket.service)
        .limit(SERVICES_SHOWN)
    )
    place = (await session.execute(_place_of(person_id))).one_or_none()
    return Caller(
        person=person,
        role_title=place.title if place else None,
        org_unit_id=place.org_unit_id if place else None,
        tickets=[CallerTicket(number_of(row[0]), *row[1:]) for row in await session.execute(tickets)],
        services=[CallerService(*row) for row in await session.execute(services)],
    )


def _place_of(person_id: int) -> Select[str, int]:
    """What they are called, and where, in the engagement they have most of today."""
    today = func.current_date()
    return (
        select(Engagement.title, Engagement.org_unit_id)
        .where(
            Engagement.person_id == person_id,
            Engagement.starts_on <= today,
            func.coalesce(Engagement.ends_on, today) >= today,
        )
        .order_by(Engagement.percent.desc(), Engagement.starts_on, Engagement.id)
        .limit(1)
    )
