"""Who works in Fjordvik: persons, engagements, leaders, authorities, bestillere and agents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import TypeVar

from app.database.sortkey import sort_key
from app.demo.cast import CAST, Role
from app.demo.names import draw_name, draw_phone, plain
from app.demo.organisation import TOP, WORKS, Place, places
from app.identity.actor import Office
from service_catalog.schema import Authority

T = TypeVar("T")

ISSUER = "demo"
MAIL_DOMAIN = "fjordvik.example"

KINDS: tuple[tuple[str, str, bool], ...] = (
    ("fast", "Fast ansatt", True),
    ("midlertidig", "Midlertidig ansatt", True),
    ("vikar", "Vikar", True),
    ("timelonn", "Timelønnet", True),
    ("larling", "Lærling", True),
    ("konsulent", "Konsulent", False),
    ("innleid", "Innleid", False),
    ("folkevalgt", "Folkevalgt", False),
    ("student", "Student i praksis", False),
)
KIND_SHARES = (
    ("fast", 66),
    ("midlertidig", 9),
    ("vikar", 8),
    ("timelonn", 9),
    ("larling", 3),
    ("konsulent", 2),
    ("innleid", 2),
    ("student", 1),
)
PERCENTS = ((100, 50), (80, 18), (60, 9), (50, 10), (40, 5), (20, 8))

OWN_STAFF = 4
"""People a leader of the cast leads themselves, however small the municipality."""

AGENT_PLACE = {
    "servicesenteret": "organisasjon-servicesenteret",
    "hr": "organisasjon-hr-og-arbeidsmiljo",
    "lonn": "organisasjon-lonn-og-pensjon",
    "regnskap": "organisasjon-regnskap",
    "anskaffelse": "organisasjon-anskaffelser",
    "it": "organisasjon-it-og-digitalisering",
    "eiendom": "organisasjon-eiendom",
    "arkiv": "organisasjon-arkiv-og-post",
}


@dataclass(frozen=True)
class Size:
    """How many people there are, and how many of them are agents of each unit."""

    people: int
    agents: dict[str, int]
    orderers: int
    shielded: int


SMALL = Size(
    600,
    {
        "servicesenteret": 7,
        "it": 8,
        "hr": 6,
        "lonn": 5,
        "regnskap": 5,
        "anskaffelse": 3,
        "eiendom": 7,
        "arkiv": 3,
    },
    8,
    3,
)
FULL = Size(
    13_000,
    {
        "servicesenteret": 40,
        "it": 70,
        "hr": 40,
        "lonn": 34,
        "regnskap": 32,
        "anskaffelse": 14,
        "eiendom": 60,
        "arkiv": 16,
    },
    120,
    25,
)


@dataclass(frozen=True, slots=True)
class OrgUnitRow:
    id: int
    place: Place
    parent_id: int | None

    @property
    def tjeneste(self) -> str:
        return WORKS[self.place.work].tjeneste


@dataclass(slots=True)
class PersonRow:
    """One person, with the main engagement's place."""

    id: int
    name: str
    subject: str
    email: str | None
    phone: str
    org_unit_id: int
    title: str
    shielded: bool = False
    language: str = "nb"


@dataclass(frozen=True, slots=True)
class EngagementRow:
    person_id: int
    org_unit_id: int
    kind: str
    position_code: str
    title: str
    percent: Decimal
    starts_on: date
    ends_on: date | None
    leader_id: int | None


