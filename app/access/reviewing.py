"""Access review: twice a year each leader says of everything their people have whether it is still needed.

What deviates or is risky is asked about one by one; the rest is confirmed together. Nobody answers: the leader above is
told, and what has a longest duration ends by itself, because nobody confirmed it (`plan`: NOT_CONFIRMED).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.expiring import LONGER
from app.access.models import Answer, Grant, Review, ReviewAnswer
from app.access.ordering import take_at_once
from app.access.plan import Held, Line, Person, Standing, State, plan
from app.access.queries import own_people, persons_of_plan, today
from app.access.targets import Targets, configured
from app.catalogue.published import Published
from app.errors import Conflict, FieldProblem, Invalid, NotFound
from app.events.log import EVENT_STEP, record, take
from app.identity.actor import Actor, system_actor
from app.people.leading import NEAREST
from app.people.ties import OWN_LEADERS
from app.tasks.actions import NewTask, end, place
from app.tasks.models import Consequence, Kind
from service_catalog.access_schema import Access, Risk
from service_catalog.schema import Confidentiality
from sla.zone import day_of

REVIEWER = system_actor("access.review")
MONTHS = (3, 9)
"""A round begins with each of these."""
ANSWER_DAYS = 15
"""Working days that a leader has."""
MINUTES_EACH = 1
MOST_PEOPLE = 200
DEVIATES = frozenset({Standing.SUPERFLUOUS, Standing.UNKNOWN, Standing.EXPIRING})
THERE = frozenset({State.GRANTED, State.UNKNOWN})
_IN_FORCE = (
    "engaged.starts_on <= current_date AND (engaged.ends_on IS NULL OR engaged.ends_on >= current_date)"
)
LEADERS = text(
    f"""
    SELECT nearest.leader_id, count(DISTINCT nearest.person_id) AS people
    FROM ({NEAREST.format(which=_IN_FORCE)}) nearest
    GROUP BY 1
    """
)
ABOVE = text(OWN_LEADERS.format(person=":person"))


def round_of(day: date) -> str | None:
    """The round that is on in the day's month, «2026-2»; None in the others."""
    return f"{day.year}-{MONTHS.index(day.month) + 1}" if day.month in MONTHS else None


def must_be_looked_at(line: Line, held: Held, access: Access) -> bool:
    """Asked about by itself: what deviates, what ought not to be together, what is risky, what was asked for beyond
    the job, and what lives may depend on and must be confirmed."""
    one = access.entitlements.get(line.entitlement)
    is_risky = one is None or one.risk is Risk.HIGH
    return line.standing in DEVIATES or bool(line.conflicts) or line.must_confirm or is_risky


@dataclass(frozen=True)
class Looked:
    """What one person has, in a review."""

    person_id: int
    name: str
    title: str
    asked: tuple[Line, ...]
    in_order: tuple[Line, ...]
    person: Person


async def begin_round(session: AsyncSession, published: Published, at: datetime) -> int:
    """In a month of review: one for each leader who has people and none in this round yet. Twice changes nothing."""
    found = round_of(at.astimezone(published.zone).date())
    if found is None:
        return 0
    first = at.astimezone(published.zone).replace(day=1, hour=8, minute=0, second=0, microsecond=0)
    due_at = published.office_hours.add_days(first, ANSWER_DAYS, end_of_day=True)
    leaders = (await session.execute(LEADERS)).all()
    if not leaders:
        return 0
    rows = [
        {"round": found, "leader_id": row.leader_id, "due_at": due_at, "last_event_at": at} for row in leaders
    ]
    new = insert(Review).values(rows).on_conflict_do_nothing(index_elements=["round", "leader_id"])
    made = (await session.execute(new.returning(Review.id, Review.leader_id))).all()
    people = {row.leader_id: row.people for row in leaders}
    await place(session, [_task(row.id, row.leader_id, people[row.leader_id], due_at) for row in made])
    return len(made)


def _task(review_id: int, leader_id: int, people: int, due_at: datetime) -> NewTask:
    return NewTask(
        key=f"review:{review_id}",
        kind=Kind.REVIEW,
        subject_id=review_id,
        person_id=leader_id,
        confidentiality=Confidentiality.PERSONNEL,
        consequence=Consequence.SERIOUS,
        minutes=max(5, people * MINUTES_EACH),
        due_at=due_at,
        url="/leder/tilganger/gjennomgang",
    )


def _mine(actor: Actor) -> Select[Review]:
    """One's own, and that of somebody in whose office one is konstituert; the oldest first."""
    theirs = {actor.person_id or 0} | actor.acts_as
    return select(Review).where(Review.leader_id.in_(sorted(theirs)), Review.closed_at.is_(None))


async def open_review(session: AsyncSession, actor: Actor) -> Review | None:
    return (await session.scalars(_mine(actor).order_by(Review.due_at, Review.id).limit(1))).first()


