"""What waits for somebody's word about the people they lead, in their list of tasks for as long as it waits.

A bestiller has ordered somebody; a row from HR may be whom one expects; an oppdrag is over within 30 days. A job, and
twice changes nothing. Where nobody leads, or whoever is asked says nothing for three days, the leader of HR's unit is.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, published_or_none
from app.events.log import EVENT_STEP, record, take
from app.feed.deciding import open_questions
from app.identity.actor import system_actor
from app.journeys.advancing import advance
from app.journeys.models import JourneyRow, JourneyState
from app.people.authorities import nearest_holder
from app.people.engaging import RENEWAL_BEFORE, SPONSORED, has_days
from app.people.leading import leader_of_job
from app.people.models import Engagement, Hire, HireState, Person
from app.people.queries import leads_of
from app.tasks.actions import NewTask, end, place
from app.tasks.measures import closing_of
from app.tasks.models import OURS, Consequence, Kind, Task, TaskState
from service_catalog.journey_schema import JourneyKind
from service_catalog.schema import Authority, Confidentiality

ASKER = system_actor("journeys.questions")
HIRE, MATCH, RENEWAL = "hire", "match", "renewal"
"""What is asked: the first word of a task's key."""
SILENT = timedelta(days=3)
"""So long after a row from HR was asked about, HR's unit is asked too."""
MINUTES = 5
MOST = 500


async def keep_questions(session: AsyncSession, hr_unit: str) -> int:
    """The tasks are what waits now; how many began."""
    published = await published_or_none(session)
    if published is None:
        return 0
    wanted = [
        *await _hires(session),
        *await _matches(session, hr_unit),
        *await _renewals(session, published, hr_unit),
    ]
    # What somebody has said is done is not asked for again; an oppdrag that is prolonged is another question.
    standing = select(Task.key, Task.state, Task.person_id, Task.scope).where(
        Task.source == OURS,
        Task.kind.in_((Kind.PEOPLE, Kind.OPPDRAG)),
        or_(Task.state == TaskState.OPEN, Task.done_by_id.is_not(None)),
    )
    known = {row.key: row for row in await session.execute(standing)}
    new = [task for task in wanted if task.key not in known]
    others = [task for task in wanted if (row := known.get(task.key)) and _is_anothers(task, row)]
    await place(session, [*new, *others], again=True)
    asked = {task.key for task in wanted}
    over = [key for key, row in known.items() if row.state == TaskState.OPEN and key not in asked]
    await end(session, over, by=ASKER, state=TaskState.WITHDRAWN)
    return len(new)


def _is_anothers(task: NewTask, row: Row[str, TaskState, int | None, str | None]) -> bool:
    """It is open, and whoever was asked leads no longer."""
    return row.state == TaskState.OPEN and (row.person_id, row.scope) != (task.person_id, task.scope)


async def _hires(session: AsyncSession) -> list[NewTask]:
    """Ordered by somebody without the authority to hire: whoever is nearest and has it says yes or no."""
    query = (
        select(
            JourneyRow.id,
            JourneyRow.person_id,
            JourneyRow.owner_id,
            Hire.ordered_by_id,
            Engagement.org_unit_id,
        )
        .join(Hire, Hire.engagement_id == JourneyRow.engagement_id)
        .join(Engagement, Engagement.id == JourneyRow.engagement_id)
        .where(
            JourneyRow.kind == JourneyKind.JOIN,
            JourneyRow.state == JourneyState.ACTIVE,
            Hire.state == HireState.EXPECTED,
            Hire.confirmed_by_id.is_(None),
        )
        .order_by(JourneyRow.id)
        .limit(MOST)
    )
    found = []
    for row in (await session.execute(query)).all():
        apart = [row.ordered_by_id, row.person_id]
        holder = await nearest_holder(
            session, Authority.PERSONAL, org_unit_id=row.org_unit_id, ansvar=None, concerned=apart
        )
        found.append(
            NewTask(
                key=f"{HIRE}:{row.id}",
                kind=Kind.PEOPLE,
                subject_id=row.id,
                authority=Authority.PERSONAL if holder else None,
                scope=holder.scope if holder else None,
                person_id=None if holder else row.owner_id,
                apart_ids=(row.person_id,),
                confidentiality=Confidentiality.PERSONNEL,
                consequence=Consequence.SERIOUS,
                minutes=MINUTES,
                url=f"/leder/folk/{row.id}",
            )
        )
    return found


