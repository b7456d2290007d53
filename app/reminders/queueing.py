"""A job in working hours: whose weekly mail goes out today, and who is reminded of what is due tomorrow.

Each mail has a key of its own, so the job changes nothing when it runs again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.deliveries.models import Delivery
from app.deliveries.queue import delivery
from app.people.models import Delegation, OrgUnit
from app.reminders.models import ReminderChoice
from app.tasks.models import Consequence, Task, TaskState

DIGEST, REMINDER = "tasks.digest", "tasks.reminder"
AT_ONCE = 1000


async def queue_mails(session: AsyncSession, published: Published, at: datetime) -> int:
    """Nothing outside working hours: never at night, on Sundays or on holidays."""
    if not published.office_hours.is_open(at):
        return 0
    today = at.astimezone(published.zone).date()
    rows = [*await _digests(session, published, today), *await _reminders(session, published, today)]
    for first in range(0, len(rows), AT_ONCE):
        statement = insert(Delivery).values(rows[first : first + AT_ONCE])
        await session.execute(statement.on_conflict_do_nothing(index_elements=[Delivery.key]))
    return len(rows)


def digest_day(published: Published, today: date, weekday: int) -> date:
    """The day of this week on which whoever chose the weekday is told: it, or the first working day after it."""
    monday = today - timedelta(days=today.weekday())
    noon = datetime.combine(monday + timedelta(days=weekday), time(12), tzinfo=published.zone)
    return published.office_hours.add_days(noon, 0, snap=True).astimezone(published.zone).date()


async def _digests(session: AsyncSession, published: Published, today: date) -> list[dict[str, object]]:
    """For whoever leads or holds an authority, or has been given something to do: most weeks, who has tasks at all."""
    due = [weekday for weekday in range(5) if digest_day(published, today, weekday) == today]
    open_ones = Task.state == TaskState.OPEN
    persons = union(
        select(OrgUnit.leader_id.label("person_id")).where(OrgUnit.leader_id.is_not(None)),
        select(Delegation.person_id).where(
            Delegation.valid_from <= today, or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today)
        ),
        select(Task.person_id).where(open_ones, Task.person_id.is_not(None)),
        select(Task.delegate_id).where(open_ones, Task.delegate_id.is_not(None)),
    ).subquery()
    query = (
        select(persons.c.person_id)
        .outerjoin(ReminderChoice, ReminderChoice.person_id == persons.c.person_id)
        .where(func.coalesce(ReminderChoice.digest, True), func.coalesce(ReminderChoice.weekday, 0).in_(due))
        .order_by(persons.c.person_id)
    )
    week = today.strftime("%G-%V")
    return [
        delivery(DIGEST, key=f"{DIGEST}:{week}:{person}", payload={"on": f"{today}"}, recipient_id=person)
        for person in await session.scalars(query)
    ]


async def _reminders(session: AsyncSession, published: Published, today: date) -> list[dict[str, object]]:
    """Of what is due on the next working day: one mail for each person, and each task in one mail only."""
    noon = datetime.combine(today, time(12), tzinfo=published.zone)
    after, until = (published.office_hours.add_days(noon, days, end_of_day=True) for days in (0, 1))
    whose = func.coalesce(Task.delegate_id, Task.person_id)
    query = (
        select(Task.id, whose.label("person_id"))
        .outerjoin(ReminderChoice, ReminderChoice.person_id == whose)
        .where(
            Task.state == TaskState.OPEN,
            Task.ticket_id.is_(None),
            whose.is_not(None),
            Task.due_at > after,
            Task.due_at <= until,
            or_(func.coalesce(ReminderChoice.reminders, True), Task.consequence == Consequence.SEVERE),
        )
        .order_by(Task.id)
    )
    by_person: dict[int, list[int]] = defaultdict(list)
    for row in await session.execute(query):
        by_person[row.person_id].append(row.id)
    return [
        delivery(
            REMINDER,
            key=f"{REMINDER}:{today}:{person}",
            payload={"on": f"{today}", "task_ids": ids},
            recipient_id=person,
        )
        for person, ids in by_person.items()
    ]
