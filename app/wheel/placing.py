"""A job: what is soon due of the annual wheel becomes tasks, and stays with whoever leads the place. Twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.identity.actor import system_actor
from app.tasks.actions import NewTask, end, place
from app.tasks.models import OURS, Consequence, Kind, Task, TaskState
from app.wheel.places import Place, is_for, places
from service_catalog.wheel import PREFIX, IsWorking, Occurrence, occurrences_due_in, task_key
from service_catalog.wheel_schema import Activity

WHEEL = system_actor("wheel")
LONGEST_NOTICE = timedelta(days=200)
"""More than the working days of notice an activity may have."""
GIVEN_UP = timedelta(days=360)
"""So late, it is no longer asked for: the next year's has come."""


@dataclass(frozen=True)
class Placed:
    """A task of the wheel as it stands."""

    person_id: int | None
    due_at: datetime | None
    minutes: int | None
    consequence: Consequence
    url: str | None
    is_open: bool


def works_on(published: Published) -> IsWorking:
    """Whether people of the municipality work on a day."""
    calendar = published.calendar_sources[published.catalogue.municipality.calendar]
    return lambda day: bool(calendar.windows_on(day))


async def place_soon_due(session: AsyncSession, published: Published, at: datetime) -> int:
    """How many were placed, moved or taken back. What was due before today is not begun, but is kept."""
    today = at.astimezone(published.zone).date()
    found = await _placed(session, at)
    all_places = await places(session)
    asked: list[NewTask] = []
    known: set[str] = set()
    for occurrence in _around(published, today):
        activity = published.catalogue.wheel[occurrence.activity]
        due_at = _due_at(published, occurrence.due_on)
        for each in all_places:
            key = task_key(occurrence, each.key)
            standing = found.get(key)
            if each.leader_id is None or not _concerns(activity, each, standing):
                continue
            known.add(key)
            wanted = _task(key, activity, each, due_at)
            is_now = occurrence.opens_on <= today <= occurrence.due_on
            if (standing is None and is_now) or (
                standing and standing.is_open and _differs(standing, wanted)
            ):
                asked.append(wanted)
    await place(session, asked)
    gone = [key for key, standing in found.items() if standing.is_open and key not in known]
    if gone:
        await end(session, gone, by=WHEEL, state=TaskState.WITHDRAWN)
    return len(asked) + len(gone)


def _around(published: Published, today: date) -> Sequence[Occurrence]:
    activities = [activity for activity in published.catalogue.wheel.values() if activity.asked]
    return occurrences_due_in(activities, today - GIVEN_UP, today + LONGEST_NOTICE, works_on(published))


def _concerns(activity: Activity, where: Place, standing: Placed | None) -> bool:
    """A place that has lost its leader keeps what was begun, with whoever is above; nothing new begins there."""
    return is_for(activity, where) or (standing is not None and standing.is_open and not where.roles)


def _due_at(published: Published, day: date) -> datetime:
    """The last closing of the day."""
    noon = datetime.combine(day, time(12), tzinfo=published.zone)
    return published.office_hours.add_days(noon, 0, end_of_day=True)


def _task(key: str, activity: Activity, where: Place, due_at: datetime) -> NewTask:
    return NewTask(
        key=key,
        kind=Kind.RECURRING,
        consequence=Consequence(activity.consequence),
        person_id=where.leader_id,
        subject_id=where.org_unit_id,
        minutes=activity.minutes,
        due_at=due_at,
        url=activity.link,
    )


def _differs(standing: Placed, wanted: NewTask) -> bool:
    return (standing.person_id, standing.due_at, standing.minutes, standing.consequence, standing.url) != (
        wanted.person_id,
        wanted.due_at,
        wanted.minutes,
        wanted.consequence,
        wanted.url,
    )


async def _placed(session: AsyncSession, at: datetime) -> dict[str, Placed]:
    """Those that are open, and those that ended and might be asked for again."""
    query = select(
        Task.key, Task.person_id, Task.due_at, Task.minutes, Task.consequence, Task.url, Task.state
    ).where(
        Task.source == OURS,
        Task.kind == Kind.RECURRING,
        Task.key.startswith(PREFIX),
        or_(Task.state == TaskState.OPEN, Task.due_at >= at - timedelta(days=7)),
    )
    return {
        row.key: Placed(
            row.person_id, row.due_at, row.minutes, row.consequence, row.url, row.state == TaskState.OPEN
        )
        for row in await session.execute(query)
    }
