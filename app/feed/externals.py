"""Consultants and those who are hired in: who answers for them, until when, and letting them go on or end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.errors import FieldProblem, Invalid, NotFound, Refusal
from app.events.log import database_now
from app.feed.returning import let_back_in
from app.identity.actor import Actor
from app.people.engaging import RENEWAL_BEFORE, SPONSORED, Span, content_of, correct, has_days, set_end
from app.people.leading import nearest_led
from app.people.models import Engagement, OrgUnit, Person
from sla.zone import day_of

LONGEST = timedelta(days=366)
"""At once: somebody is to think about it every year."""
SHOWN_AFTER = timedelta(days=30)
"""How long after the end it is still shown, and may be let go on."""
LONGEST_REFERENCE = 100
MOST = 200


@dataclass(frozen=True, slots=True)
class External:
    """One engagement of somebody from outside. `ends_on` is its last day."""

    id: int
    name: str
    kind: str
    title: str
    place: str
    sponsor: str
    contract: str
    ground: str
    """By its key in the catalogue; empty for none."""
    starts_on: date
    ends_on: date
    is_over: bool
    is_soon: bool


def may_see(actor: Actor) -> Refusal | None:
    """Who has the page at all; what is on it is what one answers for."""
    return None if actor.is_leader else Refusal("access.leaders_only")


def answered_for_by(actor: Actor) -> ColumnElement[bool]:
    """Of externals: one is the sponsor, or their nearest leader. Nobody answers for themselves."""
    mine = or_(Engagement.sponsor_id == actor.at_work_id, nearest_led(actor.at_work_id))
    return mine & (Engagement.person_id != actor.person_id) & Engagement.kind.in_(SPONSORED)


async def externals_of(session: AsyncSession, actor: Actor) -> Sequence[External]:
    """Those who are over soonest first; also those who were over lately."""
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    sponsor, leader = aliased(Person), func.coalesce(Engagement.leader_id, OrgUnit.leader_id)
    query = (
        select(
            Engagement.id,
            Person.name,
            Engagement.kind,
            Engagement.title,
            OrgUnit.name.label("place"),
            sponsor.name.label("sponsor"),
            Engagement.contract_reference,
            Engagement.legal_basis,
            Engagement.starts_on,
            Engagement.ends_on,
        )
        .join(Person, Person.id == Engagement.person_id)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .outerjoin(sponsor, sponsor.id == func.coalesce(Engagement.sponsor_id, leader))
        .where(answered_for_by(actor), has_days(), Engagement.ends_on >= today - SHOWN_AFTER)
        .order_by(Engagement.ends_on, Engagement.id)
        .limit(MOST)
    )
    return [
        External(
            row.id,
            row.name,
            row.kind,
            row.title,
            row.place,
            row.sponsor or "",
            row.contract_reference or "",
            row.legal_basis or "",
            row.starts_on,
            row.ends_on,
            is_over=row.ends_on < today,
            is_soon=today <= row.ends_on <= today + RENEWAL_BEFORE,
        )
        for row in await session.execute(query)
    ]


async def set_last_day(
    session: AsyncSession, engagement_id: int, last_day: date | None, contract: str, *, by: Actor
) -> None:
    """It goes on until then, or is over sooner; with another contract where one is named. Who was over comes back.

    Raises NotFound for whom one does not answer for, and Invalid with the fields that are wrong.
    """
    query = (
        select(Engagement)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Engagement.id == engagement_id, answered_for_by(by), has_days())
        .with_for_update(of=Engagement)
    )
    engagement = (await session.scalars(query)).one_or_none()
    if engagement is None:
        raise NotFound
    at = await database_now(session)
    wrong = _wrong(engagement, last_day, contract.strip(), day_of(at))
    if wrong or last_day is None:
        raise Invalid("request.invalid", fields=tuple(wrong))
    if contract.strip() and contract.strip() != engagement.contract_reference:
        content = replace(content_of(engagement), contract_reference=contract.strip())
        span = Span(engagement.starts_on, engagement.ends_on)
        await correct(session, engagement.id, content, span, by=by)
    await set_end(session, engagement.id, last_day, by=by)
    await let_back_in(session, engagement.person_id, by=by, at=at)


def _wrong(engagement: Engagement, last_day: date | None, contract: str, today: date) -> list[FieldProblem]:
    found = []
    if last_day is None:
        found.append(FieldProblem("last_day", "field.required"))
    elif last_day < today:
        found.append(FieldProblem("last_day", "field.in_the_past"))
    elif last_day < engagement.starts_on:
        found.append(FieldProblem("last_day", "field.ends_before_it_begins"))
    elif last_day > today + LONGEST:
        limit = (("limit", f"{today + LONGEST:%d.%m.%Y}"),)
        found.append(FieldProblem("last_day", "field.date_too_late", limit))
    if len(contract) > LONGEST_REFERENCE:
        found.append(FieldProblem("contract", "field.too_long"))
    return found
