"""«Forventet ferdig»: learnt from the log, promised on pages, and told before it breaks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published
from app.clocks import expected as expecting
from app.clocks.models import ExpectedFinish, ExpectedQueue
from app.database.due import JobRun
from app.database.session import Sessions
from app.deliveries.models import Delivery
from app.events.log import database_now
from app.events.models import Event
from app.people.models import Person
from app.tickets.expecting import REFRESH, refresh_expected, tell_likely_delays
from sla.forecast import FEWEST_FINISHED
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import PC_BROKEN, once, open_ticket, put

pytestmark = pytest.mark.anyio
SERVICE, UNIT = PC_BROKEN["service"], "it"
FIRST_PAST = 900_000
DAY = timedelta(days=1)


@pytest.fixture
async def ticket(as_person: AsPerson, alice: Person) -> dict[str, Any]:
    return await open_ticket(as_person(alice))


async def remember(
    session: AsyncSession,
    published: Published,
    *,
    took: float,
    count: int = 60,
    resolution: str = "solved",
    first: int = FIRST_PAST,
) -> None:
    """Past tickets of the service in the log, each `took` times what is agreed, one a day."""
    now = await database_now(session)
    agreement = published.agreement_at(published.service(SERVICE).agreement, now)
    calendar = published.calendar(agreement.calendar)
    rows = []
    for n in range(count):
        opened_at = now - DAY * (20 + n * 60 / count)
        target = agreement.promise("normal").solution.target(calendar, opened_at)
        opened = {
            "service": SERVICE,
            "priority": "normal",
            "unit": UNIT,
            "agreement": agreement.name,
            "agreement_version": agreement.version,
        }
        ended_at = calendar.after(opened_at, target * took * (0.9 + 0.2 * n / count))
        rows.append(event_row(first + n, 1, "ticket.opened", opened_at, opened))
        rows.append(event_row(first + n, 2, "ticket.resolved", ended_at, {"resolution": resolution}))
    await session.execute(insert(Event), rows)


def event_row(subject_id: int, seq: int, kind: str, at: datetime, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "subject_kind": "ticket",
        "subject_id": subject_id,
        "seq": seq,
        "kind": kind,
        "at": at,
        "payload": payload,
        "system": "test",
    }


async def learn(session: AsyncSession) -> None:
    """What the hourly job does."""
    at = await database_now(session)
    published = await load_published(session)
    known = expecting.facts(session, published=published)
    await expecting.keep(session, await expecting.learn(known, at=at))
    await session.commit()


async def asked_of(as_person: AsPerson, person: Person, ticket: dict[str, Any]) -> dict[str, Any]:
    response = await as_person(person).get(f"/api/v1/tickets/{ticket['number']}/expected")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_with_too_few_tickets_nothing_is_promised_and_the_pages_say_so(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, alice: Person, ticket: dict[str, Any]
) -> None:
    await learn(session)
    found = await asked_of(as_person, alice, ticket)
    assert (found["median"], found["p90"], found["silence"]) == (None, None, "too_few")
    for path in (f"/saker/{ticket['number']}?ny=1", f"/tjenester/{SERVICE}", f"/tjenester/{SERVICE}/bestill"):
        assert "For få saker til å si noe sikkert." in (await in_browser(alice).get(path)).text


async def test_it_is_said_before_ordering_on_the_receipt_and_to_programs(
    as_person: AsPerson,
    in_browser: AsPerson,
    session: AsyncSession,
    published: Published,
    alice: Person,
    ticket: dict[str, Any],
) -> None:
    await remember(session, published, took=0.3)
    await learn(session)
    found = await asked_of(as_person, alice, ticket)
    assert (found["basis"], found["sample_size"]) == ("service_priority", 60)
    assert found["median"] <= found["p90"] < found["due_at"]
    assert not found["likely_late"]
    for path in (f"/saker/{ticket['number']}?ny=1", f"/tjenester/{SERVICE}", f"/tjenester/{SERVICE}/bestill"):
        page = (await in_browser(alice).get(path)).text
        assert "9 av 10 slike saker er ferdige" in page
        assert "Regnet ut fra 60 slike saker" in page
    assert "Vi rekker trolig ikke fristen" not in page


async def test_a_stranger_is_told_nothing(as_person: AsPerson, cast: Cast, ticket: dict[str, Any]) -> None:
    path = f"/api/v1/tickets/{ticket['number']}"
    assert (await as_person(cast.truls).get(f"{path}/expected")).status_code == 404
    why = {"reason": "few_hands", "text": "Vi er få."}
    assert (await as_person(cast.carol).post(f"{path}/delays", json=why, headers=once())).status_code == 404


async def test_while_it_waits_for_the_requester_nothing_is_promised(
    as_person: AsPerson, session: AsyncSession, published: Published, cast: Cast, ticket: dict[str, Any]
) -> None:
    await remember(session, published, took=0.3)
    await learn(session)
    await put(as_person(cast.bob), ticket, "waiting", reason="requester")
    assert (await asked_of(as_person, cast.alice, ticket))["silence"] == "waiting"


async def test_what_was_learnt_replaces_what_was_known_before(
    session: AsyncSession, published: Published
) -> None:
    await remember(session, published, took=0.3)
    await learn(session)
    assert (await session.execute(select(func.sum(ExpectedFinish.finished)))).scalar_one() == 3 * 60
    await remember(session, published, took=0.3, first=FIRST_PAST + 1000)
    await learn(session)
    assert (await session.execute(select(func.sum(ExpectedFinish.finished)))).scalar_one() == 3 * 120


async def test_withdrawn_tickets_say_nothing_about_how_long_it_takes(
    session: AsyncSession, published: Published
) -> None:
    await remember(session, published, took=0.3, resolution="withdrawn")
    await remember(session, published, took=0.3, count=FEWEST_FINISHED - 1, first=FIRST_PAST + 1000)
    await learn(session)
    assert (await session.scalars(select(ExpectedFinish))).all() == []


async def test_open_tickets_are_the_queue(
    as_person: AsPerson, session: AsyncSession, alice: Person, ticket: dict[str, Any]
) -> None:
    await learn(session)
    assert {row.unit: row.waiting for row in await session.scalars(select(ExpectedQueue))} == {UNIT: 1}


async def test_the_house_learns_once_an_hour(
    sessions: Sessions, session: AsyncSession, published: Published, ticket: dict[str, Any]
) -> None:
    await remember(session, published, took=0.3)
    await session.commit()
    await refresh_expected(sessions)
    await refresh_expected(sessions)
    runs = select(func.count()).select_from(JobRun).where(JobRun.job == REFRESH)
    assert (await session.execute(runs)).scalar_one() == 1
    assert (await session.execute(select(func.count()).select_from(ExpectedFinish))).scalar_one() == 3


@pytest.fixture
async def late(session: AsyncSession, published: Published, ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket of a service where nearly everything takes three times what is agreed."""
    await remember(session, published, took=3)
    await learn(session)
    return ticket


