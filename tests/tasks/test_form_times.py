"""What the forms cost is told per service, of nobody in particular."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.portal.form_times import Filling, forget_old
from app.portal.models import FormTime
from tests.cast import Cast
from tests.conftest import AsPerson

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
    session.add_all(row("intranett", 900, by_leader=True) for _number in range(4))
    session.add_all(row("trykksaker", 60, by_leader=True, days=401) for _number in range(9))
    await session.commit()
    page = (await as_person(cast.stein).get("/desk/tidstyver")).text
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == [
        "Bestille PC og skjerm",
        "Spørsmål om lønn og lønnsslipp",
    ]
    assert (await as_person(cast.alice).get("/desk/tidstyver")).status_code == 403
    await forget_old(session, datetime.now(UTC))
    assert len((await session.scalars(select(FormTime))).all()) == 14
