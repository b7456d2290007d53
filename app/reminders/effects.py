"""The mails about what waits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, nobody
from app.deliveries.mail import by_mail
from app.people.models import Person
from app.reminders.content import Line, Waiting, waiting_for
from app.reminders.queueing import DIGEST, REMINDER
from app.settings import Settings
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

FOOT = _("Du logger inn som vanlig. Hvilken dag denne e-posten kommer, og om den skal komme, velger du her:")


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        mail = await mail_for(session, due, settings)
        return by_mail(server, mail) if mail else None

    return {topic: Effect(recipients=nobody, prepare=prepare) for topic in (DIGEST, REMINDER)}


async def mail_for(session: AsyncSession, due: Due, settings: Settings) -> Mail | None:
    """None when there is nothing to tell, or no address to send it to."""
    email = await session.scalar(select(Person.email).where(Person.id == due.recipient_id))
    waiting = await waiting_for(session, due, settings) if email is not None else None
    if email is None or waiting is None:
        return None
    return Mail(
        key=due.key,
        sender=settings.mail_from,
        to=email,
        subject=waiting.title,
        text=text_of(waiting),
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
