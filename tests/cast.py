"""The people of the tests. Alice asks, Bob is her agent, Carol works in another unit.

Fjordvik kommune (Dagny) ─ Helse og omsorg (Liv) ─ Solbakken sykehjem (Leif): Alice, Oda, Sigrid
                         ├ Oppvekst ─ Fjordvik ungdomsskole (nobody leads it): Truls
                         └ Stab og støtte (Stein): Bob, Carol, Frida, Petra
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.database.sortkey import sort_key
from app.identity.actor import system_actor
from app.people.models import Delegation, Engagement, EngagementKind, Membership, Orderer, OrgUnit, Person
from service_catalog.schema import Authority

SINCE = date(2020, 1, 1)
APPOINTING = system_actor("test")


@dataclass(frozen=True)
class Cast:
    """Everybody, and the places they work in."""

    alice: Person
    """Employee at Solbakken; asks."""
    bob: Person
    """Agent of it."""
    carol: Person
    """Agent of lonn."""
    frida: Person
    """First line: agent of servicesenteret."""
    petra: Person
    """Agent of hr, and its lead."""
    leif: Person
    """Leads Solbakken; personal and budsjettdisponering there."""
    liv: Person
    """Leads Helse og omsorg, the unit above; the same authorities there."""
    dagny: Person
    """Leads the municipality."""
    oda: Person
    """Bestiller for Solbakken."""
    truls: Person
    """A stranger: employee at the school."""
    sigrid: Person
    """Employee at Solbakken with a shielded address."""
    stein: Person
    """Leads Stab og støtte; lead of it (the unit)."""
    kommunen: OrgUnit
    helse: OrgUnit
    solbakken: OrgUnit
    oppvekst: OrgUnit
    skolen: OrgUnit
    stab: OrgUnit

    @property
    def persons(self) -> list[Person]:
        everybody = (getattr(self, field.name) for field in fields(self))
        return [somebody for somebody in everybody if isinstance(somebody, Person)]


def person(name: str, number: int, *, shielded: bool = False, active: bool = True) -> Person:
    first = name.split()[0].lower()
    return Person(
        issuer="https://login.fjordvik.example/v2.0",
        subject=f"{first}-{number}",
        name=name,
        sort_key=sort_key(name),
        email=f"{first}.{number}@fjordvik.example",
        phone=f"4000{number:04d}",
        employee_number=f"1{number:05d}",
        shielded=shielded,
        active=active,
    )


def org_unit(key: str, name: str, parent: OrgUnit | None, ansvar: str) -> OrgUnit:
    return OrgUnit(
        key=key,
        name=name,
        sort_key=sort_key(name),
        parent_id=parent.id if parent else None,
        area="helse" if key in ("helse", "solbakken") else "stab",
        ansvar=ansvar,
        tjeneste="1200",
    )


def employ(somebody: Person, where: OrgUnit, title: str, percent: int = 100) -> Engagement:
    return Engagement(
        person_id=somebody.id,
        org_unit_id=where.id,
        kind="fast",
        position_code="6572",
        title=title,
        percent=Decimal(percent),
        starts_on=SINCE,
    )


async def hire_cast(session: AsyncSession) -> Cast:
    """Put everybody in the database; flushed, not committed."""
    kommunen = org_unit("fjordvik", "Fjordvik kommune", None, "1000")
    session.add(kommunen)
    await session.flush()
    helse = org_unit("helse", "Helse og omsorg", kommunen, "4000")
    oppvekst = org_unit("oppvekst", "Oppvekst", kommunen, "3000")
    stab = org_unit("stab", "Stab og støtte", kommunen, "2000")
    session.add_all([helse, oppvekst, stab])
    await session.flush()
    cast = Cast(
        alice=person("Alice Berg", 1),
        bob=person("Bob Dahl", 2),
        carol=person("Carol Eide", 3),
        frida=person("Frida Foss", 4),
        petra=person("Petra Gran", 5),
        leif=person("Leif Haug", 6),
        liv=person("Liv Iversen", 7),
        dagny=person("Dagny Juul", 8),
        oda=person("Oda Krog", 9),
        truls=person("Truls Lie", 10),
        sigrid=person("Sigrid Moe", 11, shielded=True),
        stein=person("Stein Nes", 12),
        kommunen=kommunen,
        helse=helse,
        solbakken=org_unit("solbakken", "Solbakken sykehjem", helse, "4100"),
        oppvekst=oppvekst,
        skolen=org_unit("ungdomsskolen", "Fjordvik ungdomsskole", oppvekst, "3100"),
        stab=stab,
    )
    kind = EngagementKind(key="fast", name="Fast ansatt", employed=True)
    session.add_all([*cast.persons, cast.solbakken, cast.skolen, kind])
    await session.flush()
    _place(session, cast)
    await session.flush()
    return cast


def _place(session: AsyncSession, cast: Cast) -> None:
    leaders = [
        (cast.kommunen, cast.dagny),
        (cast.helse, cast.liv),
        (cast.solbakken, cast.leif),
        (cast.stab, cast.stein),
    ]
    for unit, leader in leaders:
        unit.leader_id = leader.id
        for authority, scope in ((Authority.BUDGET, unit.ansvar), (Authority.PERSONAL, unit.key)):
            session.add(Delegation(person_id=leader.id, authority=authority, scope=scope, valid_from=SINCE))
        session.add(employ(leader, unit, "Leder"))
    session.add_all(
        [
            employ(cast.alice, cast.solbakken, "Sykepleier", 80),
            employ(cast.oda, cast.solbakken, "Merkantil medarbeider"),
            employ(cast.sigrid, cast.solbakken, "Helsefagarbeider"),
            employ(cast.truls, cast.skolen, "Lærer"),
            *(
                employ(agent, cast.stab, "Rådgiver")
                for agent in (cast.bob, cast.carol, cast.frida, cast.petra)
            ),
            Orderer(person_id=cast.oda.id, org_unit_id=cast.solbakken.id),
            Membership(person_id=cast.bob.id, unit="it"),
            Membership(person_id=cast.stein.id, unit="it", lead=True),
            Membership(person_id=cast.carol.id, unit="lonn"),
            Membership(person_id=cast.frida.id, unit="servicesenteret"),
            Membership(person_id=cast.petra.id, unit="hr", lead=True),
        ]
    )
