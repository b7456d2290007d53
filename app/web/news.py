"""A short mail that something waits here: what it is about is read after signing in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, nobody
from app.deliveries.mail import by_mail, write
from app.people.models import Person
from app.settings import Settings
from app.web.i18n import say
from integrations.mail.client import MailServer

Facts = Mapping[str, object]
"""What the subject and the address name in their text."""
Still = Callable[[AsyncSession, Due], Awaitable[Facts | None]]
"""None when it is no longer true as it is sent, or no longer theirs to know."""
TRUE: Facts = {}
"""It is, and the texts name nothing."""


@dataclass(frozen=True)
class News:
    """Texts in bokmål, marked for translation. `page` is a path of ours, behind ordinary sign-in.

    `recipients` says whom it is for when the delivery does not name them.
    """

    subject: str
    body: str
    page: str
    still: Still
    recipients: Callable[[AsyncSession, dict[str, Any]], Awaitable[Sequence[int]]] = nobody


def news_effect(news: News, settings: Settings, server: MailServer) -> Effect:
    """To each recipient, while they work here, have an address, and it is still true."""

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        query = select(Person.email, Person.language).where(Person.id == due.recipient_id, Person.active)
        reader = (await session.execute(query)).one_or_none()
        if reader is None or reader.email is None:
            return None
        facts = await news.still(session, due)
        if facts is None:
            return None
        mail = write(
            due,
            settings,
            to=reader.email,
            subject=say(reader.language, news.subject, **facts),
            body=say(reader.language, news.body),
            page=news.page.format_map(facts),
            language=reader.language,
        )
        return by_mail(server, mail)

    return Effect(recipients=news.recipients, prepare=prepare)
