"""Every way in which a word could reach somebody. Each new channel is one line of CHANNELS.

Pages and API operations join by themselves: whatever answers a GET is read, with every number and word put in.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from sqlalchemy import select

from app.database.session import transaction
from app.deliveries.effect import Due
from app.deliveries.loop import send_due
from app.desk.changes import changed_queues
from app.events.log import Cursor, database_now, events_after
from app.identity.me import load_actor
from app.jobs import effects_of
from app.people.models import Person
from app.reminders.choices import make_feed, revoke_feed
from app.reminders.effects import mail_for
from app.reminders.queueing import DIGEST, DIGEST_CARD
from app.reminders.teams import card_for
from integrations.teams.card import body_of
from tests.canary.planting import SEE_IT, WORDS, Canary
from tests.deliveries.post_office import open_post_office
from tests.rights.doors import ways_in
from tests.tickets.asking import once

SLOW = ("/desk/strom",)
"""Lives for fifty seconds; `stream` reads what it would say."""
ASKED = "unit=hr&felt=other&search.other=be&vis=alle&show=all&limit=200"
"""What any list may be asked with; each takes what it knows."""
QUEUES = ("hr", "forstelinja", "it")


@dataclass(frozen=True)
class Channel:
    """All the text that one person, by name, can get out of it."""

    name: str
    hear: Callable[[Canary, str], Awaitable[str]]


def readable(canary: Canary) -> list[str]:
    """Every address that answers a GET, with the case's own numbers in it, and the queues of some units."""
    found = []
    for name, _pattern in ways_in(canary.house.app):
        method, _, path = name.partition(" ")
        if method != "GET" or path in SLOW:
            continue
        if path.startswith("/desk/ko"):
            found += [f"{path}?enhet={unit}&vis=alle&sak={canary.number}" for unit in QUEUES]
        elif "{" not in path:
            found.append(f"{path}?{ASKED}")
        else:
            kinds = ("attachment_id", "note_file", "draft") if "attachment" in path else ("number",)
            found += [_filled(canary, path, kind) for kind in kinds]
    return found


def _filled(canary: Canary, path: str, file: str) -> str:
    known = {"key": "sykefravaer", "name": "hr-personal", "version": "1", "kind": "person"}
    known |= canary.ids | {"attachment_id": canary.ids.get(file, "1")}
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], canary.ids.get("ticket_id", "1")), path)


async def reading(canary: Canary, who: str) -> str:
    """Every page and API answer."""
    client, texts = canary.clients[who], []
    for url in readable(canary):
        response = await client.get(url)
        assert response.status_code < 500, f"{who} {url}: {response.text[:300]}"
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        # The number one asks with stands in the page's own addresses.
        text = f"{headers}\n{response.text}"
        texts.append(text.replace(canary.number, "") if canary.number in url and who not in SEE_IT else text)
    return "\n".join(texts)


async def administering(canary: Canary, who: str) -> str:
    """What an administrator sees of everybody who has to do with the case: no key comes in there, so by a browser."""
    browser, texts = canary.browsers[who], []
    people = [f"/{canary.persons[name].id}" for name in ("alice", "petra", "bob")]
    for path in (
        "/drift?q=alice",
        "/drift/verv",
        "/drift/systemer",
        *(f"/drift/personer{person}" for person in people),
        *(f"/api/v1/administration/persons{person}" for person in (*people, "?q=alice")),
        "/api/v1/administration/offices",
        "/api/v1/administration/systems",
    ):
        response = await browser.get(path)
        assert response.status_code == (200 if who == "tor" else 403), f"{who} {path}: {response.status_code}"
        texts.append(response.text)
    return "\n".join(texts)


async def searching(canary: Canary, who: str) -> str:
    """With each of the words. What was typed is shown again, and taken out before anybody looks."""
    client, texts = canary.clients[who], []
    for word in (*WORDS.values(), canary.number):
        for path in (
            "/api/v1/tickets/search",
            "/api/v1/queue",
            "/desk/sok",
            "/desk/ko",
            "/sok",
            "/api/v1/persons",
        ):
            response = await client.get(f"{path}?q={quote(word)}&enhet=forstelinja")
            location = response.headers.get("location", "")
            texts.append((response.text + location).replace(word, "").replace(quote(word), ""))
            assert who in SEE_IT or "/saker/" not in location, f"{who} is led to the case by {word}"
    return "\n".join(texts)