@dataclass
class People:
    """Everybody and what they may; leaders are set when all are hired."""

    units: dict[int, OrgUnitRow]
    persons: list[PersonRow] = field(default_factory=list)
    engagements: list[EngagementRow] = field(default_factory=list)
    leaders: dict[int, int] = field(default_factory=dict)
    """Org unit -> person."""
    agents: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Unit (fagenhet) -> its agents; the first is the lead."""
    orderers: list[tuple[int, int]] = field(default_factory=list)
    delegations: list[tuple[int, str, str, date]] = field(default_factory=list)
    offices: list[tuple[int, str, str]] = field(default_factory=list)
    """Person, office, and what it is held over."""

    def person(self, person_id: int) -> PersonRow:
        return self.persons[person_id - 1]

    def holder_above(self, org_unit_id: int, excluded: set[int]) -> tuple[int, OrgUnitRow] | None:
        """The nearest leader upward who is none of `excluded`, and the unit they hold the authority over."""
        unit: OrgUnitRow | None = self.units[org_unit_id]
        while unit is not None:
            leader = self.leaders[unit.id]
            if leader not in excluded:
                return leader, unit
            unit = self.units[unit.parent_id] if unit.parent_id else None
        return None


def hire(size: Size, random: Random, on: date) -> People:
    """The whole municipality as it stands on the day."""
    units = {row.id: row for row in _units()}
    by_key = {row.place.key: row for row in units.values()}
    people = People(units)
    hiring = _Hiring(people, random, on)
    # The people to try come first, so that they are the first of their kind wherever people are listed.
    cast = {role: _hire_role(hiring, by_key, role) for role in CAST}
    _appoint_leaders(hiring, {role.leads: person for role, person in cast.items() if role.leads})
    for role in CAST:
        if role.leads:
            for _ in range(OWN_STAFF):
                hiring.hire(by_key[role.leads])
    for unit, count in size.agents.items():
        known = [person.id for role, person in cast.items() if role.unit == unit]
        _hire_agents(hiring, by_key[AGENT_PLACE[unit]], unit, known, count)
    _fill_up(hiring, size)
    _second_engagements(hiring, size)
    _delegate(people, by_key, on)
    _choose_orderers(hiring, by_key, size)
    _name_to_offices(people, by_key)
    for person in random.sample(people.persons[-size.people // 2 :], size.shielded):
        person.shielded = True
    return people


def _name_to_offices(people: People, by_key: dict[str, OrgUnitRow]) -> None:
    """Nobody draws lots for these: the rest of the municipality stays as it was."""
    lawyer, guard = (
        people.leaders[by_key[f"organisasjon-{place}"].id]
        for place in ("juridisk-og-personvern", "beredskap-og-sikkerhet")
    )
    security = by_key["organisasjon-beredskap-og-sikkerhet-informasjonssikkerhet"].id
    works_there = (each.person_id for each in people.engagements if each.org_unit_id == security)
    engineer = next((each for each in works_there if each != guard), guard)
    people.offices += [
        (lawyer, Office.PRIVACY_OFFICER.value, ""),
        (engineer, Office.TECHNICAL_ADMINISTRATOR.value, ""),
        (guard, Office.WHISTLEBLOWING_RECIPIENT.value, ""),
        (people.agents["hr"][0], Office.WHISTLEBLOWING_RECIPIENT.value, ""),
    ]


def _units() -> list[OrgUnitRow]:
    ids: dict[str, int] = {}
    rows = []
    for number, place in enumerate(places(), start=1):
        ids[place.key] = number
        rows.append(OrgUnitRow(number, place, ids[place.parent] if place.parent else None))
    return rows


class _Hiring:
    """Hires one person after another, with addresses that are nobody else's."""

    def __init__(self, people: People, random: Random, on: date) -> None:
        self.people, self.random, self.on = people, random, on
        self._subjects: set[str] = {role.subject for role in CAST}
        self._names: set[str] = {role.name for role in CAST}

    def hire(
        self,
        unit: OrgUnitRow,
        *,
        role: Role | None = None,
        position: tuple[str, str] | None = None,
        fixed: bool = False,
    ) -> PersonRow:
        random, work = self.random, WORKS[unit.place.work]
        name = role.name if role else self._new_name()
        subject = role.subject if role else self._new_subject(name)
        code, title = position or self._position(work.titles)
        if role and role.title:
            title = role.title
        desk = role.desk if role else fixed or random.random() < work.desk
        person = PersonRow(
            id=len(self.people.persons) + 1,
            name=name,
            subject=subject,
            email=f"{subject}@{MAIL_DOMAIN}" if desk else None,
            phone=draw_phone(random),
            org_unit_id=unit.id,
            title=title,
            language="nn" if random.random() < 0.08 else "nb",
        )
        self.people.persons.append(person)
        kind = "fast" if fixed else random.choices(*_split(KIND_SHARES))[0]
        if unit.place.work == "council" and not fixed:
            kind = "folkevalgt"
        percent = 100 if fixed else random.choices(*_split(PERCENTS))[0]
        self.engage(person, unit, kind, code, title, percent)
        return person

    def engage(
        self, person: PersonRow, unit: OrgUnitRow, kind: str, code: str, title: str, percent: int
    ) -> None:
        starts = self.on - timedelta(days=int(self.random.expovariate(1 / 1900)) + 20)
        ends = (
            self.on + timedelta(days=self.random.randint(20, 400))
            if kind not in ("fast", "timelonn")
            else None
        )
        self.people.engagements.append(
            EngagementRow(person.id, unit.id, kind, code, title, Decimal(percent), starts, ends, None)
        )

    def _position(self, titles: tuple[tuple[str, str, int], ...]) -> tuple[str, str]:
        code, title, _ = self.random.choices(titles, [share for _, _, share in titles])[0]
        return code, title

    def _new_name(self) -> str:
        for _ in range(40):
            name = draw_name(self.random)
            if name not in self._names:
                break
        self._names.add(name)
        return name

    def _new_subject(self, name: str) -> str:
        wanted = subject = plain(name)
        number = 1
        while subject in self._subjects:
            number += 1
            subject = f"{wanted}{number}"
        self._subjects.add(subject)
        return subject


