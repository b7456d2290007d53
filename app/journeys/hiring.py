"""«Ny ansatt»: the leader's order, before the HR system knows anybody; and correcting or withdrawing it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.database.sortkey import sort_key
from app.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, refuse
from app.events.log import EVENT_STEP, database_now, record, take
from app.identity.actor import Actor
from app.identity.hashing import new_token
from app.identity_numbers import conceal
from app.journeys.advancing import advance, end
from app.journeys.models import JourneyRow, JourneyState
from app.journeys.places import upward
from app.journeys.policy import may_confirm, may_hire, may_order_in, visible_to
from app.journeys.starting import Beginning, begin, move_day
from app.people.engaging import SPONSORED, Content, Span, content_of, correct, join
from app.people.engaging import withdraw as withdraw_engagement
from app.people.models import PREHIRE, Engagement, EngagementKind, Hire, HireState, OrgUnit, Person
from app.people.policy import findable
from service_catalog.journey_schema import Journey, JourneyKind
from sla.zone import day_of

NAME_MAX, TITLE_MAX, TEXT_MAX = 120, 100, 300
LATEST = timedelta(days=550)
LATE = timedelta(days=31)
"""A leader may forget; whoever began longer ago than this stands in the HR system."""
CONTACT_KEPT = timedelta(days=30)
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
PHONE = re.compile(r"^\+?[0-9 ]{8,20}$")


@dataclass(frozen=True)
class NewHire:
    """What the leader orders; nothing in it has been checked yet."""

    name: str
    org_unit_id: int
    position_code: str
    kind: str
    starts_on: date
    title: str = ""
    """Empty: as the position code is called."""
    percent: Decimal = Decimal(100)
    ends_on: date | None = None
    ground: str = ""
    reference: str = ""
    private_email: str = ""
    private_phone: str = ""
    leader_id: int | None = None
    """None: whoever leads the place."""
    meets: str = ""
    shielded: bool = False
    """Their address is shielded: no search finds them, and no list of others names them."""


async def hire(session: AsyncSession, new: NewHire, *, by: Actor, published: Published) -> JourneyRow:
    """The person, the job, the order and the journey, all at once; the journey of whoever begins.

    Raises Forbidden for whoever orders nobody there, and Invalid with every field that is wrong. What is ordered by
    somebody without the authority to hire gives nothing before somebody with it has confirmed.
    """
    at = await database_now(session)
    place = await _place(session, new, by=by)
    template = await _check(session, new, published=published, today=day_of(at))
    above = await upward(session, place.id)
    owner_id = new.leader_id or above.leader_id or by.person_id
    if by.person_id is None or owner_id is None:
        raise Forbidden("journeys.needs_a_person")
    person, engagement = await _person(session, new, owner_id, by=by, at=at, published=published)
    session.add(
        Hire(
            person_id=person.id,
            engagement_id=engagement.id,
            ordered_by_id=by.person_id,
            state=HireState.EXPECTED,
            confirmed_by_id=by.person_id if may_hire(by, above.keys) else None,
            ground=new.ground or None,
            reference=new.reference.strip() or None,
            private_email=new.private_email.strip() or None,
            private_phone=new.private_phone.replace(" ", "") or None,
            meets=new.meets.strip(),
        )
    )
    contract = published.catalogue.contract_of(new.kind)
    rows = [
        await begin(
            session,
            Beginning(each, engagement, place.tjeneste, owner_id, new.starts_on),
            by=by,
            at=at,
            published=published,
        )
        for each in (template, contract)
        if each is not None
    ]
    for row in reversed(rows):
        await advance(session, row, at=at + EVENT_STEP, published=published)
    return rows[0]


async def _place(session: AsyncSession, new: NewHire, *, by: Actor) -> OrgUnit:
    """Raises Forbidden for a place that is not theirs, as for one that does not exist."""
    found = select(OrgUnit).where(OrgUnit.id == new.org_unit_id, may_order_in(by))
    place = (await session.scalars(found)).one_or_none()
    if place is None:
        raise Forbidden("journeys.not_your_place")
    return place


async def _person(
    session: AsyncSession, new: NewHire, owner_id: int, *, by: Actor, at: datetime, published: Published
) -> tuple[Person, Engagement]:
    """Whoever answers for the journey is the sponsor of an external, and is asked before the time is over."""
    name = " ".join(conceal(new.name).split())
    person = Person(
        issuer=PREHIRE, subject=new_token(), name=name, sort_key=sort_key(name), shielded=new.shielded
    )
    session.add(person)
    await session.flush()
    position = published.catalogue.access.positions[new.position_code]
    is_external = new.kind in SPONSORED
    content = Content(
        org_unit_id=new.org_unit_id,
        kind=new.kind,
        position_code=new.position_code,
        title=new.title.strip() or position.title,
        percent=new.percent,
        leader_id=new.leader_id,
        sponsor_id=owner_id if is_external else None,
        contract_reference=(new.reference.strip() or None) if is_external else None,
        legal_basis=new.ground or None,
    )
    engagement = await join(session, person.id, content, Span(new.starts_on, new.ends_on), by=by, at=at)
    return person, engagement


async def _check(session: AsyncSession, new: NewHire, *, published: Published, today: date) -> Journey:
    """Everything that is wrong, told at once; the journey of this kind when nothing is."""
    problems = [*_texts(new), *_dates(new, today), *_ground(new, published)]
    if new.position_code not in published.catalogue.access.positions:
        problems.append(FieldProblem("position_code", "field.not_a_choice"))
    if not 0 < new.percent <= 100:
        problems.append(FieldProblem("percent", "field.invalid"))
    known = select(EngagementKind.key).where(EngagementKind.key == new.kind)
    template = published.catalogue.joining(new.kind)
    if template is None or (await session.scalars(known)).one_or_none() is None:
        problems.append(FieldProblem("kind", "field.not_a_choice"))
    if new.leader_id is not None:
        leader = select(Person.id).where(Person.id == new.leader_id, findable())
        if (await session.scalars(leader)).one_or_none() is None:
            problems.append(FieldProblem("leader_id", "field.unknown_person"))
    if problems or template is None:
        raise Invalid("request.invalid", fields=tuple(problems))
    return template


def _texts(new: NewHire) -> list[FieldProblem]:
    problems = []
    if not new.name.strip():
        problems.append(FieldProblem("name", "field.required"))
    for field, text, most in (
        ("name", new.name, NAME_MAX),
        ("title", new.title, TITLE_MAX),
        ("reference", new.reference, TITLE_MAX),
        ("meets", new.meets, TEXT_MAX),
        ("private_email", new.private_email, 254),
    ):
        if len(text) > most:
            problems.append(FieldProblem(field, "field.too_long"))
    if new.private_email.strip() and not EMAIL.match(new.private_email.strip()):
        problems.append(FieldProblem("private_email", "field.not_email"))
    if new.private_phone.strip() and not PHONE.match(new.private_phone.strip()):
        problems.append(FieldProblem("private_phone", "field.not_phone"))
    return problems


def _dates(new: NewHire, today: date) -> list[FieldProblem]:
    problems = [*day_problems(new.starts_on, today)]
    if new.ends_on is not None and new.ends_on < max(new.starts_on, today):
        problems.append(FieldProblem("ends_on", "field.ends_before_it_begins"))
    return problems


def day_problems(day: date, today: date) -> list[FieldProblem]:
    """What is wrong with a first day."""
    if day < today - LATE:
        limit = (("limit", f"{today - LATE:%d.%m.%Y}"),)
        return [FieldProblem("starts_on", "field.date_too_early", limit)]
    if day > today + LATEST:
        limit = (("limit", f"{today + LATEST:%d.%m.%Y}"),)
        return [FieldProblem("starts_on", "field.date_too_late", limit)]
    return []


def _ground(new: NewHire, published: Published) -> list[FieldProblem]:
    """What has an end must say why, by law; what has none needs no ground."""
    grounds = {ground.key: ground for ground in published.catalogue.grounds_for(new.kind)}
    if not grounds:
        return [FieldProblem("ground", "field.not_a_choice")] if new.ground else []
    problems = []
    if new.ends_on is None:
        problems.append(FieldProblem("ends_on", "field.required"))
    chosen = grounds.get(new.ground)
    if chosen is None:
        problems.append(FieldProblem("ground", "field.not_a_choice" if new.ground else "field.required"))
    elif chosen.reference and not new.reference.strip():
        problems.append(FieldProblem("reference", "field.required"))
    return problems


async def confirm(session: AsyncSession, journey_id: int, *, by: Actor, published: Published) -> None:
    """Somebody with the authority to hire says yes; then everything begins. Twice changes nothing."""
    row, order, at = await _taken(session, journey_id, by=by)
    if order.confirmed_by_id is not None:
        return
    engagement = (await session.scalars(select(Engagement).where(Engagement.id == row.engagement_id))).one()
    above = await upward(session, engagement.org_unit_id)
    refuse(may_confirm(by, above.keys, ordered_by_id=order.ordered_by_id))
    order.confirmed_by_id = by.person_id
    record(row, "journey.confirmed", by=by, at=at)
    await session.flush()
    for each in await _journeys_of(session, row.engagement_id):
        await advance(session, each, at=at + EVENT_STEP, published=published)


async def change_start(
    session: AsyncSession, journey_id: int, day: date, *, by: Actor, published: Published
) -> None:
    """The first day is another: the job, its plan and its journeys follow."""
    row, _order, at = await _taken(session, journey_id, by=by)
    engagement = (await session.scalars(select(Engagement).where(Engagement.id == row.engagement_id))).one()
    problems = day_problems(day, day_of(at))
    if engagement.ends_on is not None and engagement.ends_on < day:
        problems.append(FieldProblem("starts_on", "field.ends_before_it_begins"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    await correct(session, engagement.id, content_of(engagement), Span(day, engagement.ends_on), by=by)
    for each in await _journeys_of(session, row.engagement_id):
        await move_day(session, each, day, by=by, at=at, published=published)
        await advance(session, each, at=at + EVENT_STEP, published=published)


async def withdraw(session: AsyncSession, journey_id: int, *, by: Actor) -> None:
    """They do not come after all. No day is left of the job, so that the plan takes back what was given."""
    row, order, at = await _taken(session, journey_id, by=by)
    if order.state is HireState.MATCHED:
        raise Conflict("journeys.known_to_hr")
    order.state = HireState.WITHDRAWN
    await withdraw_engagement(session, row.engagement_id, by=by)
    other = select(Engagement.id).where(
        Engagement.person_id == row.person_id,
        Engagement.id != row.engagement_id,
        func.coalesce(Engagement.ends_on, day_of(at)) >= day_of(at),
    )
    if (await session.scalars(other.limit(1))).one_or_none() is None:
        await session.execute(update(Person).where(Person.id == row.person_id).values(active=False))
    for each in await _journeys_of(session, row.engagement_id):
        await end(session, each, JourneyState.WITHDRAWN, by=by, at=at)


async def _taken(session: AsyncSession, journey_id: int, *, by: Actor) -> tuple[JourneyRow, Hire, datetime]:
    """The active journey of somebody who is to begin, and their order, both held. Raises NotFound for others'."""
    wanted = (JourneyRow.id == journey_id, visible_to(by), JourneyRow.person_id != by.person_id)
    row, at = await take(session, JourneyRow, *wanted, JourneyRow.kind == JourneyKind.JOIN)
    order = select(Hire).where(Hire.engagement_id == row.engagement_id).with_for_update()
    found = (await session.scalars(order)).one_or_none()
    if found is None:
        raise NotFound
    if row.state is not JourneyState.ACTIVE or found.state is HireState.WITHDRAWN:
        raise Conflict("journeys.over")
    return row, found, at


async def _journeys_of(session: AsyncSession, engagement_id: int) -> list[JourneyRow]:
    """Those that are under way, held."""
    query = (
        select(JourneyRow)
        .where(JourneyRow.engagement_id == engagement_id, JourneyRow.state == JourneyState.ACTIVE)
        .order_by(JourneyRow.id)
        .with_for_update()
    )
    return list(await session.scalars(query))


async def forget_contacts(session: AsyncSession, at: datetime) -> None:
    """How to reach somebody before the first day is needed for no longer than a while after it, or when they do not come."""
    begun = select(Engagement.id).where(Engagement.starts_on < day_of(at) - CONTACT_KEPT)
    gone = or_(Hire.engagement_id.in_(begun), Hire.state == HireState.WITHDRAWN)
    known = or_(Hire.private_email.is_not(None), Hire.private_phone.is_not(None))
    await session.execute(update(Hire).where(gone, known).values(private_email=None, private_phone=None))