async def look(session: AsyncSession) -> list[str]:
    """The job's round; the keys of every delivery about a delay."""
    await tell_likely_delays(session, await database_now(session))
    await session.commit()
    about = select(Delivery.key).where(Delivery.topic == "ticket.delay_expected").order_by(Delivery.id)
    return list((await session.scalars(about)).all())


async def test_a_likely_miss_is_told_before_it_happens_and_once(
    as_person: AsPerson,
    in_browser: AsPerson,
    session: AsyncSession,
    cast: Cast,
    late: dict[str, Any],
) -> None:
    assert (await asked_of(as_person, cast.alice, late))["likely_late"]
    assert len(await look(session)) == 1
    assert len(await look(session)) == 1
    page = (await in_browser(cast.alice).get(f"/saker/{late['number']}")).text
    assert "Vi rekker trolig ikke fristen" in page
    assert "Vi sa fra om at fristen trolig ikke holder." in page
    assert (
        "Si hvorfor det tar lengre tid"
        in (await in_browser(cast.bob).get(f"/desk/saker/{late['number']}")).text
    )


async def test_a_new_promise_may_be_told_about_anew(
    as_person: AsPerson, session: AsyncSession, cast: Cast, late: dict[str, Any]
) -> None:
    await look(session)
    later = await put(as_person(cast.bob), late, "priority", impact="several", urgency="high")
    later = await put(as_person(cast.bob), later, "priority", impact="one", urgency="normal")
    assert len(await look(session)) == 2
    assert len(await look(session)) == 2


async def test_the_agent_says_why_and_the_requester_reads_it(
    as_person: AsPerson,
    in_browser: AsPerson,
    session: AsyncSession,
    cast: Cast,
    late: dict[str, Any],
) -> None:
    form = {"version": "1", "delay": "supplier", "text": "Delen kommer på torsdag."}
    sent = await as_person(cast.bob).post(f"/desk/saker/{late['number']}/forsinket", data=form)
    assert sent.status_code == 303, sent.text
    page = (await in_browser(cast.alice).get(f"/saker/{late['number']}")).text
    assert "Vi venter på en leverandør." in page
    assert "Delen kommer på torsdag." in page
    assert (await asked_of(as_person, cast.alice, late))["delay_reason"] == "supplier"
    explained = select(Event.payload).where(Event.kind == "ticket.delay_explained")
    payload = (await session.execute(explained)).scalar_one()
    assert set(payload) == {"reason", "message_id"}
    # The message has told already: no second letter about the same.
    assert await look(session) == []


async def test_only_those_who_handle_it_say_why_and_in_words(
    as_person: AsPerson, cast: Cast, late: dict[str, Any]
) -> None:
    path = f"/api/v1/tickets/{late['number']}/delays"
    why = {"reason": "few_hands", "text": "Vi er få."}
    assert (await as_person(cast.alice).post(path, json=why, headers=once())).status_code == 403
    for wrong in ({"text": " "}, {"reason": "lazy"}, {"text": None}):
        response = await as_person(cast.bob).post(path, json=why | wrong, headers=once())
        assert response.status_code == 422, wrong
    assert (await as_person(cast.bob).post(path, json=why, headers=once())).status_code == 201
    solved = (await as_person(cast.bob).get(path.removesuffix("/delays"))).json()
    assert len(solved["messages"]) == 1
    await put(as_person(cast.bob), solved, "resolution", text="Ferdig.")
    assert (await as_person(cast.bob).post(path, json=why, headers=once())).status_code == 409
    assert (await asked_of(as_person, cast.alice, late))["silence"] == "finished"


async def test_a_reopened_ticket_is_not_compared_with_others(
    as_person: AsPerson, session: AsyncSession, cast: Cast, late: dict[str, Any]
) -> None:
    solved = await put(as_person(cast.bob), late, "resolution", text="Ferdig.")
    await put(as_person(cast.alice), solved, "reopening", reason="Nei.")
    found = await asked_of(as_person, cast.alice, late)
    assert (found["silence"], found["likely_late"]) == ("reopened", False)
    assert await look(session) == []