def _split(shares: tuple[tuple[T, int], ...]) -> tuple[list[T], list[int]]:
    return [value for value, _ in shares], [share for _, share in shares]


def _hire_role(hiring: _Hiring, by_key: dict[str, OrgUnitRow], role: Role) -> PersonRow:
    unit = by_key[role.place or role.leads or AGENT_PLACE[role.unit]]
    person = hiring.hire(unit, role=role, position=_position_of(unit) if role.leads else None, fixed=True)
    if role.also_at:
        code, title, _ = WORKS[by_key[role.also_at].place.work].titles[0]
        hiring.engage(person, by_key[role.also_at], "timelonn", code, title, 20)
    return person


def _position_of(unit: OrgUnitRow) -> tuple[str, str]:
    """What whoever leads the place is called."""
    if unit.parent_id is None:
        return "9430", "Kommunedirektør"
    return ("9440", "Kommunalsjef") if unit.place.parent == TOP else WORKS[unit.place.work].leader


def _appoint_leaders(hiring: _Hiring, cast: dict[str, PersonRow]) -> None:
    """One leader per unit; the smallest units are led by the leader above."""
    people = hiring.people
    for unit in people.units.values():
        if unit.place.key in cast:
            people.leaders[unit.id] = cast[unit.place.key].id
        elif not unit.place.own_leader and unit.parent_id is not None:
            people.leaders[unit.id] = people.leaders[unit.parent_id]
        else:
            people.leaders[unit.id] = hiring.hire(unit, position=_position_of(unit), fixed=True).id


def _hire_agents(hiring: _Hiring, home: OrgUnitRow, unit: str, known: list[int], count: int) -> None:
    """The head of the place leads the unit; its agents sit there or in the teams under it."""
    people = hiring.people
    people.agents[unit] += [people.leaders[home.id], *known]
    teams = [
        row
        for row in people.units.values()
        if row.parent_id == home.id and row.place.work in ("team", "engineering")
    ]
    while len(people.agents[unit]) < count + 1:
        place = hiring.random.choice([home, *teams])
        people.agents[unit].append(hiring.hire(place, fixed=True).id)


def _fill_up(hiring: _Hiring, size: Size) -> None:
    """The rest of the staff, where their kind of place needs them. Agents' own places are full."""
    homes = set(AGENT_PLACE.values())
    able = [
        row
        for row in hiring.people.units.values()
        if row.parent_id is not None
        and row.place.key not in homes
        and (row.place.parent not in homes or row.place.work in ("cleaning", "technical"))
    ]
    weights = list(accumulate(WORKS[row.place.work].staff for row in able))
    while len(hiring.people.persons) < size.people:
        hiring.hire(hiring.random.choices(able, cum_weights=weights)[0])


