"""Cards in Teams: to an address that whoever gets them made, at a host that is named, with neutral words only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.deliveries.effect import Due, Refused
from app.errors import Invalid
from app.identity.me import load_actor
from app.people.models import Person
from app.reminders.choices import Choice, choose
from app.reminders.models import ReminderChoice
from app.reminders.queueing import DIGEST_CARD, REMINDER_CARD, queue_mails
from app.reminders.sealing import unseal
from app.reminders.teams import CONNECTED, connect, disconnect, effects, may_call
from app.settings import Settings
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind
from integrations.teams.card import LARGEST, Button, Card, Item, Part, body_of
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.reminders.test_reaching import MONDAY, SECRET, queued

pytestmark = pytest.mark.anyio

KEY = SecretStr("of the test, and of nobody else at all")
ADDRESS = (
    "https://prod-12.westeurope.logic.azure.com:443/workflows/0a1b/triggers/manual/paths/invoke?sig=Ab-9"
)


@asynccontextmanager
async def teams(answer: str = "202 Accepted") -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Something that takes cards on this machine, and what it was sent."""
    got: list[dict[str, Any]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        got.append(json.loads(await reader.readexactly(size)))
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/chat?sig=secret", got


def texts(card: Any) -> Iterator[str]:
    """Everything in a card that is read or opened."""
    if isinstance(card, dict):
        for key, value in card.items():
            if key in ("text", "title", "url", "fallbackText", "summary"):
                yield value
            yield from texts(value)
    elif isinstance(card, list):
        for each in card:
            yield from texts(each)


async def ask(session: AsyncSession, person: Person, **more: Any) -> None:
    """Due within the hour."""
    now = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    new = NewTask(
        key="1",
        kind=Kind.EXTERNAL,
        source="planner",
        consequence=Consequence.SERIOUS,
        person_id=person.id,
        title=SECRET,
        why=SECRET,
        due_at=now + timedelta(hours=1),
        **more,
    )
    await place(session, [new])


async def send(session: AsyncSession, settings: Settings, topic: str, person: Person) -> bool:
    """As the loop does; whether anything was sent."""
    on = (await session.execute(select(func.current_date()))).scalar_one().isoformat()
    sending = await effects(settings)[topic].prepare(
        session, Due("1", topic, {"on": on}, person.id, datetime.now(UTC))
    )
    if sending is not None:
        await sending()
    return sending is not None


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"teams_key": KEY})


@pytest.fixture
def near(settings: Settings) -> Settings:
    return settings.model_copy(update={"teams_hosts": "127.0.0.1"})


