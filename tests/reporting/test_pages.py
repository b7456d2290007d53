"""Figures of a unit for its leads, one's own for oneself, and of a person for nobody unless it was discussed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.clocks.models import ClockRow
from app.errors import Invalid
from app.events.log import database_now
from app.events.models import Event
from app.identity.me import load_actor
from app.people.models import Membership, Person
from app.reporting.agreeing import Discussed, record_agreement
from app.reporting.figures import Months, months_before
from app.tickets.models import Ticket
from app.web.words import local
from tests.cast import Cast, person
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket

pytestmark = pytest.mark.anyio
FIGURES, PERSONS, OWN = "/desk/lofter?enhet=it", "/desk/lofter/personer?enhet=it", "/desk/mine-tall"


@pytest.fixture
async def agents(session: AsyncSession, cast: Cast) -> list[Person]:
    """Bob and five colleagues."""
    more = [person(f"{name} Vik", 30 + n) for n, name in enumerate(("Ida", "Jo", "Kaia", "Lars", "Mona"))]
    session.add_all(more)
    await session.flush()
    session.add_all(Membership(person_id=each.id, unit="it") for each in more)
    await session.flush()
    return [cast.bob, *more]


async def solved(
    session: AsyncSession, as_person: AsPerson, cast: Cast, holders: list[Person], *, late: int = 0
) -> None:
    """One ticket for each holder, opened last month and solved in an hour; the first `late` after their due instant."""
    at = (await database_now(session)).replace(day=1) - timedelta(days=10)
    for number, holder in enumerate(holders):
        ticket = await open_ticket(as_person(cast.alice))
        ticket_id = int(ticket["number"].split("-")[0])
        await session.execute(
            update(Ticket)
            .where(Ticket.id == ticket_id)
            .values(opened_at=at, assignee_id=holder.id, status="resolved", resolved_at=at)
        )
        is_late = number < late
        await session.execute(
            update(ClockRow)
            .where(ClockRow.subject_id == ticket_id, ClockRow.kind.in_(["response", "solution"]))
            .values(
                state="missed" if is_late else "met",
                stopped_at=at,
                used=timedelta(minutes=60 + number),
                breached_at=at if is_late else None,
            )
        )
    await session.flush()


def figures_in(page: str) -> dict[str, list[str]]:
    """By the row's name: tickets, answered, solved, usual time."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    told = (
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    )
    return {re.sub(r"\s+", " ", row[0]): row[1:] for row in told if row}


async def test_a_lead_sees_the_shares_and_the_usual_time_of_the_unit(
    session: AsyncSession, as_person: AsPerson, cast: Cast, agents: list[Person]
) -> None:
    await solved(session, as_person, cast, agents, late=3)
    rows = figures_in((await as_person(cast.stein).get(FIGURES)).text)
    assert rows["Alle saker"] == ["6", "50 %", "50 %", "1 t 2 min"]
    assert rows["Noe virker ikke på PC-en Middels"] == ["6", "50 %", "50 %", "1 t 2 min"]


async def test_fewer_than_five_who_had_them_are_too_few_whatever_the_number_of_tickets(
    session: AsyncSession, as_person: AsPerson, cast: Cast, agents: list[Person]
) -> None:
    await solved(session, as_person, cast, agents[:4] * 2)
    page = (await as_person(cast.stein).get(FIGURES)).text
    assert figures_in(page) == {}
    assert "For få saker" in page
    assert "100 %" not in page


async def test_what_can_still_be_kept_and_what_blows_a_whistle_is_in_no_figure(
    session: AsyncSession, as_person: AsPerson, cast: Cast, agents: list[Person]
) -> None:
    await solved(session, as_person, cast, agents)
    running, whistle = (await session.scalars(select(Ticket.id).order_by(Ticket.id).limit(2))).all()
    clocks = update(ClockRow).where(ClockRow.subject_id == running)
    await session.execute(clocks.values(state="running", stopped_at=None))
    await session.execute(update(Ticket).where(Ticket.id == whistle).values(confidentiality="whistleblowing"))
    page = (await as_person(cast.stein).get(FIGURES)).text
    assert "For få saker" in page, "four are left"


@pytest.mark.parametrize("address", [FIGURES, PERSONS])
async def test_others_than_the_unit_s_leads_are_told_that_it_is_not_for_them(
    as_person: AsPerson, cast: Cast, address: str
) -> None:
    for somebody in (cast.bob, cast.petra, cast.leif, cast.alice):
        response = await as_person(somebody).get(address)
        assert response.status_code == 403
        assert "leder enheten" in response.text


