"""Who does what waits for somebody who is away: naming a deputy, and ending it (need B40)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    any_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.deliveries.queue import deliver_later
from app.errors import FieldProblem, Forbidden, Invalid, NotFound
from app.identity.actor import Actor
from app.people.leading import leader_of
from app.people.models import Absence, Delegation, Deputy, Person
from app.people.policy import findable
from service_catalog.schema import Authority

TOLD = "people.deputy_named"
LONGEST = timedelta(days=366)
OFFICE_ONLY = frozenset({Authority.PERSONAL})
"""Authorities that go with the office: only whoever is konstituert holds them for somebody else.

Source: needs B40 and B41; personnel matters follow the one who has the responsibility of an employer.
"""


@dataclass(frozen=True)
class Away:
    """From the first day away to the last, both included."""

    first: date
    last: date
    deputy_id: int | None
    covers: frozenset[Authority] = frozenset()
    acting: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One deputyship as the two of them see it."""

    id: int
    person_id: int
    person_name: str
    deputy_id: int
    deputy_name: str
    starts_on: date
    ends_on: date
    covers: tuple[str, ...]
    acting: bool


async def go_away(session: AsyncSession, away: Away, *, by: Actor) -> None:
    """Say that one is away, and who does one's tasks meanwhile: else it is one's leader. The deputy is told.

    Raises Invalid for a period that is over or longer than a year, for a deputy who is unknown or oneself, and for an
    authority the deputy does not hold themselves: a deputy answers by what they are trusted with already. Raises
    Forbidden for whoever came in for their own matters only.
    """
    assert by.person_id is not None
    if by.only_oneself:
        raise Forbidden("sign_in.only_oneself")
    today = (await session.execute(select(func.current_date()))).scalar_one()
    if away.last < away.first or away.last < today or away.last - away.first > LONGEST:
        raise Invalid("request.invalid", fields=(FieldProblem("last", "deputy.bad_period"),))
    absence = insert(Absence).values(
        person_id=by.person_id, away_on=away.first, back_on=away.last + timedelta(days=1)
    )
    await session.execute(
        absence.on_conflict_do_update(
            index_elements=["person_id", "away_on"], set_={"back_on": absence.excluded.back_on}
        )
    )
    deputy_id = away.deputy_id
    if deputy_id is not None:
        await _check_deputy(session, away, deputy_id, by=by)
    else:
        # The tasks are the next one's up, so that they do not rot; what needs an authority finds its own way up.
        away = replace(away, covers=frozenset(), acting=False)
        deputy_id = await leader_of(session, by.person_id)
    if deputy_id is None:
        return
    row = Deputy(
        person_id=by.person_id,
        deputy_id=deputy_id,
        starts_on=away.first,
        ends_on=away.last,
        covers=sorted(away.covers),
        acting=away.acting,
    )
    session.add(row)
    await session.flush()
    await audit(
        session,
        by,
        AuditKind.RIGHT_GIVEN,
        subject_kind="person",
        subject_id=deputy_id,
        concerns_id=by.person_id,
        payload={"deputy": row.id, "covers": sorted(away.covers), "acting": away.acting},
    )
    await deliver_later(
        session, TOLD, key=f"{TOLD}:{row.id}", payload={"deputy_id": row.id}, recipient_id=deputy_id
    )


async def _check_deputy(session: AsyncSession, away: Away, deputy_id: int, *, by: Actor) -> None:
    known = select(Person.id).where(Person.id == deputy_id, findable())
    if (await session.scalars(known)).one_or_none() is None:
        raise Invalid("request.invalid", fields=(FieldProblem("deputy_id", "field.unknown_person"),))
    if deputy_id == by.person_id:
        raise Invalid("request.invalid", fields=(FieldProblem("deputy_id", "field.not_yourself"),))
    if not away.acting and away.covers & OFFICE_ONLY:
        raise Invalid("request.invalid", fields=(FieldProblem("covers", "deputy.must_be_acting"),))
    lacking = set() if away.acting else away.covers - await authorities_of(session, deputy_id, on=away.first)
    if lacking:
        raise Invalid("request.invalid", fields=(FieldProblem("covers", "deputy.lacks_authority"),))


