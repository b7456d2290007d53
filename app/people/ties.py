"""Who stands too near whom to handle or approve their case: oneself, a near tie, one's own leader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, and_, any_, column, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.errors import FieldProblem, Invalid, NotFound, Refusal
from app.identity.actor import Actor, Office
from app.people.models import NearTie, Person
from app.people.policy import findable

OWN_LEADERS = """
    WITH RECURSIVE place AS (
        SELECT coalesce(engaged.leader_id, org.leader_id) AS leader_id, org.parent_id, 1 AS height
        FROM engagements engaged JOIN org_units org ON org.id = engaged.org_unit_id
        WHERE engaged.person_id = {person} AND engaged.starts_on <= current_date
          AND (engaged.ends_on IS NULL OR engaged.ends_on >= current_date)
        UNION ALL
        SELECT above.leader_id, above.parent_id, place.height + 1
        FROM place JOIN org_units above ON above.id = place.parent_id
        WHERE (place.leader_id IS NULL OR place.leader_id = {person}) AND place.height < 50
    )
    SELECT leader_id FROM place WHERE leader_id <> {person}
"""
"""The nearest leader of each engagement in force: the engagement's own, else the place's, else the one above."""


def too_near(actor: Actor, *persons: int | None) -> Refusal | None:
    """Nobody handles or approves the case of family or of their own leader. One's own case has a sentence of its own.

    Source: forvaltningsloven kap. II (§ 6) and kommuneloven § 13-3: what the leader is barred from, so are those below.
    """
    concerned = set(persons)
    if not actor.kin.isdisjoint(concerned):
        return Refusal("habilitet.near_tie")
    if not actor.leaders.isdisjoint(concerned):
        return Refusal("habilitet.own_leader")
    return None


def own_leaders(person: str) -> ColumnElement[list[int]]:
    """As an array, of the person in this column («persons.id»)."""
    found = text(OWN_LEADERS.format(person=person)).columns(column("leader_id", BigInteger))
    return func.array(found.scalar_subquery())


def near_to(person_id: InstrumentedAttribute[int], *others: int) -> ColumnElement[bool]:
    """Whether the one in the column is too near one of the others, for those who choose somebody else for a case."""
    said = and_(NearTie.person_id == person_id, NearTie.other_id.in_(others))
    named = and_(NearTie.other_id == person_id, NearTie.person_id.in_(others))
    tied = select(NearTie.person_id).where(or_(said, named)).exists()
    leaders = own_leaders(f"{person_id.class_.__tablename__}.{person_id.key}")
    return or_(tied, *(any_(leaders) == other for other in others))


async def is_too_near(session: AsyncSession, person_id: int | None, *others: int) -> bool:
    """As `too_near`, of somebody who is not here to ask."""
    near = select(near_to(Person.id, *others)).where(Person.id == person_id)
    return bool((await session.execute(near)).scalar_one_or_none())


@dataclass(frozen=True, slots=True)
class Tie:
    """One recorded tie, as the two and the privacy officer see it."""

    person_id: int
    person_name: str
    other_id: int
    other_name: str
    recorded_at: datetime


async def record_tie(session: AsyncSession, other_id: int, *, by: Actor) -> None:
    """Say that you stand near somebody who works here. Saying it twice changes nothing."""
    if by.person_id is None or other_id == by.person_id:
        raise Invalid("request.invalid", fields=(FieldProblem("person_id", "field.not_yourself"),))
    known = select(Person.id).where(Person.id == other_id, findable())
    if (await session.scalars(known)).one_or_none() is None:
        raise Invalid("request.invalid", fields=(FieldProblem("person_id", "field.unknown_person"),))
    tie = insert(NearTie).values(
        person_id=by.person_id, other_id=other_id, recorded_at=func.clock_timestamp()
    )
    said = await session.scalars(tie.on_conflict_do_nothing().returning(NearTie.other_id))
    if said.one_or_none() is not None:
        await _record(session, AuditKind.RIGHT_TAKEN, other_id, by=by)


async def remove_tie(session: AsyncSession, other_id: int, *, by: Actor) -> None:
    """Only whoever recorded it. Raises NotFound when there is none."""
    mine = delete(NearTie).where(NearTie.person_id == by.person_id, NearTie.other_id == other_id)
    if (await session.scalars(mine.returning(NearTie.other_id))).one_or_none() is None:
        raise NotFound
    await _record(session, AuditKind.RIGHT_GIVEN, other_id, by=by)


async def _record(session: AsyncSession, kind: AuditKind, other_id: int, *, by: Actor) -> None:
    """A tie takes from both the right to handle the other's cases, and its end gives it back."""
    await audit(
        session,
        by,
        kind,
        subject_kind="person",
        subject_id=by.person_id,
        concerns_id=other_id,
        payload={"near_tie": other_id},
    )


async def ties_seen_by(session: AsyncSession, actor: Actor) -> list[Tie]:
    """One's own, whichever of the two recorded it; all of them for the privacy officer. By name."""
    teller, other = aliased(Person), aliased(Person)
    query = (
        select(NearTie.person_id, teller.name, NearTie.other_id, other.name, NearTie.recorded_at)
        .join(teller, teller.id == NearTie.person_id)
        .join(other, other.id == NearTie.other_id)
        .order_by(teller.sort_key, teller.id, other.sort_key, other.id)
    )
    if not actor.holds(Office.PRIVACY_OFFICER):
        me = actor.person_id
        query = query.where(or_(NearTie.person_id == me, NearTie.other_id == me))
    return [Tie(*row) for row in await session.execute(query)]
