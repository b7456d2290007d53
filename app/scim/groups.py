"""What a pushed group gives: exactly what SKRANKE_GROUPS_FILE says of it, at once, and nothing where it is not named.

A unit is decided here only when every group that gives it is pushed; else it is decided when people sign in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import JSON, audit
from app.identity.actor import Actor
from app.identity.directory import Rule, follow_directory, follow_offices
from app.scim.models import ScimGroup, ScimMember, ScimUser


async def follow_groups(
    session: AsyncSession,
    person_ids: Iterable[int],
    rules: Sequence[Rule],
    *,
    by: Actor,
    gone: Collection[str] = (),
) -> None:
    """Make these people what their groups say. `gone`: names of a group that was just deleted."""
    if not rules:
        return
    groups = (
        await session.execute(select(ScimGroup.external_id, ScimGroup.document["displayName"].astext))
    ).all()
    pushed = {name for row in groups for name in row if name} | set(gone)
    decided = [rule for rule in rules if _is_decided(rule, rules, pushed)]
    for person_id in person_ids if decided else ():
        mine = await _groups_of(session, person_id)
        for change in await follow_directory(session, person_id, mine, decided):
            kind = AuditKind.RIGHT_GIVEN if change.verb == "given" else AuditKind.RIGHT_TAKEN
            right: dict[str, JSON] = {"unit": change.unit, "lead": change.lead, "by": "scim"}
            await audit(
                session,
                by,
                kind,
                subject_kind="person",
                subject_id=person_id,
                concerns_id=person_id,
                payload=right,
            )
        await follow_offices(session, person_id, mine, decided)


def _is_decided(rule: Rule, rules: Sequence[Rule], pushed: Collection[str]) -> bool:
    def gives(one: Rule) -> tuple[object, ...]:
        return one.unit, one.office, one.over

    return all(other.group in pushed for other in rules if gives(other) == gives(rule))


async def _groups_of(session: AsyncSession, person_id: int) -> set[str]:
    query = (
        select(ScimGroup.external_id, ScimGroup.document["displayName"].astext)
        .join(ScimMember, ScimMember.group_id == ScimGroup.id)
        .join(ScimUser, ScimUser.id == ScimMember.user_id)
        .where(ScimUser.person_id == person_id)
    )
    return {name for row in await session.execute(query) for name in row if name}
