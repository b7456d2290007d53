"""What the forms cost is told per service, of nobody in particular."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.portal.form_times import Filling, forget_old, thieves
from app.portal.models import FormTime
from app.tickets.models import Ticket
from service_catalog.schema import Channel
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import PC_BROKEN, open_ticket, put

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun", "seconds"),
    [
        (str(int(AT.timestamp()) - 90), 90),
        (str(int(AT.timestamp()) + 5), None),
        (str(int(AT.timestamp()) - 7201), None),
        ("", None),
        ("nå", None),
        ("9" * 40, None),
    ],
)
def test_only_what_can_be_a_time_spent_is_counted(begun: str, seconds: int | None) -> None:
    assert Filling(begun).seconds(AT) == seconds


async def test_a_form_that_was_refused_first_is_counted_as_that_and_names_nobody(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    alice = as_person(cast.alice)
    url = "/tjenester/noe-virker-ikke-pa-pc/bestill"
    page = (await alice.get(url)).text
    sent = hidden(page) | {"subject": "PC", "answers.what": "computer", "answers.hindrance": "slowed"}
    refused = await alice.post(url, data=sent)
    assert refused.status_code == 422
    again = sent | hidden(refused.text) | {"answers.description": "Svart skjerm."}
    assert hidden(refused.text)["begun"] == sent["begun"]
    taken = await alice.post(url, data=again)
    assert taken.status_code == 303, re.findall(r"ds-validation-message[^>]*>([^<]+)", taken.text)
    [row] = (await session.scalars(select(FormTime))).all()
    assert (row.service, row.by_leader, row.tries) == ("noe-virker-ikke-pa-pc", False, 1)
    assert set(FormTime.__table__.columns.keys()) == {
        "id",
        "service",
        "by_leader",
        "seconds",
        "tries",
        "sent_at",
    }


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {
        name: value
        for name, value in found
        if name in ("begun", "tries", "om", "idempotency_key", "csrf_token")
    }


async def test_the_worst_stands_first_and_too_few_are_not_told(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    def row(service: str, seconds: int, *, by_leader: bool, days: int = 1) -> FormTime:
        at = datetime.now(UTC) - timedelta(days=days)
        return FormTime(service=service, by_leader=by_leader, seconds=seconds, tries=0, sent_at=at)

    session.add_all(row("lonnsslipp", 600, by_leader=False) for _number in range(5))
    session.add_all(row("bestille-pc", 120, by_leader=True) for _number in range(5))
    session.add_all(row("bestille-pc", 60, by_leader=False) for _number in range(2))
    session.add_all(row("skriver-og-toner", 100, by_leader=number < 4) for number in range(6))
    session.add_all(row("intranett", 900, by_leader=True) for _number in range(4))
    session.add_all(row("trykksaker", 60, by_leader=True, days=401) for _number in range(9))
    await session.commit()
    # Leif leads a place: it is his time. Stein leads IT, whose the worst one is.
    page = (await as_person(cast.stein).get("/desk/tidstyver")).text
    assert told_on((await as_person(cast.leif).get("/desk/tidstyver")).text) == told_on(page)
    assert told_on(page) == {
        "Bestille PC og skjerm": ["10 min", "12 min", "2 min", "7", "5", "0 %", "–"],
        "Skriver, utskrift og toner": ["–", "10 min", "1 min 40 s", "6", "–", "0 %", "–"],
        "Spørsmål om lønn og lønnsslipp": ["0 min", "50 min", "10 min", "5", "0", "0 %", "–"],
    }
    assert next(iter(told_on(page))) == "Bestille PC og skjerm", "the worst stands first"
    assert page.count(">Din</span>") == 2
    assert (await as_person(cast.alice).get("/desk/tidstyver")).status_code == 403
    await forget_old(session, datetime.now(UTC))
    assert len((await session.scalars(select(FormTime))).all()) == 22


def told_on(page: str) -> dict[str, list[str]]:
    """Each row of the meter, by the service's title; «–» stands for what is not told."""
    rows = re.findall(r'<span class="kind"><span>(.*?) <span.*?</th>(.*?)</tr>', page, re.S)
    return {
        title: [re.sub(r"<[^>]+>|vises ikke", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for title, row in rows
    }


async def test_how_often_a_unit_had_to_ask_is_told_of_five_cases_or_more(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    alice, bob = as_person(cast.alice), as_person(cast.bob)
    since = datetime.now(UTC) - timedelta(days=1)
    session.add_all(
        FormTime(
            service=PC_BROKEN["service"], by_leader=False, seconds=60, tries=0, sent_at=datetime.now(UTC)
        )
        for _number in range(5)
    )
    await session.flush()
    for number in range(5):
        ticket = await open_ticket(alice)
        await session.execute(update(Ticket).values(channel=Channel.PORTAL))
        if number == 0:
            await put(bob, ticket, "waiting", reason="requester")
        [thief] = await thieves(session, since=since)
        assert thief.returned_percent == (None if number < 4 else 20)
