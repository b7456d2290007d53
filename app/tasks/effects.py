"""Whoever is made a deputy is told."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect
from app.people.deputies import TOLD as DEPUTY_NAMED
from app.people.models import Deputy
from app.settings import Settings
from app.web.i18n import _
from app.web.news import TRUE, Facts, News, news_effect
from integrations.mail.client import MailServer


async def _named(session: AsyncSession, due: Due) -> Facts | None:
    mine = (Deputy.id == due.payload["deputy_id"], Deputy.deputy_id == due.recipient_id)
    now = select(1).where(*mine, Deputy.ends_on >= func.current_date())
    return TRUE if (await session.execute(now)).first() is not None else None


NEWS = News(
    _("Du er stedfortreder for en kollega"),
    _("En kollega blir borte, og har bedt deg gjøre det som haster så lenge. Se når, og hva, her:"),
    "/leder/borte",
    _named,
)
"""The mail says neither for whom nor why."""


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    return {DEPUTY_NAMED: news_effect(NEWS, settings, server)}
