"""The persons of a plan, set-wise: jobs, grants and papers of many in the same few queries as of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.desired import Job
from app.access.models import Errand, Grant, GrantOrder, Paper
from app.access.plan import AHEAD, Held, Person, State
from app.identity.actor import Actor
from app.people.engaging import DAY, ends_at, has_days
from app.people.leading import nearest_led
from app.people.models import Engagement, Hire, HireState, Leave, OrgUnit
from app.people.models import Person as People
from app.web.paging import Page, decode_cursor, encode_cursor
from service_catalog.access_schema import Prerequisite
from sla.zone import day_of


async def today(session: AsyncSession) -> date:
    """By the database's clock."""
    found: date = (await session.execute(select(func.current_date()))).scalar_one()
    return found


async def persons_of_plan(session: AsyncSession, ids: Collection[int], on: date) -> dict[int, Person]:
    """By id, in five queries; with what each has, and what holds of their papers on the day."""
    jobs = await _jobs(session, ids)
    held = await _held(session, ids)
    papers = await _papers(session, ids, on)
    return {
        id_: Person(tuple(jobs[id_]), tuple(held[id_]), frozenset(papers[id_])) for id_ in sorted(set(ids))
    }


async def _jobs(session: AsyncSession, ids: Collection[int]) -> Mapping[int, list[Job]]:
    """Past and future ones too: what they gave explains what is there, what they will give is made ready."""
    above = await _places(session)
    query = (
        select(
            Engagement.person_id,
            Engagement.id,
            Engagement.position_code,
            Engagement.title,
            Engagement.kind,
            OrgUnit.name,
            OrgUnit.id.label("place_id"),
            OrgUnit.tjeneste,
            Engagement.starts_on,
            Engagement.ends_on,
            Engagement.last_shift_ends_at,
            func.clock_timestamp().label("at"),
        )
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(Engagement.person_id.in_(ids), has_days(), ~_unconfirmed())
        .order_by(Engagement.percent.desc(), Engagement.starts_on, Engagement.id)
    )
    leaves = await _leaves(session, ids)
    found: dict[int, list[Job]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.person_id].append(
            Job(
                id=row.id,
                code=row.position_code,
                title=row.title,
                kind=row.kind,
                place=row.name,
                places=above[row.place_id],
                function=row.tjeneste,
                starts_on=row.starts_on,
                ends_on=_until(row.ends_on, row.last_shift_ends_at, row.at),
                leaves=tuple(leaves.get(row.id, ())),
            )
        )
    return found


async def _leaves(
    session: AsyncSession, ids: Collection[int]
) -> Mapping[int, list[tuple[date, date | None]]]:
    """By engagement: those that are not over."""
    query = (
        select(Leave.engagement_id, Leave.starts_on, Leave.ends_on)
        .join(Engagement, Engagement.id == Leave.engagement_id)
        .where(
            Engagement.person_id.in_(ids), or_(Leave.ends_on.is_(None), Leave.ends_on >= func.current_date())
        )
        .order_by(Leave.starts_on)
    )
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.engagement_id].append((row.starts_on, row.ends_on))
    return found


def _until(ends_on: date | None, last_shift_ends_at: datetime | None, at: datetime) -> date | None:
    """The day through which the job gives what it gives: the day after its last while the last shift goes on, and the day
    before once it is over. A plan counts in days, and a shift does not end at midnight."""
    if ends_on is None:
        return None
    day = day_of(at)
    is_over = at >= ends_at(ends_on, last_shift_ends_at)
    if ends_on < day and not is_over:
        return day
    return day - DAY if ends_on == day and is_over else ends_on


def _unconfirmed() -> ColumnElement[bool]:
    """Ordered by somebody without the authority to hire, and nobody with it has said yes: it gives nothing yet."""
    return exists().where(
        Hire.engagement_id == Engagement.id, Hire.confirmed_by_id.is_(None), Hire.state == HireState.EXPECTED
    )


async def _places(session: AsyncSession) -> dict[int, frozenset[str]]:
    """Each org unit's own key and those above it. There are hundreds of them, however many people."""
    rows = (await session.execute(select(OrgUnit.id, OrgUnit.key, OrgUnit.parent_id))).all()
    by_id = {row.id: row for row in rows}
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        keys, here = {row.key}, by_id.get(row.parent_id)
        while here is not None and here.key not in keys:
            keys.add(here.key)
            here = by_id.get(here.parent_id)
        found[row.id] = frozenset(keys)
    return found


