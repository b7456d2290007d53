"""The mails: neutral titles and links through the ordinary sign-in, never what a task is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail
from app.errors import NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.people.models import Person
from app.reminders.queueing import DIGEST, REMINDER
from app.settings import Settings
from app.tasks.queries import OpenTask, open_tasks
from app.tasks.ranking import Group, horizon, ranked
from app.tasks.words import GROUPS, told
from app.web import words
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

SUBJECTS = {
    DIGEST: _("Oppgavene dine denne uka"),
    REMINDER: _("En oppgave har frist neste arbeidsdag"),
}
HEAD = {
    DIGEST: _("Dette venter på deg i Serviceportalen."),
    REMINDER: _("Dette har frist neste arbeidsdag og er ikke gjort ennå."),
}
FOOT = _("Du logger inn som vanlig. Hvilken dag denne e-posten kommer, og om den skal komme, velger du her:")
LATE = _("skulle vært gjort %(when)s")
BY = _("innen %(when)s")
MOST_EACH = 12
STALE_AFTER = {DIGEST: timedelta(days=6), REMINDER: timedelta(days=1)}
"""A mail that waited longer for its server is not sent: the next one says it better."""
MORE = _("… og %(count)s til i lista di:")


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {topic: Effect(recipients=_nobody, prepare=prepare) for topic in (DIGEST, REMINDER)}


async def _nobody(_session: AsyncSession, _payload: dict[str, Any]) -> Sequence[int]:
    return []


async def mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when nothing of it waits any more, when it is too late for it, when they have left, or have no address."""
    published, at = await load_published(session), await database_now(session)
    today = at.astimezone(published.zone).date()
    if today - date.fromisoformat(due.payload["on"]) > STALE_AFTER[due.topic]:
        return None
    try:
        reader = await load_actor(session, due.recipient_id)
    except NotFound:
        return None
    email = await session.scalar(select(Person.email).where(Person.id == due.recipient_id))
    only = due.payload.get("task_ids")
    tasks = [task for task in await open_tasks(session, reader) if only is None or task.id in only]
    if email is None or not tasks:
        return None
    base = settings.public_url.rstrip("/")
    parts = [say(reader.language, HEAD[due.topic]), *_groups(tasks, published, reader, at, base)]
    parts.append(f"{say(reader.language, FOOT)}\n{base}/leder/varsler")
    return Mail(
        key=due.key,
        sender=settings.mail_from,
        to=email,
        subject=say(reader.language, SUBJECTS[due.topic]),
        text="\n\n".join(parts) + "\n",
        language=reader.language,
    )


def _groups(
    tasks: Sequence[OpenTask], published: Published, reader: Actor, at: datetime, base: str
) -> list[str]:
    """A heading and a few lines for each group; what waits for others is not told."""
    by_id = {task.id: task for task in tasks}
    order = ranked(tasks, horizon(published.office_hours, at, published.zone))
    parts = []
    for group, ids in order.items():
        if group is Group.WAITING or not ids:
            continue
        parts.append(f"{say(reader.language, GROUPS[group])} ({len(ids)})")
        parts += [_line(by_id[found], published, reader, at, base) for found in ids[:MOST_EACH]]
        if len(ids) > MOST_EACH:
            more = say(reader.language, MORE, count=len(ids) - MOST_EACH)
            parts.append(f"{more}\n{base}/leder")
    return parts


def _line(task: OpenTask, published: Published, reader: Actor, at: datetime, base: str) -> str:
    title = told(task, published.catalogue.wheel, reader.language).neutral
    if task.due_at is not None:
        when = words.moment(task.due_at, at, reader.language)
        title += f" – {say(reader.language, LATE if task.due_at < at else BY, when=when)}"
    return f"{title}\n{base}/leder/oppgaver/{task.id}"