def _second_engagements(hiring: _Hiring, size: Size) -> None:
    """Some work in two places at once, each with its own leader."""
    random, people = hiring.random, hiring.people
    wards = [
        row
        for row in people.units.values()
        if row.place.work in ("ward", "shared-home", "home-care-team", "afterschool")
    ]
    for person in random.sample(people.persons[size.people // 2 :], size.people // 25):
        unit = random.choice(wards)
        if unit.id != person.org_unit_id:
            code, title, _ = random.choice(WORKS[unit.place.work].titles)
            hiring.engage(
                person,
                unit,
                random.choice(("timelonn", "midlertidig")),
                code,
                title,
                random.choice((10, 15, 20)),
            )


def _delegate(people: People, by_key: dict[str, OrgUnitRow], on: date) -> None:
    """Leaders hold budget over their ansvar and personal authority over their place; unit leads hold their field."""
    since = on - timedelta(days=800)
    for unit in people.units.values():
        leader = people.leaders[unit.id]
        people.delegations.append((leader, Authority.BUDGET, unit.place.ansvar, since))
        people.delegations.append((leader, Authority.PERSONAL, unit.place.key, since))
        if unit.parent_id == by_key[TOP].id or unit.parent_id is None:
            people.delegations.append((leader, Authority.PROFESSIONAL, unit.place.key, since))
    for name, agents in people.agents.items():
        people.delegations.append((agents[0], Authority.PROFESSIONAL, name, since))


def _choose_orderers(hiring: _Hiring, by_key: dict[str, OrgUnitRow], size: Size) -> None:
    """Merkantile: each orders for one place and everything under it."""
    people = hiring.people
    for role in CAST:
        if role.orders_for:
            person = next(each for each in people.persons if each.subject == role.subject)
            _orders_for(people, person.id, by_key[role.orders_for].id)
    taken = {person_id for person_id, _ in people.orderers}
    leaders = set(people.leaders.values())
    able = [each for each in people.persons if each.email and each.id not in leaders | taken]
    able = [each for each in able if people.units[each.org_unit_id].parent_id not in (None, by_key[TOP].id)]
    for person in hiring.random.sample(able, min(size.orderers, len(able))):
        above = people.units[person.org_unit_id].parent_id
        home = people.units[above] if above else people.units[person.org_unit_id]
        _orders_for(people, person.id, person.org_unit_id if home.place.parent == TOP else home.id)


def _orders_for(people: People, person_id: int, org_unit_id: int) -> None:
    under = [row.id for row in people.units.values() if org_unit_id in (row.id, row.parent_id)]
    people.orderers += [(person_id, each) for each in under]


def terms_of(people: People, engagement: EngagementRow) -> tuple[int | None, str | None, str | None]:
    """(sponsor, contract, legal basis) of consultants and those who are hired in."""
    leader = leader_of(people, engagement) or people.leaders[engagement.org_unit_id]
    contract = f"{engagement.starts_on.year}/{engagement.person_id + 1000}"
    match engagement.kind:
        case "konsulent":
            return leader, f"K-{contract}", None
        case "innleid":
            return leader, f"B-{contract}", "innleie-bemanning"
    return None, None, None


def leader_of(people: People, engagement: EngagementRow) -> int | None:
    """Nobody is their own leader: a leader's leader is the one above."""
    found = people.holder_above(engagement.org_unit_id, {engagement.person_id})
    return found[0] if found else None


def person_tuple(person: PersonRow) -> tuple[object, ...]:
    """In the order of `copying.PERSONS`."""
    return (
        person.id,
        ISSUER,
        person.subject,
        person.name,
        sort_key(person.name),
        person.email,
        person.phone,
        f"{100_000 + person.id}",
        person.language,
        person.shielded,
    )


__all__ = ["FULL", "KINDS", "SMALL", "People", "PersonRow", "hire", "leader_of"]
