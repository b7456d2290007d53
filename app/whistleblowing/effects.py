"""The mottak is told that there is something to read, and nothing else."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect
from app.identity.actor import Office
from app.people.models import OfficeHolder
from app.settings import Settings
from app.web.i18n import _
from app.web.news import TRUE, Facts, News, news_effect
from app.whistleblowing.reporting import TOPIC
from integrations.mail.client import MailServer


async def _is_of_the_mottak(session: AsyncSession, due: Due) -> Facts | None:
    held = select(OfficeHolder.person_id).where(
        OfficeHolder.person_id == due.recipient_id, OfficeHolder.office == Office.WHISTLEBLOWING_RECIPIENT
    )
    return TRUE if (await session.execute(held)).first() is not None else None


NEWS = News(
    _("Noe nytt å lese i varslingsmottaket"),
    _("Logg inn og les det her:"),
    "/varsling/mottak",
    _is_of_the_mottak,
)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    """Each delivery names its recipient from the start: which report it is about is written nowhere."""
    return {TOPIC: news_effect(NEWS, settings, server)}
