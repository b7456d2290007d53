"""«Slik er fristen regnet ut» of a ticket, for whoever may see it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import load_published
from app.clocks.explain import Reckoned, reckon
from app.clocks.log import house_of
from app.identity.actor import Actor
from app.tickets.view import TicketView, ticket_view


async def reckoned(session: AsyncSession, actor: Actor, number: str) -> tuple[TicketView, list[Reckoned]]:
    """Raises NotFound as `ticket_view` does."""
    view = await ticket_view(session, actor, number)
    published = await load_published(session, view.ticket.catalogue_version)
    house = await house_of(session, [view.events], published)
    return view, reckon(view.events, house, at=max(view.now, view.ticket.last_event_at))
