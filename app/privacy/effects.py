"""Telling the person that their file is there. The mail carries a link, never the content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect
from app.privacy.models import InsightRequest, InsightState
from app.settings import Settings
from app.web.i18n import _
from app.web.news import TRUE, Facts, News, news_effect
from integrations.mail.client import MailServer

TOPIC = "insight.released"


async def _person(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    asked = select(InsightRequest.person_id).where(InsightRequest.id == payload["request_id"])
    return list(await session.scalars(asked))


async def _is_there(session: AsyncSession, due: Due) -> Facts | None:
    """The file, and their own."""
    there = select(InsightRequest.id).where(
        InsightRequest.person_id == due.recipient_id,
        InsightRequest.id == due.payload["request_id"],
        InsightRequest.state == InsightState.RELEASED,
    )
    return TRUE if await session.scalar(there) is not None else None


RELEASED = News(
    _("Opplysningene om deg er klare"),
    _("Du ba om innsyn. Logg inn og last ned filen her. Den slettes etter 30 dager:"),
    "/personvern/innsyn",
    _is_there,
    _person,
)


def effects(settings: Settings, server: MailServer) -> dict[str, Effect]:
    return {TOPIC: news_effect(RELEASED, settings, server)}
