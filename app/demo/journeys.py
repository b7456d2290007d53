"""Who begins, moves and leaves in the demo: few enough to follow, with what their leaders have done so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from json import dumps

import asyncpg

from app.catalogue.published import Published
from app.database.sortkey import sort_key
from app.demo.people import People
from app.journeys.planning import Job, Planned, planned
from app.journeys.starting import CALENDAR
from app.people.models import PREHIRE
from service_catalog.journey_schema import Journey, JourneyKind
from sla.zone import day_of


@dataclass(frozen=True)
class Coming:
    """Somebody who was ordered. Days are from the anchor."""

    name: str
    place: str
    code: str
    kind: str
    begins_in: int
    ordered_ago: int
    done: tuple[str, ...] = ()
    ends_in: int | None = None
    ground: str | None = None


COMING = (
    Coming("Maja Bråten", "helse-solbakken-sykehjem", "7174", "fast", 11, 9, ("fadder", "hpr", "forste-uke")),
    Coming("Emil Nygård", "helse-solbakken-sykehjem", "7076", "vikar", 32, 2, (), 210, "vikariat"),
    Coming("Aisha Malik", "oppvekst-barneverntjenesten", "6508", "fast", 17, 5, ("fadder",)),
)
MOVES_FROM, MOVES_TO, MOVES_IN = "helse-solbakken-sykehjem", "9454", 16
LEAVERS = 2
LEAVES_WITHIN = range(15, 75)
RUNS = (12, 43, 74)
"""Days until the payroll pays; when that is no working day, the last one before it."""
CLOSES_BEFORE = 2
"""Working days before it pays."""


class _Writing:
    def __init__(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        published: Published,
        people: People,
        at: datetime,
    ) -> None:
        self.connection, self.published, self.people, self.at = connection, published, people, at
        self.on = day_of(at)
        self.places = {unit.place.key: unit for unit in people.units.values()}

    def run(self, days: int) -> tuple[date, date]:
        """When the payroll pays and when it closes: people are at work on both."""
        office = self.published.office_hours
        pays_at = office.prev_open(self.at + timedelta(days=days))
        return day_of(pays_at), day_of(office.add_days(pays_at, -CLOSES_BEFORE))

    async def coming(self, number: int, one: Coming) -> None:
        unit, catalogue = self.places[one.place], self.published.catalogue
        leader, person_id = self.people.leaders[unit.id], len(self.people.persons) + number
        ordered_at = self.at - timedelta(days=one.ordered_ago)
        starts_on = self.on + timedelta(days=one.begins_in)
        ends_on = self.on + timedelta(days=one.ends_in) if one.ends_in else None
        await self.connection.execute(
            "INSERT INTO persons (id, issuer, subject, name, sort_key) VALUES ($1, $2, $3, $4, $5)",
            person_id, PREHIRE, f"demo-{number}", one.name, sort_key(one.name),
        )  # fmt: skip
        title = catalogue.access.positions[one.code].title
        engagement = await self._engage(
            person_id, unit.id, one.kind, one.code, title, starts_on, ends_on, one.ground
        )
        await self.connection.execute(
            "INSERT INTO hires (person_id, engagement_id, ordered_by_id, confirmed_by_id, created_at, ground, meets)"
            " VALUES ($1, $2, $3, $3, $4, $5, 'kl. 08.15 i resepsjonen')",
            person_id, engagement, leader, ordered_at, one.ground,
        )  # fmt: skip
        job = Job(starts_on, starts_on, ends_on, one.code, unit.tjeneste, one.kind)
        for template in (catalogue.joining(one.kind), catalogue.contract_of(one.kind)):
            await self.begin(template, job, person_id, engagement, leader, ordered_at, one.done)

    async def mover(self) -> None:
        """The first of the place who leads nobody."""
        unit, leading = self.places[MOVES_FROM], set(self.people.leaders.values())
        agents = {each for found in self.people.agents.values() for each in found}
        orderers = {person for person, _place in self.people.orderers}
        number, old = next(
            (number, each)
            for number, each in enumerate(self.people.engagements, start=1)
            if each.org_unit_id == unit.id and each.person_id not in leading | agents | orderers
        )
        first = self.on + timedelta(days=MOVES_IN)
        await self.connection.execute(
            "UPDATE engagements SET ends_on = $2 WHERE id = $1", number, first - timedelta(days=1)
        )
        title = self.published.catalogue.access.positions[MOVES_TO].title
        new = await self._engage(old.person_id, unit.id, "fast", MOVES_TO, title, first, None, None)
        job = Job(first, first, None, MOVES_TO, unit.tjeneste, "fast")
        template = self.published.catalogue.journey_of(JourneyKind.MOVE)
        await self.begin(template, job, old.person_id, new, self.people.leaders[unit.id], self.at, ())

    async def leavers(self) -> None:
        """The first whose time is nearly over."""
        soon = (
            (number, each)
            for number, each in enumerate(self.people.engagements, start=1)
            if each.kind in ("midlertidig", "vikar")
            and each.ends_on is not None
            and (each.ends_on - self.on).days in LEAVES_WITHIN
        )
        template = self.published.catalogue.journey_of(JourneyKind.LEAVE)
        for (number, each), _ in zip(soon, range(LEAVERS), strict=False):
            assert each.ends_on is not None
            unit = self.people.units[each.org_unit_id]
            job = Job(
                each.ends_on, each.starts_on, each.ends_on, each.position_code, unit.tjeneste, each.kind
            )
            leader = self.people.leaders[unit.id]
            await self.begin(template, job, each.person_id, number, leader, self.at, ())

    async def begin(
        self,
        template: Journey | None,
        job: Job,
        person_id: int,
        engagement: int,
        leader: int,
        begun_at: datetime,
        done: Iterable[str],
    ) -> None:
        """As `app/journeys/starting.py` writes it; what can begin begins when the demo is served."""
        if template is None:
            return
        journey: int = await self.connection.fetchval(
            "INSERT INTO journeys (template, kind, catalogue_version, person_id, engagement_id, owner_id,"
            " ordered_by_id, day, state, begun_at, next_at, last_event_at, event_seq)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 'active', $8, $9, $8, 1) RETURNING id",
            template.key, template.kind.value, self.published.version, person_id, engagement, leader, job.day,
            begun_at, self.at,
        )  # fmt: skip
        await self.connection.execute(
            "INSERT INTO events (subject_kind, subject_id, seq, kind, actor_id, at, payload)"
            " VALUES ('journey', $1, 1, 'journey.begun', $2, $3, $4::jsonb)",
            journey, leader, begun_at, dumps({"journey": template.kind.value, "person_id": person_id}),
        )  # fmt: skip
        calendar = self.published.calendar(CALENDAR)
        steps = planned(template, job, calendar, self.published.statutes, begun_at)
        await self.connection.executemany(
            "INSERT INTO journey_steps (journey_id, place, key, owner, state, opens_at, due_at, done_at, done_by_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [self._step(journey, place, step, leader, done) for place, step in enumerate(steps)],
        )

    def _step(
        self, journey: int, place: int, step: Planned, leader: int, done: Iterable[str]
    ) -> tuple[object, ...]:
        is_done = step.key in done
        ends = ("done", self.at - timedelta(days=1), leader) if is_done else ("waiting", None, None)
        state, done_at, done_by = ends
        head = (journey, place, step.key, step.owner.value, state, step.opens_at, step.due_at)
        return (*head, done_at, done_by)

    async def _engage(
        self,
        person_id: int,
        place: int,
        kind: str,
        code: str,
        title: str,
        starts_on: date,
        ends_on: date | None,
        ground: str | None,
    ) -> int:
        found: int = await self.connection.fetchval(
            "INSERT INTO engagements (person_id, org_unit_id, kind, position_code, title, percent, starts_on, ends_on,"
            " legal_basis, last_event_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
            person_id, place, kind, code, title, Decimal(100), starts_on, ends_on, ground, self.at,
        )  # fmt: skip
        return found


async def write_journeys(
    connection: asyncpg.Connection[asyncpg.Record], published: Published, people: People, at: datetime
) -> None:
    """Into a database that has the people; the same `at` gives the same rows."""
    writing = _Writing(connection, published, people, at)
    for number, one in enumerate(COMING, start=1):
        await writing.coming(number, one)
    await writing.mover()
    await writing.leavers()
    await connection.executemany(
        "INSERT INTO payroll_runs (pay, pays_on, closes_on) VALUES ($1, $2, $3)",
        [(pay, *writing.run(days)) for pay in ("monthly", "hourly") for days in RUNS],
    )
