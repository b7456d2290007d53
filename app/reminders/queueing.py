"""A job in working hours: who is told of their week today, and who is reminded of what is due tomorrow; by mail, and by
a card in Teams for those who have connected it.

Each message has a key of its own, so the job changes nothing when it runs again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.catalogue.published import Published
from app.deliveries.models import Delivery
from app.deliveries.queue import delivery
from app.people.models import Delegation, Deputy, OrgUnit
from app.reminders.models import ReminderChoice
from app.tasks.models import Consequence, Task, TaskState

DIGEST, REMINDER = "tasks.digest", "tasks.reminder"
DIGEST_CARD, REMINDER_CARD = "tasks.digest_card", "tasks.reminder_card"
HAS_CARDS = ReminderChoice.teams_sealed.is_not(None).label("cards")
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
    """For whoever leads or holds an authority, has been given something to do, or is somebody's deputy now."""
    due = [weekday for weekday in range(5) if digest_day(published, today, weekday) == today]
    open_ones = Task.state == TaskState.OPEN
    persons = union(
        select(OrgUnit.leader_id.label("person_id")).where(OrgUnit.leader_id.is_not(None)),
        select(Delegation.person_id).where(
            Delegation.valid_from <= today, or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today)
        ),
        select(Task.person_id).where(open_ones, Task.person_id.is_not(None)),
        select(Task.delegate_id).where(open_ones, Task.delegate_id.is_not(None)),
        select(Deputy.deputy_id).where(*_in_force(today)),
    ).subquery()
    query = (
        select(persons.c.person_id, _wants(ReminderChoice.digest).label("mail"), HAS_CARDS)
        .outerjoin(ReminderChoice, ReminderChoice.person_id == persons.c.person_id)
        .where(func.coalesce(ReminderChoice.weekday, 0).in_(due))
        .order_by(persons.c.person_id)
    )
    week, payload = today.strftime("%G-%V"), {"on": f"{today}"}
    return [
        delivery(topic, key=f"{topic}:{week}:{row.person_id}", payload=payload, recipient_id=row.person_id)
        for row in await session.execute(query)
        for topic, is_wanted in ((DIGEST, row.mail), (DIGEST_CARD, row.cards))
        if is_wanted
    ]


async def _reminders(session: AsyncSession, published: Published, today: date) -> list[dict[str, object]]:
    """Of what is due on the next working day: one message for each person and way, and each task in one of them only."""
    noon = datetime.combine(today, time(12), tzinfo=published.zone)
    after, until = (published.office_hours.add_days(noon, days, end_of_day=True) for days in (0, 1))
    due = (
        Task.state == TaskState.OPEN,
        Task.ticket_id.is_(None),
        Task.due_at > after,
        Task.due_at <= until,
    )
    columns = (Task.id, Task.consequence)
    # What the deputy may not see of it is left out as the message is written.
    told = union(
        select(*columns, func.coalesce(Task.delegate_id, Task.person_id).label("person_id")).where(*due),
        select(*columns, Deputy.deputy_id)
        .join(Deputy, Deputy.person_id == Task.person_id)
        .where(*due, Task.delegate_id.is_(None), *_in_force(today)),
    ).subquery()
    wanted = or_(_wants(ReminderChoice.reminders), told.c.consequence == Consequence.SEVERE)
    query = (
        select(told.c.person_id, told.c.id, wanted.label("mail"), HAS_CARDS)
        .outerjoin(ReminderChoice, ReminderChoice.person_id == told.c.person_id)
        .where(told.c.person_id.is_not(None))
        .order_by(told.c.id)
    )
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in await session.execute(query):
        for topic, is_wanted in ((REMINDER, row.mail), (REMINDER_CARD, row.cards)):
            if is_wanted:
                found[topic, row.person_id].append(row.id)
    return [
        delivery(
            topic,
            key=f"{topic}:{today}:{person}",
            payload={"on": f"{today}", "task_ids": ids},
            recipient_id=person,
        )
        for (topic, person), ids in found.items()
    ]


def _wants(choice: InstrumentedAttribute[bool]) -> ColumnElement[bool]:
    """As everybody does who has said nothing else."""
    return func.coalesce(choice, True)


def _in_force(today: date) -> tuple[ColumnElement[bool], ...]:
    return Deputy.starts_on <= today, Deputy.ends_on >= today
