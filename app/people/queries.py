"""Questions about people that have a name: who is it, where do they work, who leads them, who may decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.sortkey import sort_key
from app.errors import NotFound
from app.identity.actor import Actor
from app.people.models import Delegation, Engagement, Membership, OrgUnit, Person
from app.people.policy import findable
from service_catalog.schema import Authority

FEWEST_DIGITS = 4
"""Fewer digits than this are no phone or employee number anybody looks for."""


@dataclass(frozen=True)
class PersonRef:
    """A person as others see them beside a name."""

    id: int
    name: str
    org_unit_name: str | None
    phone: str | None
    email: str | None


def _in_force() -> ColumnElement[bool]:
    today = func.current_date()
    return and_(Engagement.starts_on <= today, or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today))


def _engagements_in_force(person_id: Any) -> Select[Any]:
    """The main one first: the largest percent, then the oldest."""
    return (
        select(OrgUnit)
        .join(Engagement, Engagement.org_unit_id == OrgUnit.id)
        .where(Engagement.person_id == person_id, _in_force())
        .order_by(Engagement.percent.desc(), Engagement.starts_on, Engagement.id)
    )


def _refs() -> Select[Any]:
    place = (
        _engagements_in_force(Person.id)
        .with_only_columns(OrgUnit.name)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
    return select(Person.id, Person.name, place, Person.phone, Person.email)


async def find_persons(session: AsyncSession, actor: Actor, text: str, limit: int) -> list[PersonRef]:
    """By the beginnings of the words of a name, an e-mail address, a phone number, or (agents) an employee number."""
    wanted = " ".join(text.split())
    digits = "".join(c for c in wanted if c.isdigit() and c.isascii())
    if not wanted:
        return []
    match = named(wanted)
    if len(digits) >= FEWEST_DIGITS and not any(c.isalpha() for c in wanted):
        match = or_(match, Person.phone.endswith(digits))
        if actor.is_agent:
            match = or_(match, Person.employee_number == digits)
    if "@" in wanted:
        match = or_(match, func.lower(Person.email).startswith(wanted.lower(), autoescape=True))
    starts = Person.sort_key.startswith(sort_key(wanted), autoescape=True)
    query = _refs().where(findable(), match).order_by(starts.desc(), Person.sort_key, Person.id).limit(limit)
    return [PersonRef(*row) for row in await session.execute(query)]


def named(wanted: str) -> ColumnElement[bool]:
    """Every word typed begins a word of the name, in any order."""
    name = literal(" ") + func.replace(Person.sort_key, "-", " ")
    words = sort_key(wanted).replace("-", " ").split()
    return and_(*(name.contains(f" {word}", autoescape=True) for word in words))


async def person_ref(session: AsyncSession, person_id: int) -> PersonRef:
    """Also for those who left or are shielded: whoever asks has come upon them in something they may see."""
    row = (await session.execute(_refs().where(Person.id == person_id))).one_or_none()
    if row is None:
        raise NotFound
    return PersonRef(*row)


async def findable_ref(session: AsyncSession, person_id: int) -> PersonRef:
    """For an id that somebody sends: only whom they could have found. Raises NotFound."""
    row = (await session.execute(_refs().where(Person.id == person_id, findable()))).one_or_none()
    if row is None:
        raise NotFound
    return PersonRef(*row)


async def person_named(session: AsyncSession, wanted: str, *, also_ended: bool = False) -> int | None:
    """The one active person with this id, employee number or e-mail address; None for nobody, or several."""
    names = or_(
        cast(Person.id, String) == wanted,
        Person.employee_number == wanted,
        func.lower(Person.email) == wanted.lower(),
    )
    query = select(Person.id).where(names).limit(2)
    found = (await session.scalars(query if also_ended else query.where(Person.active))).all()
    return found[0] if len(found) == 1 else None


async def persons_called(session: AsyncSession, name: str) -> Sequence[int]:
    """Everybody of just this name who may be found, also before the first day."""
    query = select(Person.id).where(Person.sort_key == sort_key(name), findable()).order_by(Person.id)
    return (await session.scalars(query)).all()


async def persons_named(session: AsyncSession, wanted: Collection[str]) -> Mapping[str, int]:
    """As other systems name them: active persons by employee number or e-mail address, in one query. Names of nobody, or
    of several, are left out. An id of ours names nobody here: it may be somebody else's employee number.
    """
    email, words = func.lower(Person.email), sorted(wanted)
    query = select(Person.id, Person.employee_number, email.label("email")).where(
        Person.active,
        or_(
            Person.employee_number == any_(literal(words, ARRAY(String))),
            email == any_(literal([word.lower() for word in words], ARRAY(String))),
        ),
    )
    found: dict[str, set[int]] = defaultdict(set)
    for row in await session.execute(query):
        for name in (row.employee_number, row.email):
            if name is not None:
                found[name].add(row.id)
    named = {word: found.get(word, set()) | found.get(word.lower(), set()) for word in words}
    return {word: min(ids) for word, ids in named.items() if len(ids) == 1}


async def agents_of(session: AsyncSession, unit: str) -> list[PersonRef]:
    """Who may be given the unit's tickets, in the order of their names."""
    query = (
        _refs()
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit == unit, Person.active)
    )
    return [PersonRef(*row) for row in await session.execute(query.order_by(Person.sort_key, Person.id))]


