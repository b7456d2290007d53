"""Writing down what was discussed, using it, ending it; and reading what is in force and how it was used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, FieldProblem, Invalid, NotFound, refuse
from app.events.log import database_now, take
from app.events.models import Event
from app.identity.actor import Actor
from app.people.models import Person
from app.reporting import policy
from app.reporting.models import MeasureAgreement
from app.web.words import local

HALF_A_YEAR_DAYS = 184


@dataclass(frozen=True)
class Discussed:
    """What the form carries."""

    unit: str
    purpose: str
    discussed_with: str
    discussed_on: date
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class InForce:
    """What everybody in the unit may read."""

    id: int
    unit: str
    purpose: str
    discussed_with: str
    discussed_on: date
    valid_from: date
    valid_to: date
    recorded_by: str
    uses: tuple[tuple[str, datetime], ...]
    """Who looked, and when; the latest first."""


async def record_agreement(session: AsyncSession, discussed: Discussed, *, by: Actor) -> MeasureAgreement:
    """Raises Forbidden for others than the unit's leads, Invalid for days that cannot be."""
    refuse(policy.may_record(by, discussed.unit))
    at = await database_now(session)
    _check(discussed, local(at).date())
    assert by.person_id is not None
    row = MeasureAgreement(
        unit=discussed.unit,
        purpose=discussed.purpose,
        discussed_with=discussed.discussed_with,
        discussed_on=discussed.discussed_on,
        valid_from=discussed.valid_from,
        valid_to=discussed.valid_to,
        recorded_by_id=by.person_id,
        last_event_at=at,
    )
    session.add(row)
    await session.flush()
    row.recorded(by=by, at=at)
    return row


def _check(discussed: Discussed, today: date) -> None:
    wrong: list[FieldProblem] = []
    if discussed.discussed_on > min(today, discussed.valid_from):
        wrong.append(FieldProblem("discussed_on", "field.discussed_first"))
    if discussed.valid_to < max(today, discussed.valid_from):
        wrong.append(FieldProblem("valid_to", "field.ends_before_it_begins"))
    elif (discussed.valid_to - discussed.valid_from).days > HALF_A_YEAR_DAYS:
        wrong.append(FieldProblem("valid_to", "field.half_a_year_at_most"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))


async def use_agreement(session: AsyncSession, unit: str, *, by: Actor) -> MeasureAgreement:
    """Before figures per person are shown: it is in force, and the log says who looked. Raises Forbidden."""
    found = (await session.scalars(_in_force().where(MeasureAgreement.unit == unit).limit(1))).first()
    refuse(policy.may_see_persons(by, unit, found))
    assert found is not None
    taken, at = await take(session, MeasureAgreement, MeasureAgreement.id == found.id)
    if taken.ended_at is not None:
        raise Conflict("reporting.persons_off")
    taken.used(by=by, at=at)
    return taken


async def end_agreement(session: AsyncSession, agreement_id: int, *, by: Actor) -> str:
    """The unit it was for. NotFound for others than those who may record; ending twice is ended once."""
    if not by.leads_units:
        raise NotFound
    row, at = await take(
        session,
        MeasureAgreement,
        MeasureAgreement.id == agreement_id,
        MeasureAgreement.unit.in_(sorted(by.leads_units)),
    )
    if row.ended_at is None:
        row.end(by=by, at=at)
    return row.unit


async def in_force(session: AsyncSession, units: Collection[str]) -> list[InForce]:
    """Of these units, with everybody who has looked: two queries, however often that was."""
    query = (
        _in_force().add_columns(Person.name).join(Person, Person.id == MeasureAgreement.recorded_by_id)
    ).where(MeasureAgreement.unit.in_(sorted(units)))
    rows = (await session.execute(query)).all()
    used = (
        select(Event.subject_id, Event.at, Person.name)
        .join(Person, Person.id == Event.actor_id)
        .where(
            Event.subject_kind == "measure_agreement",
            Event.subject_id.in_([row.id for row, _ in rows]),
            Event.kind == "measure_agreement.used",
        )
        .order_by(Event.at.desc())
    )
    uses = (await session.execute(used)).all()
    return [
        InForce(
            id=row.id,
            unit=row.unit,
            purpose=row.purpose,
            discussed_with=row.discussed_with,
            discussed_on=row.discussed_on,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            recorded_by=name,
            uses=tuple((use.name, use.at) for use in uses if use.subject_id == row.id),
        )
        for row, name in rows
    ]


def _in_force() -> Any:
    today = func.current_date()
    return (
        select(MeasureAgreement)
        .where(
            MeasureAgreement.valid_from <= today,
            MeasureAgreement.valid_to >= today,
            MeasureAgreement.ended_at.is_(None),
        )
        .order_by(MeasureAgreement.valid_to.desc(), MeasureAgreement.id)
    )
