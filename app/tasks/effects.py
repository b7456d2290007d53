"""Who is told that something is theirs to do: whoever a task was given to, and whoever is made a deputy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send
from app.deliveries.mail import by_mail
from app.people.deputies import TOLD as DEPUTY_NAMED
from app.people.models import Deputy, Person
from app.settings import Settings
from app.tasks.actions import DELEGATED
from app.tasks.models import Task, TaskState
from app.web.i18n import _, say
from integrations.mail.client import Mail, MailServer

SUBJECTS = {
    DELEGATED: _("Du er bedt om å gjøre en oppgave"),
    DEPUTY_NAMED: _("Du er stedfortreder for en kollega"),
}
BODIES = {
    DELEGATED: _("En kollega har gitt deg en oppgave. Se hva den gjelder, og si fra om du ikke kan, her:"),
    DEPUTY_NAMED: _(
        "En kollega blir borte, og har bedt deg gjøre det som haster så lenge. Se når, og hva, her:"
    ),
}
PAGES = {DELEGATED: "/leder", DEPUTY_NAMED: "/leder/borte"}

Still = Callable[[AsyncSession, Due], Awaitable[bool]]


async def _given(session: AsyncSession, due: Due) -> bool:
    mine = (Task.id == due.payload["task_id"], Task.delegate_id == due.recipient_id)
    return await _is(session, *mine, Task.state == TaskState.OPEN)


async def _named(session: AsyncSession, due: Due) -> bool:
    mine = (Deputy.id == due.payload["deputy_id"], Deputy.deputy_id == due.recipient_id)
    return await _is(session, *mine, Deputy.ends_on >= func.current_date())


async def _is(session: AsyncSession, *where: ColumnElement[bool]) -> bool:
    return (await session.execute(select(1).where(*where))).first() is not None


STILL: dict[str, Still] = {DELEGATED: _given, DEPUTY_NAMED: _named}
"""Whether it is still true as it is sent."""


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """No mail says which task, or whose."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        query = select(Person.email, Person.language).where(Person.id == due.recipient_id, Person.active)
        reader = (await session.execute(query)).one_or_none()
        if reader is None or reader.email is None or not await STILL[due.topic](session, due):
            return None
        page = f"{settings.public_url.rstrip('/')}{PAGES[due.topic]}"
        mail = Mail(
            key=due.key,
            sender=settings.mail_from,
            to=reader.email,
            subject=say(reader.language, SUBJECTS[due.topic]),
            text=f"{say(reader.language, BODIES[due.topic])}\n\n{page}\n",
            language=reader.language,
        )
        return by_mail(server, mail)

    return {topic: Effect(recipients=_nobody_else, prepare=prepare) for topic in SUBJECTS}


async def _nobody_else(_session: AsyncSession, _payload: dict[str, Any]) -> Sequence[int]:
    return []
