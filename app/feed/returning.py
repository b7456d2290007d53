"""Letting in whoever had left by themselves, and has a job again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.identity.ending import open_access
from app.people.engaging import has_a_job
from app.people.models import Person
from sla.zone import day_of


async def let_back_in(session: AsyncSession, person_id: int, *, by: Actor, at: datetime) -> None:
    """Only those whose access time ended: whoever was shut out by somebody stays so."""
    left = select(Person).where(Person.id == person_id, Person.left_at.is_not(None)).with_for_update()
    person = (await session.scalars(left)).one_or_none()
    if person is None or not await has_a_job(session, person_id, day_of(at)):
        return
    person.left_at = None
    await session.flush()
    await open_access(session, person_id, by=by)