async def test_a_unit_that_does_not_exist_is_not_found(as_person: AsPerson, cast: Cast) -> None:
    assert (await as_person(cast.stein).get("/desk/lofter?enhet=marketing")).status_code == 404


async def test_one_s_own_figures_are_one_s_own(
    session: AsyncSession, as_person: AsPerson, cast: Cast, agents: list[Person]
) -> None:
    await solved(session, as_person, cast, [cast.bob, cast.bob, agents[1]], late=1)
    rows = figures_in((await as_person(cast.bob).get(OWN)).text)
    assert rows["Alle saker"] == ["2", "50 %", "50 %", "1 t"]
    assert figures_in((await as_person(agents[1]).get(OWN)).text)["Alle saker"][0] == "1"
    assert "Ingen saker i perioden" in (await as_person(agents[2]).get(OWN)).text
    assert (await as_person(cast.alice).get(OWN)).status_code == 403


async def test_figures_per_person_are_off_and_the_page_says_why(
    session: AsyncSession, as_person: AsPerson, cast: Cast, agents: list[Person]
) -> None:
    await solved(session, as_person, cast, agents * 5)
    response = await as_person(cast.stein).get(PERSONS)
    assert response.status_code == 403
    assert "drøftet med de tillitsvalgte" in response.text
    assert "Ida Vik" not in response.text
    assert "Tall per person er av" in (await as_person(cast.bob).get(OWN)).text


def form(today: date, **changes: str) -> dict[str, str]:
    written = {
        "unit": "it",
        "purpose": "Finne ut hvor vi trenger opplæring.",
        "discussed_with": "Fagforbundet v/ Berit Moen",
        "discussed_on": (today - timedelta(days=3)).isoformat(),
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=90)).isoformat(),
    }
    return written | changes


@pytest.fixture
async def today(session: AsyncSession) -> date:
    return local(await database_now(session)).date()


async def events_of_measures(session: AsyncSession) -> list[tuple[str, int | None]]:
    query = (
        select(Event.kind, Event.actor_id)
        .where(Event.subject_kind == "measure_agreement")
        .order_by(Event.seq)
    )
    return [(kind.removeprefix("measure_agreement."), actor) for kind, actor in await session.execute(query)]


async def test_once_discussed_they_are_on_for_the_lead_and_every_look_is_logged_and_seen(
    session: AsyncSession,
    as_person: AsPerson,
    in_browser: AsPerson,
    cast: Cast,
    agents: list[Person],
    today: date,
) -> None:
    await solved(session, as_person, cast, [*agents[:1] * 5, *agents[1:2] * 4])
    lead = as_person(cast.stein)
    sent = await lead.post("/desk/lofter/drofting", data=form(today))
    assert (sent.status_code, sent.headers["location"]) == (303, "/desk/lofter?enhet=it#personer")
    page = await lead.get(PERSONS)
    assert page.status_code == 200
    rows = figures_in(page.text)
    assert rows["Bob Dahl"][:3] == ["5", "100 %", "100 %"]
    assert rows["Ida Vik"] == ["For få"]
    await lead.get(PERSONS)
    stein = cast.stein.id
    assert await events_of_measures(session) == [("recorded", stein), ("used", stein), ("used", stein)]
    own = (await as_person(cast.bob).get(OWN)).text
    for words in (
        "Finne ut hvor vi trenger opplæring.",
        "Fagforbundet v/ Berit Moen",
        "2 ganger",
        "Stein Nes",
    ):
        assert words in own
    for other in (cast.bob, cast.petra):
        assert (await as_person(other).get(PERSONS)).status_code == 403