async def authorities_of(session: AsyncSession, person_id: int, *, on: date) -> frozenset[Authority]:
    """The kinds of authority the person holds over anything on the day."""
    held = select(Delegation.authority).where(
        Delegation.person_id == person_id,
        Delegation.valid_from <= on,
        or_(Delegation.valid_to.is_(None), Delegation.valid_to >= on),
    )
    return frozenset((await session.scalars(held.distinct())).all())


async def come_back(session: AsyncSession, deputy_id: int, *, by: Actor) -> None:
    """End a deputyship now: whoever gave it, or whoever has it. Raises NotFound for others."""
    mine = or_(Deputy.person_id == by.person_id, Deputy.deputy_id == by.person_id)
    ended = delete(Deputy).where(Deputy.id == deputy_id, mine).returning(Deputy.person_id, Deputy.deputy_id)
    row = (await session.execute(ended)).one_or_none()
    if row is None:
        raise NotFound
    today = func.current_date()
    if by.person_id == row.person_id:
        await session.execute(
            delete(Absence).where(Absence.person_id == row.person_id, Absence.back_on > today)
        )
    await audit(
        session,
        by,
        AuditKind.RIGHT_TAKEN,
        subject_kind="person",
        subject_id=row.deputy_id,
        concerns_id=row.person_id,
        payload={"deputy": deputy_id},
    )


async def deputies_of(session: AsyncSession, person_ids: Collection[int]) -> Sequence[Standing]:
    """Those that are in force or to come, in which any of them is either of the two; the first first."""
    away, deputy = aliased(Person), aliased(Person)
    query = (
        select(
            Deputy.id,
            Deputy.person_id,
            away.name,
            Deputy.deputy_id,
            deputy.name,
            Deputy.starts_on,
            Deputy.ends_on,
            Deputy.covers,
            Deputy.acting,
        )
        .join(away, away.id == Deputy.person_id)
        .join(deputy, deputy.id == Deputy.deputy_id)
        .where(
            Deputy.ends_on >= func.current_date(),
            or_(Deputy.person_id.in_(person_ids), Deputy.deputy_id.in_(person_ids)),
        )
        .order_by(Deputy.starts_on, Deputy.id)
    )
    return [
        Standing(*row[:7], covers=tuple(row.covers), acting=row.acting)
        for row in await session.execute(query)
    ]


async def deputies_for(session: AsyncSession, person_id: int, authority: Authority) -> Sequence[int]:
    """Whoever answers by this authority in their place today."""
    query = select(Deputy.deputy_id).where(
        *_in_force(person_id), literal(authority.value) == any_(Deputy.covers)
    )
    return (await session.scalars(query.order_by(Deputy.deputy_id).distinct())).all()


def _in_force(person_id: int | SQLColumnExpression[Any]) -> tuple[ColumnElement[bool], ...]:
    today = func.current_date()
    return Deputy.person_id == person_id, Deputy.starts_on <= today, Deputy.ends_on >= today


def is_away(person_id: SQLColumnExpression[Any], *, until: ColumnElement[date]) -> ColumnElement[bool]:
    """Away today, and on the day `until`."""
    return exists().where(
        Absence.person_id == person_id, Absence.away_on <= func.current_date(), Absence.back_on > until
    )


def has_deputy(person_id: SQLColumnExpression[Any], authority: ColumnElement[str]) -> ColumnElement[bool]:
    """Somebody answers by the authority in their place today."""
    return exists().where(*_in_force(person_id), authority == any_(Deputy.covers))


async def is_left_alone(session: AsyncSession, person_id: int | None, authority: Authority) -> bool:
    """They are away today, and nobody answers by this authority in their place. Nobody at all is left alone too."""
    if person_id is None:
        return True
    who = literal(person_id)
    alone = and_(is_away(who, until=func.current_date()), ~has_deputy(who, literal(authority.value)))
    return bool((await session.execute(select(alone))).scalar_one())