async def _held(session: AsyncSession, ids: Collection[int]) -> Mapping[int, list[Held]]:
    query = (
        select(
            Grant.person_id,
            Grant.entitlement,
            Grant.state,
            Grant.origin,
            Grant.since,
            Grant.until,
            GrantOrder.ticket_id,
            Errand.id.is_not(None),
            Grant.reason,
        )
        .outerjoin(GrantOrder, (GrantOrder.grant_id == Grant.id) & GrantOrder.settled_at.is_(None))
        .outerjoin(Errand, (Errand.grant_id == Grant.id) & Errand.settled_at.is_(None))
        .where(Grant.person_id.in_(ids), Grant.state != State.REVOKED)
        .order_by(Grant.id)
    )
    found: dict[int, list[Held]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.person_id].append(Held(*row[1:]))
    return found


async def _papers(session: AsyncSession, ids: Collection[int], on: date) -> Mapping[int, set[Prerequisite]]:
    holds = (Paper.shown_on <= on, or_(Paper.valid_until.is_(None), Paper.valid_until >= on))
    found: dict[int, set[Prerequisite]] = defaultdict(set)
    for row in await session.execute(
        select(Paper.person_id, Paper.kind).where(Paper.person_id.in_(ids), *holds)
    ):
        found[row.person_id].add(row.kind)
    return found


def _nearest_led(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Of engagements: those the actor is the nearest leader of, until nothing is left of them."""
    today = func.current_date()
    still_has = exists().where(Grant.person_id == Engagement.person_id, Grant.state != State.REVOKED)
    return (
        nearest_led(actor.at_work_id),
        Engagement.starts_on <= today + AHEAD,
        or_(and_(or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today), has_days()), still_has),
    )


async def people_after(session: AsyncSession, after: int, *, limit: int) -> list[int]:
    """The next who have, or have had, something to do here, by id; also those who only have something left."""
    employed = exists().where(Engagement.person_id == People.id)
    has = exists().where(Grant.person_id == People.id, Grant.state != State.REVOKED)
    query = select(People.id).where(People.id > after, or_(employed, has)).order_by(People.id).limit(limit)
    return list(await session.scalars(query))


async def works_here(session: AsyncSession, person_id: int) -> bool:
    """Whether they are here today, and may have a ticket of their own."""
    day = func.current_date()
    now = (Engagement.starts_on <= day, or_(Engagement.ends_on.is_(None), Engagement.ends_on >= day))
    found = (
        select(Engagement.id)
        .join(People, People.id == Engagement.person_id)
        .where(Engagement.person_id == person_id, People.active, *now)
        .limit(1)
    )
    return (await session.execute(found)).one_or_none() is not None


async def is_own(session: AsyncSession, actor: Actor, person_id: int) -> bool:
    """Whether this is one of `own_people`: also before the first day, and after the last."""
    found = select(Engagement.id).where(Engagement.person_id == person_id, *_nearest_led(actor)).limit(1)
    return (await session.execute(found)).one_or_none() is not None


async def own_people(
    session: AsyncSession, actor: Actor, *, after: str | None, limit: int
) -> Page[Row[tuple[int, str, str, str]]]:
    """(id, name, title, sort key) by name: who the actor is the nearest leader of, works here or is about to.

    Whoever has left is among them for as long as something of theirs is not taken back.
    """
    ours = _nearest_led(actor)
    main = (
        select(Engagement.person_id, Engagement.title)
        .where(*ours)
        .ext(distinct_on(Engagement.person_id))
        .order_by(Engagement.person_id, Engagement.ends_on.desc().nulls_first(), Engagement.percent.desc())
        .subquery()
    )
    query = (
        select(People.id, People.name, main.c.title, People.sort_key)
        .join(main, main.c.person_id == People.id)
        .order_by(People.sort_key, People.id)
        .limit(limit + 1)
    )
    if after is not None:
        key, last = decode_cursor(after, str, int)
        query = query.where(tuple_(People.sort_key, People.id) > (key, last))
    rows = list((await session.execute(query)).all())
    more = len(rows) > limit
    return Page(rows[:limit], encode_cursor(rows[limit - 1].sort_key, rows[limit - 1].id) if more else None)
