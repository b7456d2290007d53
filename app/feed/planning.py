"""What rows would change, set-wise and without changing anything: the same for one row pushed and for a whole file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.feed.difference import Change, Known, Told, differences, without_a_job_after
from app.feed.matching import Alike, Expected, likeness
from app.feed.models import FeedMatch, Outcome, ToldJob, WaitingRow
from app.feed.reading import Grounds, Names, Read, names_for, read
from app.feed.rows import Finding, Found, PersonRow
from app.identity.models import Identity
from app.people.engaging import Span, content_of, has_days
from app.people.models import Engagement, Hire, HireState, Leave, Person

TOLD_OF_PERSON = ("name", "email", "phone", "language")
Asked = Mapping[int, tuple[Alike, ...]]
"""By the id of somebody expected: what speaks for it being the same."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row would do. Nothing but the asking when somebody must say first whom it is about."""

    row: PersonRow
    person_id: int | None
    """None: somebody new, or nobody yet."""
    fields: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Of the person: before and after."""
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    asks: Asked = field(default_factory=dict)
    links: bool = False
    """The sign-in is to be tied to the person."""
    leaves: bool = False
    """They have a job, or are to have one, and would have none."""
    digests: Mapping[str, str | None] = field(default_factory=dict)
    """Of the jobs of which something new is said; None: it is told of no more."""
    last: Mapping[str, Span] = field(default_factory=dict)
    """By job: the last period told of."""
    waited: bool = False
    """A row of theirs waits for somebody, from before."""
    is_over: bool = False
    """Nobody we know, and every job they had is over: nothing is kept of somebody who is not here, or is forgotten."""

    @property
    def is_unusable(self) -> bool:
        """Nobody can tell whom it is about."""
        return any(each.found in (Found.TWO_PEOPLE, Found.OTHER_NUMBER) for each in self.findings)

    @property
    def is_undecided(self) -> bool:
        """Somebody must say first whom it is about; nothing else is done."""
        return bool(self.asks) and self.person_id is None

    @property
    def waits(self) -> bool:
        return bool(self.asks) or bool(self.findings)

    @property
    def is_new(self) -> bool:
        return self.person_id is None and not (self.is_undecided or self.is_unusable or self.is_over)

    @property
    def does_something(self) -> bool:
        """More than waiting for somebody."""
        if self.is_undecided or self.is_unusable or self.is_over:
            return False
        says = self.fields or self.changes or self.digests or self.links or self.row.active is not None
        return bool(self.is_new or says)

    @property
    def changes_nothing(self) -> bool:
        return not (self.does_something or self.waits or self.waited)


@dataclass(frozen=True)
class World:
    """Everything that is known about those the rows are about, and about those who are expected."""

    on: date
    names: Names
    persons: Mapping[int, Person]
    by_subject: Mapping[str, int]
    by_number: Mapping[str, int]
    known: Mapping[int, tuple[Known, ...]]
    """By person: the periods that this source has told of."""
    digests: Mapping[str, str]
    """By job: what this source said last."""
    expected: Sequence[Expected]
    answers: Mapping[tuple[str, str, int], Outcome]
    """By source, key and candidate."""
    waiting: frozenset[str]
    """The keys of rows that wait for somebody, from before."""


async def plan(
    session: AsyncSession,
    rows: Sequence[PersonRow],
    *,
    issuer: str | None,
    grounds: Grounds,
    bound: Mapping[str, int] | None = None,
) -> list[Planned]:
    """In the order of the rows, which have one source. `bound`: who a row's key is, where that is decided already."""
    world = await _world(session, rows, issuer, grounds, bound or {})
    return [_planned(world, row, (bound or {}).get(row.key)) for row in rows]


