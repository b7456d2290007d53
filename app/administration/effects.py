"""Whoever is named to an office is told, so that nobody holds one without knowing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect
from app.people.models import OfficeHolder
from app.people.offices import NAMED
from app.settings import Settings
from app.web.i18n import _
from app.web.news import TRUE, Facts, News, news_effect
from integrations.mail.client import MailServer


async def _holds_it(session: AsyncSession, due: Due) -> Facts | None:
    held = select(OfficeHolder.office).where(
        OfficeHolder.person_id == due.recipient_id,
        OfficeHolder.office == due.payload["office"],
        OfficeHolder.scope == due.payload["scope"],
    )
    return TRUE if (await session.scalars(held)).one_or_none() is not None else None


TOLD = News(
    _("Du har fått et verv i serviceportalen"),
    _("Du er utpekt til et verv. Hvilket, og hva det gir deg lov til, ser du når du logger inn her:"),
    "/",
    _holds_it,
)
"""The mail does not say which: who receives whistle-blowing is nobody's business on the way."""


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    return {NAMED: news_effect(TOLD, settings, server)}