async def _matches(session: AsyncSession, hr_unit: str) -> list[NewTask]:
    found: list[NewTask] = []
    for row in await open_questions(session, older_than=SILENT):
        leader = await leader_of_job(session, row.engagement_id)
        asked = {leader}
        if leader is None or row.is_old:
            asked.add(await head_of(session, hr_unit))
        found += [
            NewTask(
                key=f"{MATCH}:{row.match_id}:{person_id}",
                kind=Kind.PEOPLE,
                subject_id=row.match_id,
                person_id=person_id,
                apart_ids=(row.candidate_id,),
                confidentiality=Confidentiality.PERSONNEL,
                consequence=Consequence.SERIOUS,
                minutes=MINUTES,
                url="/leder/mulige-treff",
            )
            for person_id in sorted(each for each in asked if each is not None)
        ]
    return found


async def _renewals(session: AsyncSession, published: Published, hr_unit: str) -> list[NewTask]:
    """Whoever answers for it, and is here; it ends by itself when nobody says anything."""
    sponsor = select(Person.id).where(Person.id == Engagement.sponsor_id, Person.active).scalar_subquery()
    today = func.current_date()
    query = (
        select(Engagement.id, Engagement.person_id, Engagement.ends_on, sponsor.label("sponsor_id"))
        .where(
            Engagement.kind.in_(SPONSORED),
            has_days(),
            Engagement.starts_on <= today,
            Engagement.ends_on.between(today, today + RENEWAL_BEFORE),
        )
        .order_by(Engagement.ends_on, Engagement.id)
        .limit(MOST)
    )
    found = []
    for row in (await session.execute(query)).all():
        asked = row.sponsor_id or await answers_for(session, row.id, hr_unit)
        if asked is not None and asked != row.person_id:
            found.append(
                NewTask(
                    key=f"{RENEWAL}:{row.id}:{row.ends_on}",
                    kind=Kind.OPPDRAG,
                    subject_id=row.id,
                    person_id=asked,
                    apart_ids=(row.person_id,),
                    consequence=Consequence.NOTICEABLE,
                    minutes=MINUTES,
                    due_at=closing_of(published, row.ends_on),
                    url=f"/leder/eksterne#ekstern-{row.id}",
                )
            )
    return found


async def adopt(session: AsyncSession, published: Published, hr_unit: str) -> int:
    """Journeys whose owner works here no longer are their people's next leader's; how many."""
    query = (
        select(JourneyRow.id)
        .join(Person, Person.id == JourneyRow.owner_id)
        .where(JourneyRow.state == JourneyState.ACTIVE, ~Person.active)
        .order_by(JourneyRow.id)
        .limit(MOST)
    )
    moved = 0
    for journey_id in (await session.scalars(query)).all():
        row, at = await take(session, JourneyRow, JourneyRow.id == journey_id)
        owner_id = await answers_for(session, row.engagement_id, hr_unit)
        if owner_id is None or owner_id == row.owner_id or row.state is not JourneyState.ACTIVE:
            continue
        row.owner_id = owner_id
        record(row, "journey.owned", by=ASKER, at=at, person_id=owner_id)
        await session.flush()
        await advance(session, row, at=at + EVENT_STEP, published=published)
        moved += 1
    return moved


async def answers_for(session: AsyncSession, engagement_id: int, hr_unit: str) -> int | None:
    """The nearest leader; where there is none, the leader of HR's unit. None: HR has none either."""
    return await leader_of_job(session, engagement_id) or await head_of(session, hr_unit)


async def head_of(session: AsyncSession, unit: str) -> int | None:
    """Whoever leads the unit and works here."""
    return next(iter(await leads_of(session, unit)), None)
