"""Cases that stand still until somebody answers: tasks of whoever was asked, and of whoever leads those who do not answer.

Source: issue «The leader's one list». A leader is told that a case stands still and whose it is, never what it is about,
and nothing at all of one that is personal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import system_actor
from app.people.models import Absence, Engagement, Membership, OrgUnit
from app.tasks.actions import NewTask, end, place
from app.tasks.models import OURS, Consequence, Kind, Task, TaskState
from app.tickets.lifecycle import Status, WaitingFor, number_of
from app.tickets.models import Ticket
from service_catalog.schema import Confidentiality

CLOCK = system_actor("tickets.tasks")
STANDS_STILL = timedelta(days=7)
"""So long after the last that happened in it, whoever leads the one who was asked is told; at once when they are away."""
MINUTES = 5
AT_ONCE = 1000


async def keep_tasks(session: AsyncSession) -> int:
    """The tasks are what waits now; how many began. Twice changes nothing."""
    wanted = [_own(row) for row in await _asked_of_leaders(session)]
    wanted += [_of_their_people(row) for row in await _unanswered(session)]
    # What somebody has said is done is not asked for again; a new event in the case makes it another task.
    standing = select(Task.key, Task.state).where(
        Task.source == OURS,
        Task.kind == Kind.TICKET,
        or_(Task.state == TaskState.OPEN, Task.done_by_id.is_not(None)),
    )
    known = {row.key: row.state for row in await session.execute(standing)}
    new = [task for task in wanted if task.key not in known]
    for first in range(0, len(new), AT_ONCE):
        await place(session, new[first : first + AT_ONCE], again=True)
    asked = {task.key for task in wanted}
    over = [key for key, state in known.items() if state == TaskState.OPEN and key not in asked]
    await end(session, over, by=CLOCK, state=TaskState.WITHDRAWN)
    return len(new)


def _waits() -> tuple[ColumnElement[bool], ...]:
    return Ticket.status == Status.WAITING, Ticket.waiting_for == WaitingFor.REQUESTER


async def _asked_of_leaders(session: AsyncSession) -> Sequence[Any]:
    """A question to somebody who has a list: whoever leads a place or a unit."""
    leads = select(OrgUnit.id).where(OrgUnit.leader_id == Ticket.requester_id).exists()
    leads_unit = select(Membership.unit).where(Membership.person_id == Ticket.requester_id, Membership.lead)
    query = select(Ticket.id, Ticket.requester_id, Ticket.confidentiality).where(
        *_waits(),
        Ticket.confidentiality != Confidentiality.WHISTLEBLOWING,
        or_(leads, leads_unit.exists()),
    )
    return (await session.execute(query.order_by(Ticket.id))).all()


async def _unanswered(session: AsyncSession) -> Sequence[Any]:
    """(ticket, who was asked, who leads them, its last event): open to the unit, and nobody has answered for a week."""
    today = func.current_date()
    away = select(Absence.person_id).where(
        Absence.person_id == Ticket.requester_id, Absence.away_on <= today, Absence.back_on > today
    )
    leader = func.coalesce(Engagement.leader_id, OrgUnit.leader_id)
    in_force = and_(
        Engagement.starts_on <= today, or_(Engagement.ends_on.is_(None), Engagement.ends_on >= today)
    )
    query = (
        select(Ticket.id, Ticket.requester_id, leader.label("leader_id"), Ticket.event_seq)
        .join(Engagement, and_(Engagement.person_id == Ticket.requester_id, in_force))
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(
            *_waits(),
            Ticket.confidentiality == Confidentiality.OPEN,
            leader != Ticket.requester_id,
            or_(Ticket.last_event_at <= func.clock_timestamp() - STANDS_STILL, away.exists()),
        )
        .ext(distinct_on(Ticket.id))
        .order_by(Ticket.id, Engagement.percent.desc(), Engagement.id)
    )
    return (await session.execute(query)).all()


def _own(row: Any) -> NewTask:
    number = number_of(row.id)
    return NewTask(
        key=f"ticket:{number}",
        kind=Kind.TICKET,
        subject_id=row.id,
        person_id=row.requester_id,
        confidentiality=row.confidentiality,
        consequence=Consequence.NOTICEABLE,
        minutes=MINUTES,
        url=f"/saker/{number}",
    )


def _of_their_people(row: Any) -> NewTask:
    return NewTask(
        key=f"stands-still:{number_of(row.id)}:{row.event_seq}",
        kind=Kind.TICKET,
        subject_id=row.id,
        person_id=row.leader_id,
        apart_ids=(row.requester_id,),
        confidentiality=Confidentiality.PERSONAL,
        consequence=Consequence.NOTICEABLE,
        minutes=MINUTES,
    )