@pytest.mark.parametrize(
    ("url", "is_called"),
    [
        (ADDRESS, True),
        ("https://fjordvik.webhook.office.com/webhookb2/1", True),
        ("http://prod-12.westeurope.logic.azure.com/workflows/1", False),
        ("https://logic.azure.com.evil.example/workflows/1", False),
        ("https://evillogic.azure.com/workflows/1", False),
        ("https://logic.azure.com:8443/workflows/1", False),
        ("https://logic.azure.com@10.0.0.5/workflows/1", False),
        ("https://10.0.0.5\\@logic.azure.com/workflows/1", False),
        ("https://10.0.0.5/?.logic.azure.com", False),
        ("https://10.0.0.5%2f.logic.azure.com/workflows/1", False),
        ("https://127.0.0.1/workflows/1", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[::1]/workflows/1", False),
        ("https://logic.azure.com/", False),
        ("https://logic.azure.com/a b", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_teams_itself_is_called(settings: Settings, url: str, is_called: bool) -> None:
    assert may_call(url, settings) is is_called


async def test_it_is_connected_tried_and_taken_away_on_the_page_that_never_shows_the_address(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    leif = as_person(cast.leif)
    wrong = await leif.post("/leder/varsler/teams", data={"teams_url": "https://10.0.0.5/x"})
    assert wrong.status_code == 422
    assert "ikke en adresse fra Teams" in wrong.text
    assert (await leif.post("/leder/varsler/teams", data={"teams_url": f" {ADDRESS} "})).status_code == 303
    [tried] = await queued(session, CONNECTED)
    assert (tried.recipient_id, tried.payload) == (cast.leif.id, {})
    page = (await leif.get("/leder/varsler")).text
    assert "Koble fra Teams" in page
    assert "logic.azure.com" not in page
    assert (await leif.post("/leder/varsler/teams/fjern")).status_code == 303
    assert "Koble fra Teams" not in (await leif.get("/leder/varsler")).text


async def test_whoever_has_connected_gets_the_week_and_the_reminders_there(
    session: AsyncSession, cast: Cast, published: Published, settings: Settings
) -> None:
    friday = MONDAY + timedelta(days=4)
    await connect(session, ADDRESS, settings, by=await load_actor(session, cast.leif.id))
    await choose(session, cast.leif.id, Choice(digest=False, reminders=False))
    task = NewTask("1", Kind.RECURRING, Consequence.SERIOUS, cast.leif.id, due_at=friday + timedelta(hours=6))
    await place(session, [task])
    for at in (MONDAY, MONDAY, friday - timedelta(days=1), friday - timedelta(days=1)):
        await queue_mails(session, published, at)
    assert [each.recipient_id for each in await queued(session, DIGEST_CARD)] == [cast.leif.id]
    assert [each.recipient_id for each in await queued(session, REMINDER_CARD)] == [cast.leif.id]


async def test_the_card_says_what_may_be_read_by_anybody_and_leads_through_the_sign_in(
    session: AsyncSession, cast: Cast, published: Published, near: Settings
) -> None:
    async with teams() as (url, got):
        await connect(session, url, near, by=await load_actor(session, cast.leif.id))
        assert await send(session, near, CONNECTED, cast.leif)
        assert not await send(session, near, DIGEST_CARD, cast.leif), "nothing waits"
        await ask(session, cast.leif)
        assert await send(session, near, DIGEST_CARD, cast.leif)
        named_no_more = near.model_copy(update={"teams_hosts": ""})
        assert not await send(session, named_no_more, DIGEST_CARD, cast.leif)
        another_key = near.model_copy(update={"teams_key": SecretStr("x" * 32)})
        assert not await send(session, another_key, DIGEST_CARD, cast.leif)
        await disconnect(session, cast.leif.id)
        assert not await send(session, near, DIGEST_CARD, cast.leif)
    hello, week = got
    assert "Oppgavene dine kommer hit" in set(texts(hello))
    said = list(texts(week))
    assert "En oppgave i et annet system" in said
    assert not any(SECRET in each for each in said)
    links = [each for each in said if each.startswith("https://")]
    assert links
    assert all(each.startswith("https://testserver/leder") for each in links)
    [attachment] = week["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (attachment["content"]["type"], attachment["content"]["version"]) == ("AdaptiveCard", "1.4")


async def test_the_database_alone_does_not_know_the_address(
    session: AsyncSession, cast: Cast, settings: Settings
) -> None:
    leif = await load_actor(session, cast.leif.id)
    await connect(session, ADDRESS, settings, by=leif)
    kept = (await session.scalars(select(ReminderChoice.teams_sealed))).one()
    assert kept is not None
    assert b"logic.azure.com" not in kept
    assert unseal(kept, KEY.get_secret_value(), cast.leif.id) == ADDRESS
    assert unseal(kept, KEY.get_secret_value(), cast.liv.id) is None, "in another's row it opens nothing"
    with pytest.raises(Invalid):
        await connect(session, ADDRESS, settings.model_copy(update={"teams_key": None}), by=leif)


async def test_an_address_that_is_gone_is_a_failure_of_its_own_and_names_no_address(
    session: AsyncSession, cast: Cast, published: Published, near: Settings
) -> None:
    """Not one of Teams: the others' cards are not held up."""
    async with teams("404 Not Found") as (url, _got):
        await connect(session, url, near, by=await load_actor(session, cast.leif.id))
        with pytest.raises(Refused, match=r"^teams 404$"):
            await send(session, near, CONNECTED, cast.leif)
    with pytest.raises(Refused, match=r"^teams connection$"):
        await send(session, near, CONNECTED, cast.leif)


def test_a_card_reads_no_markdown_and_is_never_larger_than_is_taken() -> None:
    sly = Item(
        "[Trykk her](https://evil.example) **nå**", "innen fredag", "https://x.example/leder/oppgaver/1"
    )
    long = tuple(Item("å" * 200, "", f"https://x.example/{number}") for number in range(300))
    card = Card(
        "nb",
        "Uka",
        "Dette venter.",
        (Part("Nå", (sly,)), Part("Senere", long)),
        (Button("Åpne", "https://x.example"),),
    )
    body = body_of(card)
    assert len(body) <= LARGEST
    blocks = json.loads(body)["attachments"][0]["content"]["body"]
    assert not any(
        "evil" in each["text"] or "å" * 9 in each["text"] for each in blocks if each["type"] == "TextBlock"
    )
    assert (blocks[3]["type"], blocks[3]["inlines"][0]["text"]) == ("RichTextBlock", sly.title)
    assert blocks[3]["inlines"][0]["selectAction"]["url"] == sly.url
