"""«Samme person» or «en annen»: a person answers what the rule could only ask, once, and the row is carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Conflict, NotFound, Refusal
from app.events.log import record, take
from app.feed.applying import carry_out
from app.feed.difference import Known
from app.feed.models import FeedMatch, Outcome, WaitingRow
from app.feed.planning import known_jobs, plan
from app.feed.reading import Grounds
from app.feed.rows import EngagementRow, Found, PersonRow, unpacked
from app.identity.actor import Actor
from app.people.leading import nearest_led
from app.people.models import Engagement, Hire, HireState, OrgUnit, Person

MOST = 100


@dataclass(frozen=True, slots=True)
class Question:
    """A row, and somebody who was expected. Days may be missing where a source does not say."""

    id: int
    source: str
    reasons: tuple[str, ...]
    row: PersonRow
    name: str
    title: str
    place: str
    starts_on: date
    ordered_by: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row that could not be used, or not all of it: (what, the job's key, what was said) each."""

    source: str
    key: str
    name: str
    findings: tuple[tuple[Found, str, str], ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """Whose row it was, and who it is about; None while another question about it is open."""

    source: str
    key: str
    person_id: int | None


@dataclass(frozen=True)
class Deciding:
    """What an installation has decided: who is asked, where people sign in, and which grounds there are."""

    hr_unit: str
    issuer: str | None
    grounds: Grounds


def may_see(actor: Actor, hr_unit: str) -> Refusal | None:
    return None if actor.is_leader or actor.works_in(hr_unit) else Refusal("feed.not_yours")


def asked_of(actor: Actor, hr_unit: str) -> ColumnElement[bool]:
    """Of engagements: HR is asked about everybody, leaders about those they wait for."""
    return true() if actor.works_in(hr_unit) else nearest_led(actor.at_work_id)


async def questions(session: AsyncSession, actor: Actor, hr_unit: str) -> Sequence[Question]:
    """Those nobody has answered, the oldest first."""
    orderer = select(Person.name).where(Person.id == Hire.ordered_by_id).correlate(Hire).scalar_subquery()
    query = (
        select(
            FeedMatch.id,
            FeedMatch.source,
            FeedMatch.reasons,
            WaitingRow.row,
            Person.name,
            Engagement.title,
            OrgUnit.name.label("place"),
            Engagement.starts_on,
            orderer.label("ordered_by"),
        )
        .join(WaitingRow, (WaitingRow.source == FeedMatch.source) & (WaitingRow.key == FeedMatch.key))
        .join(Person, Person.id == FeedMatch.candidate_id)
        .join(Engagement, Engagement.id == _newest_job(Engagement.feed_key.is_(None)))
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .outerjoin(Hire, Hire.engagement_id == Engagement.id)
        .where(FeedMatch.outcome == Outcome.OPEN, asked_of(actor, hr_unit))
        .order_by(FeedMatch.id)
        .limit(MOST)
    )
    return [
        Question(
            row.id,
            row.source,
            tuple(row.reasons),
            unpacked(row.row),
            row.name,
            row.title,
            row.place,
            row.starts_on,
            row.ordered_by or "",
        )
        for row in await session.execute(query)
    ]


async def asked_count(session: AsyncSession, actor: Actor, hr_unit: str) -> int:
    """How many wait for the actor's answer."""
    query = (
        select(func.count())
        .select_from(FeedMatch)
        .join(Engagement, Engagement.id == _newest_job(Engagement.feed_key.is_(None)))
        .where(FeedMatch.outcome == Outcome.OPEN, asked_of(actor, hr_unit))
    )
    return (await session.scalars(query)).one()


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """That somebody is asked; about which job."""

    match_id: int
    candidate_id: int
    engagement_id: int
    is_old: bool


async def open_questions(session: AsyncSession, *, older_than: timedelta) -> Sequence[OpenQuestion]:
    """For whoever tells those who are asked; `is_old`: asked so long ago."""
    query = (
        select(
            FeedMatch.id,
            FeedMatch.candidate_id,
            Engagement.id,
            FeedMatch.asked_at < func.clock_timestamp() - older_than,
        )
        .join(Engagement, Engagement.id == _newest_job(Engagement.feed_key.is_(None)))
        .where(FeedMatch.outcome == Outcome.OPEN)
        .order_by(FeedMatch.id)
        .limit(MOST)
    )
    return [OpenQuestion(*row) for row in await session.execute(query)]


async def unusable(session: AsyncSession, actor: Actor, hr_unit: str) -> Sequence[Unusable]:
    """For HR alone: what stands in the sources about others is no leader's business."""
    if not actor.works_in(hr_unit):
        return []
    query = select(WaitingRow).where(func.jsonb_array_length(WaitingRow.findings) > 0)
    rows = await session.scalars(query.order_by(WaitingRow.told_at, WaitingRow.key).limit(MOST))
    return [
        Unusable(
            row.source,
            row.key,
            unpacked(row.row).name,
            tuple((Found(f["found"]), f["about"], f["said"]) for f in row.findings),
        )
        for row in rows
    ]


def _newest_job(*where: ColumnElement[bool]) -> ColumnElement[int]:
    """Of the one who was expected: the job that begins last."""
    query = select(Engagement.id).where(Engagement.person_id == FeedMatch.candidate_id, *where)
    newest = query.order_by(Engagement.starts_on.desc(), Engagement.id.desc()).limit(1)
    return newest.correlate(FeedMatch).scalar_subquery()


async def same(
    session: AsyncSession, match_id: int, *, by: Actor, installed: Deciding, at: datetime
) -> Decided:
    """The row is this person: they get their number, their way in and the source's word about the job.

    Raises NotFound for what one is not asked, and Conflict for what is answered already.
    """
    match, row = await _taken(session, match_id, by=by, installed=installed)
    _answer(match, Outcome.SAME, by=by, at=at)
    others = (FeedMatch.source == match.source, FeedMatch.key == match.key, FeedMatch.outcome == Outcome.OPEN)
    answered = {"outcome": Outcome.OTHER, "decided_at": at, "decided_by_id": by.person_id}
    await session.flush()
    await session.execute(update(FeedMatch).where(*others, FeedMatch.id != match.id).values(answered))
    person = (
        await session.scalars(select(Person).where(Person.id == match.candidate_id).with_for_update())
    ).one()
    if person.employee_number is not None:
        raise Conflict("feed.known_already")
    works_here = (await session.scalars(select(WaitingRow.person_id).where(*_row_of(match)))).one_or_none()
    if works_here is not None:
        await _hand_over(session, person, works_here, by=by)
        await _bind(session, works_here, row, by=by)
        return await _carry_out(session, row, works_here, by=by, installed=installed, at=at)
    person.issuer = installed.issuer if installed.issuer and row.subject else f"feed:{row.source}"
    person.subject = row.subject if installed.issuer and row.subject else row.key
    await session.flush()
    await _bind(session, person.id, row, by=by)
    return await _carry_out(session, row, person.id, by=by, installed=installed, at=at)


async def other(
    session: AsyncSession, match_id: int, *, by: Actor, installed: Deciding, at: datetime
) -> Decided:
    """The row is somebody else. When nobody else is asked about it either, it is somebody new."""
    match, row = await _taken(session, match_id, by=by, installed=installed)
    _answer(match, Outcome.OTHER, by=by, at=at)
    await session.flush()
    works_here = (await session.scalars(select(WaitingRow.person_id).where(*_row_of(match)))).one_or_none()
    return await _carry_out(session, row, works_here, by=by, installed=installed, at=at)


def _row_of(match: FeedMatch) -> tuple[ColumnElement[bool], ...]:
    return WaitingRow.source == match.source, WaitingRow.key == match.key


async def _hand_over(session: AsyncSession, expected: Person, works_here: int, *, by: Actor) -> None:
    """Whoever was ordered as somebody new works here already: the jobs that were ordered are theirs, the rest is none.

    What the expected one was given is taken back by the plan; journeys follow the job (`app.journeys.following`).
    """
    ordered = select(Engagement.id).where(Engagement.person_id == expected.id, Engagement.feed_key.is_(None))
    for engagement_id in (await session.scalars(ordered.order_by(Engagement.id))).all():
        engagement, at = await take(session, Engagement, Engagement.id == engagement_id)
        engagement.person_id = works_here
        record(engagement, "engagement.handed_over", by=by, at=at, person_id=works_here, from_id=expected.id)
        await session.execute(
            update(Hire).where(Hire.engagement_id == engagement_id).values(person_id=works_here)
        )
    expected.active = False
    await session.flush()


async def _taken(
    session: AsyncSession, match_id: int, *, by: Actor, installed: Deciding
) -> tuple[FeedMatch, PersonRow]:
    query = (
        select(FeedMatch, WaitingRow.row)
        .outerjoin(WaitingRow, (WaitingRow.source == FeedMatch.source) & (WaitingRow.key == FeedMatch.key))
        .join(Engagement, Engagement.id == _newest_job())
        .where(FeedMatch.id == match_id, asked_of(by, installed.hr_unit))
        .with_for_update(of=FeedMatch)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound
    match, row = found
    if match.outcome is not Outcome.OPEN or row is None:
        raise Conflict("feed.answered")
    return match, unpacked(row)


def _answer(match: FeedMatch, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    match.outcome, match.decided_at, match.decided_by_id = outcome, at, by.person_id


async def _bind(session: AsyncSession, person_id: int, row: PersonRow, *, by: Actor) -> None:
    """From now on the source tells of the job that was ordered: the one that begins nearest to what it says."""
    expected = (await known_jobs(session, Engagement.person_id == person_id, told_by=None)).get(person_id, ())
    line = _nearest(row.engagements or (), expected)
    if line is None:
        return
    job, told = line
    engagement, at = await take(session, Engagement, Engagement.id == job.id)
    engagement.feed_key = f"{row.source}:{told.key}"
    record(engagement, "engagement.matched", by=by, at=at, person_id=person_id)
    hired = update(Hire).where(Hire.engagement_id == job.id, Hire.state == HireState.EXPECTED)
    await session.execute(hired.values(state=HireState.MATCHED))
    await session.flush()


def _nearest(lines: Sequence[EngagementRow], jobs: Sequence[Known]) -> tuple[Known, EngagementRow] | None:
    def apart(pair: tuple[Known, EngagementRow]) -> int:
        job, line = pair
        return abs((line.starts_on - job.span.starts_on).days) if line.starts_on else 0

    return min(((job, line) for job in jobs for line in lines), key=apart, default=None)


async def _carry_out(
    session: AsyncSession,
    row: PersonRow,
    person_id: int | None,
    *,
    by: Actor,
    installed: Deciding,
    at: datetime,
) -> Decided:
    bound: Mapping[str, int] = {} if person_id is None else {row.key: person_id}
    issuer = installed.issuer if row.subject else None
    (planned,) = await plan(session, [row], issuer=issuer, grounds=installed.grounds, bound=bound)
    done = await carry_out(session, planned, issuer=issuer, by=by, at=at)
    return Decided(row.source, row.key, done)
