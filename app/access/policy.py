"""Who may see whose access: everybody their own, and leaders that of the people they lead."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.queries import is_own
from app.errors import NotFound, Refusal
from app.identity.actor import Actor
from app.people.queries import leads


def may_see_grid(actor: Actor) -> Refusal | None:
    return None if actor.is_leader else Refusal("access.leaders_only")


async def check_may_see(session: AsyncSession, actor: Actor, person_id: int) -> None:
    """Raises NotFound, as for somebody who does not exist, for whoever is not theirs."""
    if actor.person_id == person_id:
        return
    if not (await leads(session, actor, person_id) or await is_own(session, actor, person_id)):
        raise NotFound