async def leads_of(session: AsyncSession, unit: str) -> Sequence[int]:
    """Who is told when the unit is given something or a promise breaks."""
    query = select(Membership.person_id).join(Person, Person.id == Membership.person_id)
    leads = query.where(Membership.unit == unit, Membership.lead, Person.active).order_by(
        Membership.person_id
    )
    return (await session.scalars(leads)).all()


async def leaders_of_org(session: AsyncSession, name: str) -> Sequence[int]:
    """Who leads the places in the organisation of this name; nobody when none is called that."""
    query = select(Person.id).join(OrgUnit, OrgUnit.leader_id == Person.id)
    found = query.where(OrgUnit.name == name, Person.active).order_by(Person.id)
    return (await session.scalars(found)).all()


async def main_org_unit(session: AsyncSession, person_id: int) -> OrgUnit | None:
    """Where they work most today; None before the first day and after the last."""
    found: OrgUnit | None = (await session.scalars(_engagements_in_force(person_id).limit(1))).one_or_none()
    return found


_PLACES_UPWARD = text(
    """
    WITH RECURSIVE place AS (
        SELECT org_units.id, org_units.parent_id, engagements.leader_id, 1 AS height
        FROM engagements JOIN org_units ON org_units.id = engagements.org_unit_id
        JOIN persons ON persons.id = engagements.person_id AND persons.active
        WHERE engagements.person_id = ANY (:person_ids) AND engagements.starts_on <= current_date
          AND (engagements.ends_on IS NULL OR engagements.ends_on >= current_date)
        UNION ALL
        SELECT above.id, above.parent_id, NULL, place.height + 1
        FROM org_units above JOIN place ON above.id = place.parent_id
        WHERE place.height < 50
    )
    SELECT id, leader_id, height FROM place
    """
)


async def may_order_for(session: AsyncSession, actor: Actor, person_id: int) -> bool:
    """Oneself; agents for everybody they can find; leaders for those below them; a bestiller for those in the unit (B9)."""
    if actor.person_id == person_id:
        return True
    if actor.is_agent:
        known = select(Person.id).where(Person.id == person_id, findable())
        return (await session.scalars(known)).one_or_none() is not None
    places = (await session.execute(_PLACES_UPWARD, {"person_ids": [person_id]})).all()
    ordered = any(place.height == 1 and place.id in actor.orders_for for place in places)
    return ordered or _leads(actor, places)


async def leads(session: AsyncSession, actor: Actor, *person_ids: int) -> bool:
    """Whether the actor leads one of them in any engagement, directly or from above."""
    return _leads(actor, (await session.execute(_PLACES_UPWARD, {"person_ids": list(person_ids)})).all())


def _leads(actor: Actor, places: Sequence[Row[Any]]) -> bool:
    return any(place.id in actor.leads_org_units or place.leader_id == actor.at_work_id for place in places)


async def holders(session: AsyncSession, authority: Authority, scope: str) -> list[int]:
    """Who holds the authority over exactly this scope today."""
    today = func.current_date()
    query = (
        select(Delegation.person_id)
        .join(Person, Person.id == Delegation.person_id)
        .where(
            Delegation.authority == authority,
            Delegation.scope == scope,
            Delegation.valid_from <= today,
            or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today),
            Person.active,
        )
        .distinct()
        .order_by(Delegation.person_id)
    )
    return list(await session.scalars(query))