async def test_ended_is_off_again_and_what_was_agreed_stays(
    session: AsyncSession, as_person: AsPerson, cast: Cast, today: date
) -> None:
    lead = as_person(cast.stein)
    await lead.post("/desk/lofter/drofting", data=form(today))
    (found,) = re.findall(r"/desk/lofter/drofting/(\d+)/slutt", (await lead.get(FIGURES)).text)
    for other in (cast.bob, cast.petra):
        assert (await as_person(other).post(f"/desk/lofter/drofting/{found}/slutt")).status_code == 404
    for _twice in range(2):
        assert (await lead.post(f"/desk/lofter/drofting/{found}/slutt")).status_code == 303
    assert (await lead.get(PERSONS)).status_code == 403
    assert [kind for kind, _ in await events_of_measures(session)] == ["recorded", "ended"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": " "}, "purpose"),
        ({"discussed_with": ""}, "discussed_with"),
        ({"discussed_on": "2999-01-01"}, "discussed_on"),
        ({"valid_from": "2999-01-01"}, "valid_to"),
        ({"valid_to": "2999-01-01"}, "valid_to"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"valid_to": "i morgen"}, "valid_to"),
    ],
)
async def test_a_discussion_that_cannot_be_is_refused_with_what_was_written_kept(
    session: AsyncSession, as_person: AsPerson, cast: Cast, today: date, changes: dict[str, str], field: str
) -> None:
    response = await as_person(cast.stein).post("/desk/lofter/drofting", data=form(today, **changes))
    assert response.status_code == 422
    assert f'id="{field}-feil"' in response.text
    assert "Før inn en drøfting" in response.text
    assert await events_of_measures(session) == []


async def test_only_the_unit_s_leads_record_a_discussion(
    session: AsyncSession, as_person: AsPerson, cast: Cast, today: date
) -> None:
    for other in (cast.bob, cast.petra, cast.alice):
        assert (await as_person(other).post("/desk/lofter/drofting", data=form(today))).status_code == 403
    assert await events_of_measures(session) == []


async def test_before_and_after_its_time_it_is_off(
    session: AsyncSession, as_person: AsPerson, cast: Cast, today: date
) -> None:
    await as_person(cast.stein).post(
        "/desk/lofter/drofting", data=form(today, valid_from=(today + timedelta(days=1)).isoformat())
    )
    assert (await as_person(cast.stein).get(PERSONS)).status_code == 403


async def test_another_unit_s_discussion_opens_nothing_here(
    session: AsyncSession, as_person: AsPerson, cast: Cast, today: date
) -> None:
    petra = await load_actor(session, cast.petra.id)
    days = (today, today, today + timedelta(days=10))
    await record_agreement(session, Discussed("hr", "Opplæring", "Delta", *days), by=petra)
    assert (await as_person(cast.petra).get("/desk/lofter/personer?enhet=hr")).status_code == 200
    assert (await as_person(cast.stein).get(PERSONS)).status_code == 403


async def test_what_was_agreed_cannot_be_written_over_by_the_product(
    session: AsyncSession, cast: Cast, today: date
) -> None:
    stein = await load_actor(session, cast.stein.id)
    days = (today, today, today + timedelta(days=10))
    await record_agreement(session, Discussed("it", "Opplæring", "Delta", *days), by=stein)
    allowed = await session.execute(
        text(
            "SELECT column_name FROM information_schema.column_privileges WHERE grantee = 'skranke_app'"
            " AND table_name = 'measure_agreements' AND privilege_type = 'UPDATE' ORDER BY 1"
        )
    )
    assert allowed.scalars().all() == ["ended_at", "event_seq", "last_event_at"]
    with pytest.raises(Invalid):
        await record_agreement(
            session, Discussed("it", "x", "y", today, today, today - timedelta(days=1)), by=stein
        )


@pytest.fixture
async def statements(engine: AsyncEngine) -> AsyncIterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_the_number_of_queries_does_not_grow_with_the_tickets_or_the_looks(
    session: AsyncSession,
    as_person: AsPerson,
    cast: Cast,
    agents: list[Person],
    today: date,
    statements: list[str],
) -> None:
    lead, agent = as_person(cast.stein), as_person(cast.bob)
    await lead.post("/desk/lofter/drofting", data=form(today))

    async def asked() -> list[int]:
        counts = []
        for client, address in ((lead, FIGURES), (lead, PERSONS), (agent, OWN)):
            await client.get(address)
            statements.clear()
            assert (await client.get(address)).status_code == 200
            counts.append(sum(one.lstrip().upper().startswith("SELECT") for one in statements))
        return counts

    before = await asked()
    await solved(session, as_person, cast, agents * 2)
    assert await asked() == before


def test_the_period_is_whole_months() -> None:
    at = datetime.fromisoformat("2026-01-31T23:30:00+00:00")
    assert months_before(at, 3) == Months(date(2025, 11, 1), date(2026, 2, 1)), "it is February in Oslo"
    first, end = months_before(at, 12).bounds
    assert (first.isoformat(), end.isoformat()) == ("2025-02-01T00:00:00+01:00", "2026-02-01T00:00:00+01:00")
