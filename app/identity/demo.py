"""The people a demo offers to be: a few of each kind, with what each of them can try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.identity.actor import Office
from app.people.models import Delegation, Engagement, Membership, OfficeHolder, Orderer, OrgUnit, Person
from service_catalog.schema import Authority

EACH = 3


@dataclass(frozen=True)
class DemoPerson:
    id: int
    name: str
    title: str
    org_unit: str
    unit: str | None
    """The fagenhet of an agent."""


@dataclass(frozen=True)
class DemoPeople:
    employees: list[DemoPerson]
    first_line: list[DemoPerson]
    agents: list[DemoPerson]
    leaders: list[DemoPerson]
    orderers: list[DemoPerson]
    directors: list[DemoPerson]
    officers: list[DemoPerson]
    administrators: list[DemoPerson]
    recipients: list[DemoPerson]


# Their own names, because the person's own place is an OrgUnit in the same query.
Led, Root = aliased(OrgUnit), aliased(OrgUnit)


def _is_agent(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Membership.person_id == Person.id, *which)


def _leads() -> ColumnElement[bool]:
    return exists().where(Led.leader_id == Person.id)


def _leads_top() -> ColumnElement[bool]:
    """A kommunalsjef: leads a unit right below the root of the tree."""
    root = select(Root.id).where(Root.parent_id.is_(None)).scalar_subquery()
    return exists().where(Led.leader_id == Person.id, Led.parent_id.in_(root))


def _is_orderer() -> ColumnElement[bool]:
    return exists().where(Orderer.person_id == Person.id)


def _holds(office: Office) -> ColumnElement[bool]:
    return exists().where(OfficeHolder.person_id == Person.id, OfficeHolder.office == office)


def _has_budget() -> ColumnElement[bool]:
    return exists().where(Delegation.person_id == Person.id, Delegation.authority == Authority.BUDGET)


async def _some(session: AsyncSession, *where: ColumnElement[bool], limit: int = EACH) -> list[DemoPerson]:
    """One row per person: the engagement they have most of, in the order they were hired into the demo."""
    today = func.current_date()
    query = (
        select(Person.id, Person.name, Engagement.title, OrgUnit.name.label("org_unit"))
        .ext(distinct_on(Person.id))
        .join(Engagement, Engagement.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Person.active, ~Person.shielded, *where)
        .where(Engagement.starts_on <= today, or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today))
        .order_by(Person.id, Engagement.percent.desc(), Engagement.id)
        .limit(limit)
    )
    return [_person(row) for row in (await session.execute(query)).all()]


async def _agents(session: AsyncSession, first_line_units: Sequence[str]) -> list[DemoPerson]:
    """One agent of each unit that is not the first line."""
    query = (
        select(Person.id, Person.name, Engagement.title, OrgUnit.name.label("org_unit"), Membership.unit)
        .ext(distinct_on(Membership.unit))
        .join(Membership, Membership.person_id == Person.id)
        .join(Engagement, Engagement.person_id == Person.id)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Person.active, Membership.unit.not_in(first_line_units))
        .order_by(Membership.unit, Membership.lead.desc(), Person.id, Engagement.id)
    )
    return [_person(row, row.unit) for row in (await session.execute(query)).all()]


def _person(row: Any, unit: str | None = None) -> DemoPerson:
    return DemoPerson(row.id, row.name, row.title, row.org_unit, unit)


def _leads_place_of(person: DemoPerson) -> ColumnElement[bool]:
    """Who is asked first about what the person orders."""
    led = select(Led.leader_id).join(Engagement, Engagement.org_unit_id == Led.id)
    return Person.id.in_(led.where(Engagement.person_id == person.id))


async def _leaders(session: AsyncSession, employees: Sequence[DemoPerson]) -> list[DemoPerson]:
    """A few, and whoever leads the first employee: one order can be followed from the wish to the answer."""
    offered = (_leads(), ~_leads_top(), ~_is_agent(), _has_budget())
    leaders = await _some(session, *offered)
    for employee in employees[:1]:
        leaders += [
            leader
            for leader in await _some(session, *offered, _leads_place_of(employee), limit=1)
            if leader not in leaders
        ]
    return leaders


async def demo_people(session: AsyncSession, first_line_units: Sequence[str]) -> DemoPeople:
    ordinary = (~_is_agent(), ~_leads(), ~_is_orderer())
    employees = await _some(session, *ordinary)
    return DemoPeople(
        employees=employees,
        first_line=await _some(session, _is_agent(Membership.unit.in_(first_line_units))),
        agents=await _agents(session, first_line_units),
        leaders=await _leaders(session, employees),
        orderers=await _some(session, _is_orderer(), ~_is_agent()),
        directors=await _some(session, _leads_top(), ~_is_agent(), limit=5),
        officers=await _some(session, _holds(Office.PRIVACY_OFFICER)),
        administrators=await _some(session, _holds(Office.TECHNICAL_ADMINISTRATOR)),
        recipients=await _some(session, _holds(Office.WHISTLEBLOWING_RECIPIENT)),
    )
