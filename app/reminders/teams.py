"""Cards in Teams: the same as the mails say, to an address that whoever gets them has made there themselves."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due, Effect, Send, Target, nobody
from app.deliveries.post import by_post
from app.deliveries.queue import deliver_later
from app.errors import FieldProblem, Invalid, NotFound
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.identity.recent import require_at_work
from app.reminders.choices import write
from app.reminders.content import Waiting, waiting_for
from app.reminders.models import ReminderChoice
from app.reminders.queueing import DIGEST_CARD, REMINDER_CARD
from app.reminders.sealing import seal, unseal
from app.settings import LOOPBACK, Settings
from app.web.i18n import _, say
from integrations.teams.card import Button, Card, Item, Part, body_of

CONNECTED = "tasks.teams_connected"
TEAMS = Target("teams", at_once=4, tries=6)
LONGEST = 2000
PRINTABLE = re.compile(r"[!-\[\]-~]+")
"""ASCII without blanks and backslashes, which readers of addresses take differently."""
HOST = re.compile(r"[a-z0-9.-]+")
HELLO = (
    _("Oppgavene dine kommer hit"),
    _("Dette er en prøve. Her kommer oversikten for uka, og det som snart har frist."),
)
OPEN_LIST, CHOOSE = _("Åpne lista"), _("Endre eller slå av")


async def connect(session: AsyncSession, url: str, settings: Settings, *, by: Actor) -> None:
    """Post their cards there from now on, and one that says so. Raises Invalid for an address we do not call, and
    Forbidden for whoever came in for their own matters only: the cards hold what a place at work gives.
    """
    require_at_work(by)
    person_id = by.at_work_id
    if settings.card_key is None or not may_call(url.strip(), settings):
        raise Invalid("request.invalid", fields=(FieldProblem("teams_url", "field.not_teams_address"),))
    sealed = seal(url.strip(), settings.card_key, person_id)
    await write(session, person_id, {"teams_sealed": sealed, "teams_made_at": func.clock_timestamp()})
    at = await database_now(session)
    key = f"{CONNECTED}:{person_id}:{at.isoformat()}"
    await deliver_later(session, CONNECTED, key=key, payload={}, recipient_id=person_id)


async def connected_at(session: AsyncSession, person_id: int) -> datetime | None:
    query = select(ReminderChoice.teams_made_at).where(ReminderChoice.person_id == person_id)
    return (await session.execute(query)).scalar_one_or_none()


async def disconnect(session: AsyncSession, person_id: int) -> None:
    await write(session, person_id, {"teams_sealed": None, "teams_made_at": None})


def may_call(url: str, settings: Settings) -> bool:
    """Whether it is https at a host that is named, or under one; on this machine also http, when it is named.

    People choose the address: whatever else it named would be called from inside the municipality (SSRF).
    """
    if len(url) > LONGEST or not PRINTABLE.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    named = [each for each in (one.strip().lower() for one in settings.teams_hosts.split(",")) if each]
    if "@" in parts.netloc or parts.path in ("", "/") or not HOST.fullmatch(host):
        return False
    if host in LOOPBACK:
        return host in named and parts.scheme in ("http", "https")
    is_named = any(host == each or host.endswith(f".{each}") for each in named)
    return is_named and parts.scheme == "https" and port in (None, 443)


def effects(settings: Settings) -> dict[str, Effect]:
    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        url = await _address_of(session, due.recipient_id, settings)
        # Asked again: the hosts may be others by now.
        if url is None or not may_call(url, settings):
            return None
        card = await card_for(session, due, settings)
        return by_post("teams", url, body_of(card), is_one_of_many=True) if card else None

    topics = (CONNECTED, DIGEST_CARD, REMINDER_CARD)
    return {topic: Effect(recipients=nobody, prepare=prepare, target=TEAMS) for topic in topics}


async def _address_of(session: AsyncSession, person_id: int, settings: Settings) -> str | None:
    """None for who has no cards, or whose address was sealed with a key that is no longer ours."""
    address = select(ReminderChoice.teams_sealed).where(ReminderChoice.person_id == person_id)
    sealed = (await session.execute(address)).scalar_one_or_none()
    if sealed is None or settings.card_key is None:
        return None
    return unseal(sealed, settings.card_key, person_id)


async def card_for(session: AsyncSession, due: Due, settings: Settings) -> Card | None:
    """None when there is nothing to tell, or when they have left."""
    if due.topic == CONNECTED:
        return await _hello(session, due.recipient_id, settings)
    waiting = await waiting_for(session, due, settings)
    return card_of(waiting) if waiting else None


def card_of(waiting: Waiting) -> Card:
    parts = (
        Part(each.heading, tuple(Item(line.title, line.when, line.url) for line in each.lines), each.more)
        for each in waiting.sections
    )
    return Card(
        waiting.language,
        waiting.title,
        " ".join((waiting.head, *waiting.silent)),
        tuple(parts),
        _buttons(waiting.language, waiting.list_url, waiting.choices_url),
    )


async def _hello(session: AsyncSession, person_id: int, settings: Settings) -> Card | None:
    try:
        reader = await load_actor(session, person_id)
    except NotFound:
        return None
    title, lead = (say(reader.language, text) for text in HELLO)
    base = settings.public_url
    return Card(
        reader.language, title, lead, (), _buttons(reader.language, f"{base}/leder", f"{base}/leder/varsler")
    )


def _buttons(language: str, list_url: str, choices_url: str) -> tuple[Button, ...]:
    return Button(say(language, OPEN_LIST), list_url), Button(say(language, CHOOSE), choices_url)