async def doing(canary: Canary, who: str) -> str:
    """What every verb answers about a case one may not see."""
    client, texts = canary.clients[who], []
    for name, _pattern in ways_in(canary.house.app):
        method, _, path = name.partition(" ")
        if method == "GET" or not ("{number}" in path or "approval" in path):
            continue
        url = _filled(canary, path.replace("{word}", "svar"), "attachment_id")
        body = {"reason": "x", "body": "x", "text": "x", "unit": "it", "person_id": 1, "kind": "public"}
        if path.startswith("/api/") and not path.endswith("/glass"):
            response = await client.request(method, url, json=body, headers=once() | {"if-match": "*"})
        elif path.startswith("/api/"):
            continue  # this opens the case, by right: tests/rights/test_glass.py
        else:
            response = await client.request(method, url, data={k: str(v) for k, v in body.items()})
        texts += [response.text, response.headers.get("location", "")]
    # The address that was asked for is in the way back of its own forms.
    return "\n".join(texts).replace(f"/{canary.number}", "")


async def mail(canary: Canary, who: str) -> str:
    """Whatever the deliveries have sent to this person's address."""
    house = canary.house
    async with open_post_office() as office:
        posted = house.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": office.port})
        while await send_due(house.sessions, effects_of(posted)):
            pass
        canary.mails += [(str(found["to"]), found.as_string()) for found in office.received]
    async with transaction(house.sessions) as session:
        address = await session.scalar(select(Person.email).where(Person.id == canary.persons[who].id))
    return "\n".join(text for to, text in canary.mails if to == address)


async def stream(canary: Canary, who: str) -> str:
    """What the live update says of the whole log, and the payloads it reads."""
    async with canary.house.sessions() as session:
        start = Cursor(epoch=0, xid=0, id=0)
        _, queues = await changed_queues(session, start)
        events = await events_after(session, start)
    told = sorted(queues) if who != "petra" else []
    return "\n".join([*told, *(f"{event.kind} {event.payload}" for event in events)])


async def weekly_mail(canary: Canary, who: str) -> str:
    """What the mail of what waits says to this person, whether or not it is their day."""
    house, person = canary.house, canary.persons[who]
    async with transaction(house.sessions) as session:
        today = (await database_now(session)).date().isoformat()
        due = Due("canary", DIGEST, {"on": today}, person.id, datetime.now(UTC))
        mail = await mail_for(session, due, house.settings)
    return f"{mail.subject}\n{mail.text}" if mail else ""


async def teams_card(canary: Canary, who: str) -> str:
    """The card of what waits, as it is posted where others in the chat may read it."""
    house, person = canary.house, canary.persons[who]
    async with transaction(house.sessions) as session:
        today = (await database_now(session)).date().isoformat()
        card = await card_for(
            session, Due("canary", DIGEST_CARD, {"on": today}, person.id, datetime.now(UTC)), house.settings
        )
    return body_of(card).decode() if card else ""


async def calendar(canary: Canary, who: str) -> str:
    """The feed of what is due, by its secret address, which is taken back: one's own page tells that one has it."""
    async with transaction(canary.house.sessions) as session:
        reader = await load_actor(session, canary.persons[who].id)
        secret = await make_feed(session, by=reader)
    response = await canary.clients[who].get(f"/kalender/{secret}.ics")
    assert response.status_code == 200, who
    async with transaction(canary.house.sessions) as session:
        await revoke_feed(session, by=reader)
    return response.text.replace("\r\n ", "")


CHANNELS: tuple[Channel, ...] = (
    Channel("pages and API answers", reading),
    Channel("administration", administering),
    Channel("search", searching),
    Channel("what is answered to what is done", doing),
    Channel("mail", mail),
    Channel("the weekly mail", weekly_mail),
    Channel("the card in Teams", teams_card),
    Channel("the calendar", calendar),
    Channel("live updates and the log of events", stream),
)


async def all_of(canary: Canary, who: str) -> AsyncIterator[tuple[str, str]]:
    for channel in CHANNELS:
        yield channel.name, await channel.hear(canary, who)
