"""Journeys somebody may see: the list of new people and those who leave, and one with all its steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.catalogue.published import Published, load_published
from app.errors import NotFound
from app.identity.actor import Actor
from app.journeys.models import JourneyRow, JourneyState, JourneyStep
from app.journeys.policy import visible_to
from app.people.models import Engagement, Hire, OrgUnit, Person
from app.web.paging import Page, decode_cursor, encode_cursor
from service_catalog.journey_schema import Journey, JourneyKind

SHOWN = (JourneyKind.JOIN, JourneyKind.MOVE, JourneyKind.LEAVE)
"""A contract is shown with the journey of whoever begins."""
_Owner = aliased(Person)


@dataclass(frozen=True, slots=True)
class Found:
    """A journey with what stands beside it."""

    row: JourneyRow
    engagement: Engagement
    place: OrgUnit
    name: str
    """Of whom it is about."""
    owner_name: str
    hire: Hire | None
    """The order, of whoever was ordered before the HR system knew them."""


def _whole() -> Select[JourneyRow, Engagement, OrgUnit, str, str, Hire]:
    return (
        select(JourneyRow, Engagement, OrgUnit, Person.name, _Owner.name.label("owner_name"), Hire)
        .join(Engagement, Engagement.id == JourneyRow.engagement_id)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .join(Person, Person.id == JourneyRow.person_id)
        .join(_Owner, _Owner.id == JourneyRow.owner_id)
        .outerjoin(Hire, Hire.engagement_id == JourneyRow.engagement_id)
    )


async def journeys_seen_by(
    session: AsyncSession, actor: Actor, *, after: str | None, limit: int, over: bool = False
) -> Page[Found]:
    """Of others than the actor, the nearest day first; `over`: those that are done or withdrawn."""
    active = JourneyRow.state == JourneyState.ACTIVE
    query = (
        _whole()
        .where(
            visible_to(actor),
            ~active if over else active,
            JourneyRow.kind.in_(SHOWN),
            JourneyRow.person_id != actor.person_id,
        )
        .order_by(JourneyRow.day, JourneyRow.id)
        .limit(limit + 1)
    )
    if after is not None:
        day, last = decode_cursor(after, date, int)
        query = query.where(tuple_(JourneyRow.day, JourneyRow.id) > (day, last))
    rows = [Found(*row) for row in await session.execute(query)]
    cursor = None
    if len(rows) > limit:
        edge = rows[limit - 1].row
        cursor = encode_cursor(edge.day, edge.id)
    return Page(rows[:limit], cursor)


async def journey_seen_by(session: AsyncSession, actor: Actor, journey_id: int) -> Found:
    """Raises NotFound for others'."""
    row = (
        await session.execute(_whole().where(JourneyRow.id == journey_id, visible_to(actor)))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Found(*row)


async def contracts_of(session: AsyncSession, rows: Collection[JourneyRow]) -> dict[int, JourneyRow]:
    """By engagement: the newest journey of its contract, of whoever begins."""
    joining = [row.engagement_id for row in rows if row.kind is JourneyKind.JOIN]
    if not joining:
        return {}
    query = (
        select(JourneyRow)
        .where(JourneyRow.engagement_id.in_(joining), JourneyRow.kind == JourneyKind.CONTRACT)
        .order_by(JourneyRow.id)
    )
    return {row.engagement_id: row for row in await session.scalars(query)}


async def steps_of_all(session: AsyncSession, ids: Collection[int]) -> dict[int, list[JourneyStep]]:
    """By journey, in order."""
    found: dict[int, list[JourneyStep]] = defaultdict(list)
    query = select(JourneyStep).where(JourneyStep.journey_id.in_(ids)).order_by(JourneyStep.place)
    for step in await session.scalars(query):
        found[step.journey_id].append(step)
    return found


async def names_of_doers(session: AsyncSession, steps: Collection[JourneyStep]) -> dict[int, str]:
    """Beside what they did in a journey that is seen."""
    ids = {step.done_by_id for step in steps if step.done_by_id is not None}
    if not ids:
        return {}
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def template_of(session: AsyncSession, row: JourneyRow, published: Published) -> Journey:
    """As it was when the journey began."""
    known = published if row.catalogue_version == published.version else None
    whole = known or await load_published(session, row.catalogue_version)
    return whole.catalogue.journeys[row.template]


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """A step that waits for somebody: what their list of tasks shows."""

    journey_id: int
    step_id: int
    key: str
    person_name: str
    due_at: datetime
    template: str
    catalogue_version: int


async def told_steps(session: AsyncSession, step_ids: Sequence[int]) -> Sequence[WaitingStep]:
    """What the tasks of these steps are called by, for those whose tasks they are."""
    query = (
        select(
            JourneyRow.id,
            JourneyStep.id,
            JourneyStep.key,
            Person.name,
            JourneyStep.due_at,
            JourneyRow.template,
            JourneyRow.catalogue_version,
        )
        .join(JourneyRow, JourneyRow.id == JourneyStep.journey_id)
        .join(Person, Person.id == JourneyRow.person_id)
        .where(JourneyStep.id.in_(step_ids))
    )
    return [WaitingStep(*row) for row in await session.execute(query)]