def _planned(world: World, row: PersonRow, bound: int | None) -> Planned:
    person_id, wrong = _whom(world, row, bound)
    waited = row.key in world.waiting
    if wrong is not None:
        return Planned(row, person_id, findings=(wrong,), waited=waited)
    known = world.known.get(person_id, ()) if person_id is not None else ()
    found = read(row, known, world.names, world.on)
    asks: Asked = {}
    is_over = row.active is not True and _has_left(found, world.on)
    if person_id is None:
        if is_over:
            return Planned(row, None, is_over=True, waited=waited)
        asks = _asks(world, row, found.told)
        if asks:
            return Planned(row, None, findings=found.findings, asks=asks, waited=waited)
    elif world.expected and (jobs := _unheard_of(found, known)):
        asks = _asks(world, row, jobs, apart_from=person_id)
    changes: tuple[Change, ...] = ()
    digests: dict[str, str | None] = {}
    if row.engagements is not None:
        digests = _news(world, known, found)
        if asks:
            # A job that somebody may have ordered already waits for an answer; the others do not.
            for each in _unheard_of(found, known):
                digests.pop(each.key, None)
        silent = ({each.key for each in known} | {each.key for each in found.told}) - digests.keys()
        changes = differences(known, found.told, world.on, unreadable=found.unreadable | silent)
    person = world.persons.get(person_id) if person_id is not None else None
    return Planned(
        row,
        person_id,
        # What is said of somebody who has left is not written down anew: it may be forgotten here already.
        fields={} if is_over and person is not None and not person.active else _fields(row, person),
        changes=changes,
        findings=found.findings,
        asks=asks,
        links=row.subject is not None and row.subject not in world.by_subject,
        leaves=without_a_job_after(known, changes, world.on),
        digests=digests,
        last={each.key: each.span for each in sorted(found.told, key=lambda each: each.span.starts_on)},
        waited=waited,
    )


def _news(world: World, known: Sequence[Known], found: Read) -> dict[str, str | None]:
    """By job: the digest of what is said, where that is not what was said last."""
    told: dict[str, list[Told]] = {}
    for each in found.told:
        told.setdefault(each.key, []).append(each)
    said: dict[str, str | None] = {key: digest_of(lines) for key, lines in told.items()}
    said |= {each.key: None for each in known if each.key not in said}
    return {
        key: digest
        for key, digest in said.items()
        if key not in found.unreadable and world.digests.get(key) != digest
    }


def digest_of(lines: Sequence[Told]) -> str:
    said = repr(sorted(lines, key=lambda line: line.span.starts_on))
    # What most sources never say does not make their rows news.
    return sha256(said.replace(", last_shift_ends_at=None", "").encode()).hexdigest()


def _whom(world: World, row: PersonRow, bound: int | None) -> tuple[int | None, Finding | None]:
    """The person, by who they are where people sign in, or by their employee number; both must agree."""
    by_subject = world.by_subject.get(row.subject or "")
    by_number = world.by_number.get(row.employee_number or "")
    person_id = bound or by_subject or by_number
    if any(each not in (None, person_id) for each in (by_subject, by_number)):
        return person_id, Finding(Found.TWO_PEOPLE, said=row.employee_number or "")
    if person_id is None or bound is not None:
        return person_id, None
    has = world.persons[person_id].employee_number
    if has and row.employee_number and has != row.employee_number:
        return person_id, Finding(Found.OTHER_NUMBER, said=row.employee_number)
    return person_id, None


def _has_left(found: Read, on: date) -> bool:
    """Every job that is told of is over."""
    ends = [each.span.ends_on for each in found.told]
    return bool(ends) and not found.unreadable and all(end is not None and end < on for end in ends)


def _unheard_of(found: Read, known: Sequence[Known]) -> list[Told]:
    """Jobs that nobody here knows of: of somebody who works here already, a leader may have ordered just these."""
    keys = {each.key for each in known}
    return [each for each in found.told if each.key not in keys]


def _asks(world: World, row: PersonRow, told: Sequence[Told], apart_from: int | None = None) -> Asked:
    """Those who are expected and may be this one, and of whom nobody has said that they are not."""
    return {
        each.person_id: alike
        for each in world.expected
        if each.person_id != apart_from
        if world.answers.get((row.source, row.key, each.person_id)) is not Outcome.OTHER
        if (alike := likeness(row, told, each))
    }


def _fields(row: PersonRow, person: Person | None) -> dict[str, tuple[str | None, str | None]]:
    told = {name: getattr(row, name) for name in (*TOLD_OF_PERSON, "employee_number")}
    if person is None:
        return {name: (None, value) for name, value in told.items() if value}
    return {
        name: (getattr(person, name), value)
        for name, value in told.items()
        if value and value != getattr(person, name)
    }


