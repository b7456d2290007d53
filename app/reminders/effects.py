"""The mails about what waits, and that somebody has been given a task."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, nobody
from app.deliveries.mail import by_mail, write
from app.people.models import Person
from app.reminders.choices import choice_of
from app.reminders.content import Line, Waiting, waiting_for
from app.reminders.queueing import DIGEST, REMINDER
from app.settings import Settings
from app.tasks.actions import DELEGATED
from app.tasks.models import Task, TaskState
from app.web.i18n import _, say
from app.web.news import TRUE, Facts, News, news_effect
from integrations.mail.client import Mail, MailServer

FOOT = _("Du logger inn som vanlig. Hvilken dag denne e-posten kommer, og om den skal komme, velger du her:")


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    waiting = {topic: Effect(recipients=nobody, prepare=prepare) for topic in (DIGEST, REMINDER)}
    return waiting | {DELEGATED: news_effect(GIVEN, settings, server)}


async def _given(session: AsyncSession, due: Due) -> Facts | None:
    mine = (Task.id == due.payload["task_id"], Task.delegate_id == due.recipient_id)
    still = (await session.execute(select(1).where(*mine, Task.state == TaskState.OPEN))).first() is not None
    return TRUE if still and (await choice_of(session, due.recipient_id)).asked else None


GIVEN = News(
    _("Du er bedt om å gjøre en oppgave"),
    _("En kollega har gitt deg en oppgave. Se hva den gjelder, og si fra om du ikke kan, her:"),
    "/leder",
    _given,
)
"""Neither which task it is nor whose."""


async def mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when there is nothing to tell, or no address to send it to."""
    email = await session.scalar(select(Person.email).where(Person.id == due.recipient_id))
    waiting = await waiting_for(session, due, settings) if email is not None else None
    if email is None or waiting is None:
        return None
    return write(
        due,
        settings,
        to=email,
        subject=waiting.title,
        body=text_of(waiting),
        language=waiting.language,
    )


def text_of(waiting: Waiting) -> str:
    parts = [waiting.head, *waiting.silent]
    for section in waiting.sections:
        parts += [section.heading, *(_line(line) for line in section.lines)]
        if section.more:
            parts.append(f"{section.more}\n{waiting.list_url}")
    parts.append(f"{say(waiting.language, FOOT)}\n{waiting.choices_url}")
    return "\n\n".join(parts) + "\n"


def _line(line: Line) -> str:
    title = f"{line.title} – {line.when}" if line.when else line.title
    return f"{title}\n{line.url}"
