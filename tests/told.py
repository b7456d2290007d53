"""What a delivery that lies in the queue would say now, to whom."""

from __future__ import annotations

from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.jobs import effects_of
from app.settings import Settings
from integrations.mail.client import Mail


async def told(session: AsyncSession, settings: Settings, topic: str) -> dict[int, Mail | None]:
    """Per recipient of the topic's deliveries; None where nothing would be sent."""
    await session.flush()
    effect = effects_of(settings.model_copy(update={"smtp_host": "127.0.0.1"}))[topic]
    said: dict[int, Mail | None] = {}
    rows = (await session.scalars(select(Delivery).where(Delivery.topic == topic))).all()
    for row in rows:
        named = [row.recipient_id] if row.recipient_id is not None else []
        for recipient in named or await effect.recipients(session, row.payload):
            with patch("app.web.news.by_mail", lambda _server, mail: mail):
                mail = await effect.prepare(
                    session, Due(row.key, topic, row.payload, recipient, row.created_at)
                )
            assert mail is None or isinstance(mail, Mail)
            said[recipient] = mail
    return said