async def _world(
    session: AsyncSession,
    rows: Sequence[PersonRow],
    issuer: str | None,
    grounds: Grounds,
    bound: Mapping[str, int],
) -> World:
    on: date = (await session.execute(select(func.current_date()))).scalar_one()
    subjects = [row.subject for row in rows if row.subject]
    numbers = [row.employee_number for row in rows if row.employee_number]
    mine = and_(Identity.issuer == (issuer or ""), Identity.subject.in_(subjects))
    identities = select(Identity.subject, Identity.person_id).where(mine)
    by_subject = {row.subject: row.person_id for row in await session.execute(identities)}
    ids = {*by_subject.values(), *bound.values()}
    people = await session.scalars(
        select(Person).where(or_(Person.id.in_(ids), Person.employee_number.in_(numbers)))
    )
    persons = {person.id: person for person in people}
    source = rows[0].source if rows else ""
    known = await known_jobs(session, Engagement.person_id.in_(persons), told_by=source)
    keys = {f"{source}:{line.key}" for row in rows for line in row.engagements or ()}
    keys |= {each.key for jobs in known.values() for each in jobs}
    told = select(ToldJob.key, ToldJob.digest).where(ToldJob.key.in_(keys))
    digests = {row.key: row.digest for row in await session.execute(told)} if keys else {}
    by_number = {p.employee_number: p.id for p in persons.values() if p.employee_number}
    waits = select(WaitingRow.key).where(
        WaitingRow.source == source, WaitingRow.key.in_([row.key for row in rows])
    )
    waiting = frozenset(await session.scalars(waits))
    known_people = by_subject.keys() | by_number.keys()
    strangers = any(
        row.key not in bound and not {row.subject, row.employee_number} & known_people for row in rows
    )
    heard_of = {job.key for jobs in known.values() for job in jobs}
    news = any(f"{source}:{line.key}" not in heard_of for row in rows for line in row.engagements or ())
    return World(
        on=on,
        names=await names_for(session, rows, grounds),
        persons=persons,
        by_subject=by_subject,
        by_number=by_number,
        known=known,
        digests=digests,
        expected=await _expected(session, on) if strangers or news else (),
        answers=await _answers(session, rows) if strangers or news else {},
        waiting=waiting,
    )


async def known_jobs(
    session: AsyncSession, *where: ColumnElement[bool], told_by: str | None
) -> dict[int, tuple[Known, ...]]:
    """By person: periods that were not withdrawn, of one source, or (None) those no source tells of."""
    source = (
        Engagement.feed_key.is_(None)
        if told_by is None
        else Engagement.feed_key.startswith(f"{told_by}:", autoescape=True)
    )
    query = select(Engagement).where(*where, source, has_days()).order_by(Engagement.starts_on, Engagement.id)
    periods = (await session.scalars(query)).all()
    leaves: dict[int, list[Span]] = defaultdict(list)
    on_leave = select(Leave).where(Leave.engagement_id.in_([each.id for each in periods]))
    for leave in await session.scalars(on_leave.order_by(Leave.starts_on)) if periods else ():
        leaves[leave.engagement_id].append(Span(leave.starts_on, leave.ends_on))
    found: dict[int, list[Known]] = defaultdict(list)
    for each in periods:
        span = Span(each.starts_on, each.ends_on)
        known = Known(each.id, each.feed_key or "", content_of(each), span, tuple(leaves[each.id]))
        found[each.person_id].append(known)
    return {person_id: tuple(jobs) for person_id, jobs in found.items()}


async def _expected(session: AsyncSession, on: date) -> list[Expected]:
    """Whoever has a job ahead that no source tells of, and no employee number."""
    waiting = select(Person.id).where(Person.employee_number.is_(None), Person.active)
    goes_on = or_(Engagement.ends_on.is_(None), Engagement.ends_on >= on)
    jobs = await known_jobs(session, Engagement.person_id.in_(waiting), goes_on, told_by=None)
    if not jobs:
        return []
    query = (
        select(
            Person.id,
            Person.name,
            func.coalesce(Person.email, Hire.private_email),
            func.coalesce(Person.phone, Hire.private_phone),
        )
        .outerjoin(Hire, (Hire.person_id == Person.id) & (Hire.state == HireState.EXPECTED))
        .where(Person.id.in_(jobs))
        .order_by(Person.id)
    )
    return [Expected(*row, jobs[row.id]) for row in await session.execute(query)]


async def _answers(session: AsyncSession, rows: Iterable[PersonRow]) -> dict[tuple[str, str, int], Outcome]:
    pairs = [(row.source, row.key) for row in rows]
    query = select(FeedMatch.source, FeedMatch.key, FeedMatch.candidate_id, FeedMatch.outcome)
    found = await session.execute(query.where(tuple_(FeedMatch.source, FeedMatch.key).in_(pairs)))
    return {(row.source, row.key, row.candidate_id): row.outcome for row in found}