async def looked_through(session: AsyncSession, published: Published, leader: Actor) -> Sequence[Looked]:
    """Everybody the leader is the nearest leader of, in the same number of queries however many they are."""
    page = await own_people(session, leader, after=None, limit=MOST_PEOPLE)
    on = await today(session)
    persons = await persons_of_plan(session, [row.id for row in page.items], on)
    access = published.catalogue.access
    found = []
    for row in page.items:
        person = persons[row.id]
        held = {each.entitlement: each for each in person.held if each.state in THERE}
        lines = [line for line in plan(access, person, on) if line.entitlement in held]
        asked = [line for line in lines if must_be_looked_at(line, held[line.entitlement], access)]
        found.append(
            Looked(
                row.id,
                row.name,
                row.title,
                tuple(asked),
                tuple(line for line in lines if line not in asked),
                person,
            )
        )
    return found


Answers = Mapping[tuple[int, str], Answer]
"""By person and entitlement."""


async def close_review(
    session: AsyncSession,
    published: Published,
    review_id: int,
    answers: Answers,
    *,
    by: Actor,
    targets: Targets | None = None,
) -> int:
    """Everything that is asked about is answered, the rest is confirmed, and what is to end is taken. How many end.

    Raises NotFound for a review that is not theirs, Conflict when it is closed or what it asks about is another by
    now, and Invalid when something is not answered. All of it counts, or none.
    """
    mine = select(Review.id).where(
        Review.id == review_id, Review.leader_id.in_(sorted({by.at_work_id} | by.acts_as))
    )
    if (await session.scalars(mine)).one_or_none() is None:
        raise NotFound
    review, at = await take(session, Review, Review.id == review_id)
    if review.closed_at is not None:
        raise Conflict("access.review_closed")
    looked = await looked_through(session, published, Actor(person_id=review.leader_id, name=""))
    asked = {(one.person_id, line.entitlement) for one in looked for line in one.asked}
    if set(answers) - asked:
        raise Conflict("access.review_changed")
    if missing := sorted(asked - set(answers)):
        person_id, key = missing[0]
        raise Invalid(
            "access.review_incomplete", fields=(FieldProblem(f"{person_id}.{key}", "field.required"),)
        )
    ended = 0
    for one in looked:
        for line in (*one.asked, *one.in_order):
            answer = answers.get((one.person_id, line.entitlement), Answer.KEEP)
            looked_at = line in one.asked
            session.add(
                ReviewAnswer(
                    review_id=review.id,
                    person_id=one.person_id,
                    entitlement=line.entitlement,
                    standing=line.standing,
                    answer=answer,
                    looked_at=looked_at,
                )
            )
            ended += await _carry_out(
                session, published, one, line, answer, by=by, targets=targets or configured()
            )
    review.closed_at, review.closed_by_id = at, by.person_id
    record(review, "access_review.closed", by=by, at=at, ended=ended)
    await end(session, [f"review:{review.id}", f"review_late:{review.id}"], by=by)
    await session.flush()
    return ended


async def _carry_out(
    session: AsyncSession,
    published: Published,
    one: Looked,
    line: Line,
    answer: Answer,
    *,
    by: Actor,
    targets: Targets,
) -> int:
    mine = (
        Grant.person_id == one.person_id,
        Grant.entitlement == line.entitlement,
        Grant.state != State.REVOKED,
    )
    grant, at = await take(session, Grant, *mine)
    if answer is Answer.KEEP:
        kept = published.catalogue.access.entitlements.get(line.entitlement)
        grant.since = day_of(at)
        if line.must_confirm and grant.until is not None and kept is not None and kept.life_and_health:
            # Its order is over and it stands: else the next silence would be told of for ever.
            grant.until = max(grant.until, day_of(at) + LONGER)
        record(grant, "grant.confirmed", by=by, at=at)
        return 0
    entitlement = published.catalogue.access.entitlements.get(line.entitlement)
    held = next(each for each in one.person.held if each.entitlement == line.entitlement)
    if entitlement is None or grant.state is not State.GRANTED or held.is_under_way:
        # Somebody is about to take it already, or people must: what nobody knows is in no system we can ask.
        return 0
    await take_at_once(
        session, published, grant, entitlement, line, by=by, at=at + EVENT_STEP, targets=targets
    )
    return 1


async def pass_up_late(session: AsyncSession) -> int:
    """Of what nobody answered in time, the leader above is told, once."""
    late = (
        select(Review)
        .where(
            Review.closed_at.is_(None),
            Review.passed_up_at.is_(None),
            Review.due_at < func.clock_timestamp(),
        )
        .order_by(Review.id)
        .limit(50)
        .with_for_update(skip_locked=True)
    )
    found = (await session.scalars(late)).all()
    for review in found:
        at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        above = (await session.scalars(ABOVE, {"person": review.leader_id})).first()
        review.passed_up_at = at
        record(review, "access_review.passed_up", by=REVIEWER, at=max(at, review.last_event_at + EVENT_STEP))
        if above is not None:
            await place(
                session,
                [
                    NewTask(
                        key=f"review_late:{review.id}",
                        kind=Kind.REVIEW,
                        subject_id=review.id,
                        person_id=above,
                        consequence=Consequence.SERIOUS,
                        minutes=5,
                        url="/leder/tilganger/gjennomgang",
                    )
                ],
            )
    await session.flush()
    return len(found)
