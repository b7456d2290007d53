"""What the people of the demo have access to: what their jobs give, with as much amiss as in any municipality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from app.access.desired import Job
from app.access.plan import Held, Origin, Person, Standing, State, plan
from app.demo.people import People
from service_catalog.access_schema import Access, Approver, Prerequisite
from sla.zone import day_of

SHOWN_SHARE = 0.94
"""How many have shown what their job asks for."""
STATES = (
    (State.GRANTED, 89),
    (State.ORDERED, 3),
    (State.REQUESTED, 2),
    (State.UNKNOWN, 1),
    (State.FAILED, 1),
    (None, 4),
)
"""How often what a job gives stands like this; None: nobody has thought of it."""
LEFT_OVER = 6
"""One of so many has something from a job they no longer hold, or that nobody knows why they have."""


@dataclass(frozen=True)
class AccessRows:
    """As they go into the tables, in the order of COLUMNS."""

    grants: list[tuple[Any, ...]]
    papers: list[tuple[Any, ...]]


GRANT_COLUMNS = "person_id entitlement state origin since until last_event_at"
PAPER_COLUMNS = "person_id kind shown_on valid_until"


def access_rows(access: Access, people: People, random: Random, at: datetime) -> AccessRows:
    """Of everybody, as it stands at `at`; the same `random` gives the same rows."""
    rows, on = AccessRows([], []), day_of(at)
    jobs = _jobs(people)
    for person in people.persons:
        mine = tuple(jobs[person.id])
        papers = frozenset(_papers(access, mine, random, on))
        rows.papers.extend((person.id, kind, day, None) for kind, day in sorted(_days(papers, mine)))
        whole = Person(mine, papers=papers)
        left_over = _left_over(access, whole, random, on) if person.id % LEFT_OVER == 0 else ()
        for held in (*_held(access, whole, random, on), *left_over):
            values = (held.entitlement, held.state, held.origin, held.since, held.until)
            rows.grants.append((person.id, *values, at))
    return rows


def _jobs(people: People) -> dict[int, list[Job]]:
    found: dict[int, list[Job]] = defaultdict(list)
    for number, engagement in enumerate(people.engagements, start=1):
        unit = people.units[engagement.org_unit_id]
        above, keys = unit, {unit.place.key}
        while above.parent_id:
            above = people.units[above.parent_id]
            keys.add(above.place.key)
        job = Job(
            number,
            engagement.position_code,
            engagement.title,
            engagement.kind,
            unit.place.name,
            frozenset(keys),
            unit.tjeneste,
            engagement.starts_on,
            engagement.ends_on,
        )
        found[engagement.person_id].append(job)
    return found


def _papers(access: Access, jobs: tuple[Job, ...], random: Random, on: date) -> Iterator[Prerequisite]:
    asked = {
        each
        for line in plan(access, Person(jobs), on)
        if line.entitlement in access.entitlements
        for each in access.entitlements[line.entitlement].requires
    }
    return (each for each in sorted(asked) if random.random() < SHOWN_SHARE)


def _days(papers: frozenset[Prerequisite], jobs: tuple[Job, ...]) -> Iterator[tuple[Prerequisite, date]]:
    first = min(job.starts_on for job in jobs)
    return ((each, first) for each in papers)


def _held(access: Access, person: Person, random: Random, on: date) -> Iterator[Held]:
    lines = plan(access, person, on)
    for line in lines:
        if line.standing is Standing.BLOCKED:
            continue
        one = access.entitlements[line.entitlement]
        state = random.choices([each for each, _ in STATES], [share for _, share in STATES])[0]
        if state is State.REQUESTED and one.approval is Approver.NONE:
            state = State.ORDERED
        if state is not None:
            begun = min(reason.given.job.starts_on for reason in line.reasons if reason.given)
            # What is given for a time has been said to be needed since.
            since = on - timedelta(days=random.randint(1, one.max_days)) if one.max_days else begun
            yield Held(one.key, state, Origin.ROLE, since if state is State.GRANTED else None)


def _left_over(access: Access, person: Person, random: Random, on: date) -> Iterator[Held]:
    given = {line.entitlement for line in plan(access, person, on)}
    others = [key for key in access.entitlements if key not in given]
    origin = Origin.FOUND if random.random() < 0.6 else Origin.ORDER
    until = on + timedelta(days=random.randint(-60, 120)) if origin is Origin.ORDER else None
    since = on - timedelta(days=random.randint(40, 700))
    yield Held(random.choice(others), State.GRANTED, origin, since, until)
