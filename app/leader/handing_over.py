"""«Servicesenteret gjør det for meg»: a task becomes a case with everything filled in (need B6), and ends with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.errors import Conflict
from app.events.log import record, take
from app.identity.actor import Actor, system_actor
from app.leader.task_titles import titles_of
from app.tasks import actions
from app.tasks.models import Task, TaskState
from app.tasks.queries import OpenTask, one_task
from app.tasks.ticking import Ticks, ticks_of
from app.tasks.words import Told
from app.tickets.lifecycle import OPEN, Resolution, number_of
from app.tickets.models import Ticket
from app.tickets.opening import NewTicket, open_ticket
from app.web.i18n import _, say
from service_catalog.schema import Channel

FOLLOWER = system_actor("tasks.follow")
SUBJECT = _("Gjør dette for meg: %(title)s")
FOR_PLACE = _("Gjelder: %(place)s")
BY_LAW = _("Bygger på: %(law)s")
WHOSE = _("Oppgaven til: %(name)s")
TO_DO, ALREADY = _("Dette gjenstår:"), _("Dette er gjort:")
LONGEST, MOST_DETAILS = 160, 2000
BATCH = 100


async def hand_over(
    session: AsyncSession, published: Published, task_id: int, said: str, *, by: Actor
) -> str:
    """The number of the case. Raises Conflict when the municipality offers no such service."""
    service = published.catalogue.municipality.centre_service
    if service is None or by.person_id is None:
        raise Conflict("task.no_centre")
    task = await one_task(session, by, task_id)
    told = (await titles_of(session, [task], published, by.language))[task.id]
    title = told.title[:LONGEST]
    answers: dict[str, Any] = {"task": title}
    if task.due_at is not None:
        answers["due"] = task.due_at.astimezone(published.zone).date().isoformat()
    done = (await ticks_of(session, [task.id])).get(task.id, {})
    if details := _details(task, told, done, said.strip(), by):
        answers["details"] = details[:MOST_DETAILS]
    new = NewTicket(
        service=service,
        subject=say(by.language, SUBJECT, title=title),
        description="",
        answers=answers,
        requester_id=by.person_id,
        channel=Channel.PORTAL,
    )
    ticket = await open_ticket(session, new, by=by, published=published)
    await actions.hand_over(session, task_id, ticket.id, by=by)
    return number_of(ticket.id)


def _details(task: OpenTask, words: Told, done: Ticks, said: str, by: Actor) -> str:
    """Everything that stands on the task's own page, and what the leader adds."""
    language, lines = by.language, [words.why or "", said]
    if task.place_name:
        lines.append(say(language, FOR_PLACE, place=task.place_name))
    if words.law:
        lines.append(say(language, BY_LAW, law=words.law))
    if task.person_id != by.person_id and task.person_name:
        lines.append(say(language, WHOSE, name=task.person_name))
    left = [step.text for step in words.steps if step.key not in done]
    if left:
        lines += [say(language, TO_DO), *(f"- {text}" for text in left)]
    if len(left) < len(words.steps):
        lines += [say(language, ALREADY), *(f"- {step.text}" for step in words.steps if step.key in done)]
    lines.append(task.url if task.url and task.url.startswith("https:") else "")
    return "\n".join(filter(None, lines))


async def follow(session: AsyncSession) -> int:
    """One batch of tasks whose case has ended: done when it was solved, else theirs again. Twice changes nothing."""
    query = (
        select(Task.id, Ticket.resolution)
        .join(Ticket, Ticket.id == Task.ticket_id)
        .where(Task.state == TaskState.OPEN, Ticket.status.not_in(sorted(OPEN)))
        .order_by(Task.id)
        .limit(BATCH)
        .with_for_update(of=Task, skip_locked=True)
    )
    rows = (await session.execute(query)).all()
    for row in rows:
        task, at = await take(session, Task, Task.id == row.id)
        if row.resolution is Resolution.SOLVED:
            await actions.finish(session, task, by=FOLLOWER, at=at)
        else:
            record(task, "task.given_back", by=FOLLOWER, at=at, ticket_id=task.ticket_id)
            task.ticket_id = None
    await session.flush()
    return len(rows)
