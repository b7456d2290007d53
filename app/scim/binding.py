"""That a pushed user turned out to be somebody who was expected."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.identity.directory import Rule
from app.scim.groups import follow_groups
from app.scim.meaning import SOURCE
from app.scim.models import ScimUser


async def bind(
    session: AsyncSession, source: str, key: str, person_id: int | None, rules: tuple[Rule, ...], *, by: Actor
) -> None:
    """The user is this person from now on, and has what their groups give. Nothing for rows of other sources."""
    if source != SOURCE or person_id is None:
        return
    user = (await session.scalars(select(ScimUser).where(ScimUser.id == int(key)))).one_or_none()
    if user is not None and user.person_id is None:
        user.person_id = person_id
        await session.flush()
        await follow_groups(session, [person_id], rules, by=by)
