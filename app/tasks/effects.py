"""Who is told that something is theirs to do: whoever a task was given to, and whoever is made a deputy."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect
from app.people.deputies import TOLD as DEPUTY_NAMED
from app.people.models import Deputy
from app.settings import Settings
from app.tasks.actions import DELEGATED
from app.tasks.models import Task, TaskState
from app.web.i18n import _
from app.web.news import TRUE, Facts, News, news_effect
from integrations.mail.client import MailServer


async def _given(session: AsyncSession, due: Due) -> Facts | None:
    mine = (Task.id == due.payload["task_id"], Task.delegate_id == due.recipient_id)
    return await _is(session, *mine, Task.state == TaskState.OPEN)


async def _named(session: AsyncSession, due: Due) -> Facts | None:
    mine = (Deputy.id == due.payload["deputy_id"], Deputy.deputy_id == due.recipient_id)
    return await _is(session, *mine, Deputy.ends_on >= func.current_date())


async def _is(session: AsyncSession, *where: ColumnElement[bool]) -> Facts | None:
    return TRUE if (await session.execute(select(1).where(*where))).first() is not None else None


NEWS = {
    DELEGATED: News(
        _("Du er bedt om å gjøre en oppgave"),
        _("En kollega har gitt deg en oppgave. Se hva den gjelder, og si fra om du ikke kan, her:"),
        "/leder",
        _given,
    ),
    DEPUTY_NAMED: News(
        _("Du er stedfortreder for en kollega"),
        _("En kollega blir borte, og har bedt deg gjøre det som haster så lenge. Se når, og hva, her:"),
        "/leder/borte",
        _named,
    ),
}
"""No mail says which task, or whose."""


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    return {topic: news_effect(news, settings, server) for topic, news in NEWS.items()}
