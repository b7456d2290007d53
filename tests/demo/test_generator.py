"""The demo's municipality: the same every time, and as the product itself would have made it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest
from sqlalchemy import select

from app.approvals.actions import digest_of
from app.approvals.models import Approval
from app.catalogue.published import Published, load_published
from app.clocks.expected import facts
from app.clocks.rebuild import rebuild
from app.database.session import make_engine, make_sessions
from app.demo.backtesting import backtest_told, service_lines, summary_lines, told_facts
from app.demo.cast import CAST
from app.demo.fill import CannotFill, fill, reset
from app.demo.journeys import COMING
from app.demo.loading import EXTENTS, make_teller, plans
from app.demo.story import Story
from app.demo.trying import people_to_try
from app.events.models import Event
from app.journeys.models import PayrollRun
from app.people.models import PREHIRE, Delegation, Engagement, OrgUnit, Person
from app.settings import Settings
from app.tickets.lifecycle import OPEN, Status
from app.tickets.models import Message, Ticket
from app.tickets.opening import approved_content
from service_catalog.forms import References, validate_answers
from service_catalog.schema import FieldKind
from sla.experience import Ended, Fact
from sla.zone import ZONE
from tests import postgres
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.anyio
ANCHOR = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
"""A Thursday in the middle of the working day."""


@pytest.fixture(scope="module")
def filled(server: postgres.Server, template: str) -> Iterator[OwnDatabase]:
    """Filled once and read by many; no test changes it."""
    with postgres.clone(server, template) as database:
        asyncio.run(fill(database.owner_url, "small", at=ANCHOR))
        sessions = make_sessions(make_engine(database.app_url, pool_size=None))
        yield OwnDatabase(database.owner_url, database.app_url, sessions)


async def test_a_filled_database_is_what_the_product_would_have_left(filled: OwnDatabase) -> None:
    async with filled.sessions() as session:
        published = await load_published(session)
        tickets = (await session.scalars(select(Ticket))).all()
        events = (
            await session.scalars(select(Event).order_by(Event.subject_kind, Event.subject_id, Event.seq))
        ).all()
        messages = (await session.scalars(select(Message))).all()
        approvals = (await session.scalars(select(Approval))).all()
        logs: dict[tuple[str, int], list[Event]] = defaultdict(list)
        for event in events:
            logs[event.subject_kind, event.subject_id].append(event)

        assert len(tickets) == EXTENTS["small"].tickets
        _logs_have_no_gaps_and_never_go_back(logs)
        _nothing_happens_after_the_anchor(events)
        _rows_are_what_their_events_say(tickets, logs)
        _every_message_is_in_the_log(messages, logs)
        _approvals_hold_for_what_stands(tickets, approvals)
        _answers_hold_under_their_forms(tickets, published)
        _queues_are_alive(tickets)
    assert (await rebuild(filled.sessions, repair=False)).different == []


def _logs_have_no_gaps_and_never_go_back(logs: dict[tuple[str, int], list[Event]]) -> None:
    for log in logs.values():
        assert [event.seq for event in log] == list(range(1, len(log) + 1))
        assert all(earlier.at <= later.at for earlier, later in pairwise(log))


def _nothing_happens_after_the_anchor(events: Any) -> None:
    assert max(event.at for event in events) <= ANCHOR


def _rows_are_what_their_events_say(tickets: Any, logs: dict[tuple[str, int], list[Event]]) -> None:
    for ticket in tickets:
        log = logs["ticket", ticket.id]
        assert ticket.event_seq == len(log)
        assert ticket.last_event_at == log[-1].at
        assert ticket.status is _status_after(log)
        assert ticket.unit == _unit_after(log)
        answered = [e.at for e in log if e.kind == "ticket.replied" and e.payload["answer"]]
        assert ticket.answered_at == (answered[0] if answered else None)
        assert (ticket.resolved_at is None) == (ticket.status in OPEN)


def _status_after(log: list[Event]) -> Status:
    status, assigned = Status.NEW, False
    for event in log:
        match event.kind:
            case "ticket.assigned":
                assigned = True
                status = Status.IN_PROGRESS
            case "ticket.waiting":
                status = Status.WAITING
            case "ticket.resumed" | "ticket.reopened":
                status = Status.IN_PROGRESS if assigned else Status.NEW
            case "ticket.handover_accepted" | "ticket.rerouted":
                assigned, status = False, Status.NEW
            case "ticket.resolved":
                status = Status.RESOLVED
            case "ticket.closed":
                status = Status.CLOSED
    return status


def _unit_after(log: list[Event]) -> str:
    unit = log[0].payload["unit"]
    for event in log:
        if event.kind in ("ticket.handover_accepted", "ticket.rerouted"):
            unit = event.payload["to_unit"]
    return str(unit)


def _every_message_is_in_the_log(messages: Any, logs: dict[tuple[str, int], list[Event]]) -> None:
    logged = {
        event.payload["message_id"] for log in logs.values() for event in log if "message_id" in event.payload
    }
    assert {message.id for message in messages} == logged


def _approvals_hold_for_what_stands(tickets: Any, approvals: Any) -> None:
    by_id = {ticket.id: ticket for ticket in tickets}
    assert any(approval.outcome is None for approval in approvals)
    for approval in approvals:
        ticket = by_id[approval.subject_id]
        assert approval.digest == digest_of(approved_content(ticket))
        assert approval.approver_id not in (ticket.requester_id, ticket.opened_by_id)


def _answers_hold_under_their_forms(tickets: Any, published: Published) -> None:
    """Required files are left out: the demo has no bytes to attach."""
    for ticket in tickets:
        service = published.service(ticket.service)
        files = {field.key for field in service.form.fields if field.kind is FieldKind.FILE}
        known = References(
            frozenset(map(str, range(1, 601))), frozenset(map(str, range(1, 400))), frozenset()
        )
        _, problems = validate_answers(
            service, ticket.answers, known=known, today=ticket.opened_at.astimezone(ZONE).date()
        )
        wrong = [p for p in problems if p.field not in files]
        assert wrong == [], (ticket.service, wrong)


def _queues_are_alive(tickets: Any) -> None:
    opened = [ticket for ticket in tickets if ticket.status in OPEN]
    assert 60 < len(opened) < 500
    assert any(ticket.handover_to for ticket in opened)
    assert any(ticket.assignee_id is None and ticket.status is Status.NEW for ticket in opened)
    assert {ticket.waiting_for for ticket in opened if ticket.waiting_for} >= {"requester", "approval"}
    assert any(ticket.sort_due <= ANCHOR for ticket in opened if ticket.status is not Status.WAITING)


async def test_the_log_holds_the_very_facts_the_backtest_tells_itself(
    filled: OwnDatabase, published: Published
) -> None:
    async with filled.sessions() as session:
        logged = [_fact(fact) async for fact in facts(session, published=published)]
    # Of a ticket that was reopened, the log holds every end; nobody learns from more than the first.
    kept = {(fact[0], len(fact)): fact for fact in reversed(logged)}
    told = list(told_facts("small", published, at=ANCHOR))
    assert sorted(kept.values()) == sorted(map(_fact, told))
    assert all(earlier.at <= later.at for earlier, later in pairwise(told))


def _fact(fact: Fact) -> tuple[Any, ...]:
    """Without the calendar, which is compiled anew for each."""
    if isinstance(fact, Ended):
        return fact.ticket, fact.at, fact.finished
    return fact.ticket, fact.at, fact.service, fact.priority, fact.unit, fact.agreement, fact.target


async def test_promises_hold_as_often_as_they_say_over_the_demo_s_history(published: Published) -> None:
    found = backtest_told("small", published, at=ANCHOR)
    for score in (found.overall, found.halfway):
        assert 0.45 <= score.median_share <= 0.55
        assert 0.87 <= score.nine_share <= 0.93
    assert found.overall.nines > 1_000
    assert any("ved bestilling" in line for line in summary_lines("Historien", found, aim=True))
    assert any("noe-virker-ikke-pa-pc" in line for line in service_lines(found))


async def test_people_have_a_place_a_leader_and_somebody_who_decides(filled: OwnDatabase) -> None:
    async with filled.sessions() as session:
        units = (await session.scalars(select(OrgUnit))).all()
        persons = (await session.scalars(select(Person))).all()
        engagements = (await session.scalars(select(Engagement))).all()
        budget = set(
            await session.scalars(
                select(Delegation.scope).where(Delegation.authority == "budsjettdisponering")
            )
        )

    ordered = [person for person in persons if person.issuer == PREHIRE]
    assert len(persons) - len(ordered) == 600
    assert {person.name for person in ordered} == {one.name for one in COMING}
    assert 280 <= len(units) <= 320
    assert len({unit.area for unit in units}) == 5
    assert all(unit.leader_id and unit.ansvar in budget for unit in units)
    assert all(engagement.leader_id != engagement.person_id for engagement in engagements)
    assert len(engagements) > len({engagement.person_id for engagement in engagements})
    assert any(person.shielded for person in persons)
    assert any(person.email is None for person in persons)
    assert all(any(letter in person.name for person in persons) for letter in "æøå")


async def test_the_payroll_closes_and_pays_when_people_are_at_work(
    filled: OwnDatabase, published: Published
) -> None:
    async with filled.transaction() as session:
        runs = (await session.scalars(select(PayrollRun))).all()
    days = {day for run in runs for day in (run.closes_on, run.pays_on)}
    calendar = published.calendar_sources[published.catalogue.municipality.calendar]
    assert days
    assert [day for day in days if not calendar.windows_on(day)] == []


async def test_everybody_of_the_cast_can_be_tried(filled: OwnDatabase) -> None:
    async with filled.sessions() as session:
        offered = await people_to_try(session)
    assert [person.name for person in offered] == [role.name for role in CAST]
    assert all(person.try_this for person in offered)


async def test_filling_twice_changes_nothing_and_says_so(filled: OwnDatabase) -> None:
    before = await _rows(filled.owner_url)
    again = await fill(filled.owner_url, "small", at=ANCHOR)
    assert again.already_there
    assert await _rows(filled.owner_url) == before


async def test_a_database_with_other_content_is_left_alone(own_database: OwnDatabase) -> None:
    connection = await asyncpg.connect(own_database.owner_url)
    await connection.execute(
        "INSERT INTO persons (issuer, subject, name, sort_key) VALUES ('x', 'x', 'X', 'x')"
    )
    await connection.close()
    with pytest.raises(CannotFill):
        await fill(own_database.owner_url, "small", at=ANCHOR)


async def test_only_a_demo_can_be_emptied(own_database: OwnDatabase) -> None:
    connection = await asyncpg.connect(own_database.owner_url)
    await connection.execute(
        "INSERT INTO persons (issuer, subject, name, sort_key) VALUES ('x', 'x', 'X', 'x')"
    )
    await connection.close()
    with pytest.raises(CannotFill):
        await reset(own_database.owner_url, Settings(demo=False))
    assert (await _rows(own_database.owner_url))["persons"] == 1
    await reset(own_database.owner_url, Settings(demo=True))
    assert (await _rows(own_database.owner_url))["persons"] == 0


async def test_what_is_opened_next_gets_a_number_of_its_own(filled: OwnDatabase) -> None:
    connection = await asyncpg.connect(filled.owner_url)
    following = await connection.fetchval("SELECT nextval('ticket_number')")
    highest = await connection.fetchval("SELECT max(id) FROM tickets")
    await connection.close()
    assert following == highest + 1


async def test_the_same_scale_and_instant_give_the_same_stories(published: Published) -> None:
    days = plans("small", published, ANCHOR)[-12:]
    assert _told(published, days) == _told(published, days)


async def test_a_day_is_told_the_same_whatever_was_told_before_it(published: Published) -> None:
    days = plans("small", published, ANCHOR)[-4:]
    assert _told(published, days)[-days[-1].count :] == _told(published, days[-1:])


async def test_texts_differ(published: Published) -> None:
    told = _told(published, plans("small", published, ANCHOR)[-30:])
    descriptions = [cast(str, story.description) for story in told]
    assert len(set(descriptions)) > 0.98 * len(descriptions)
    assert not any("{" in text or "}" in text for text in descriptions)


def _told(published: Published, days: Any) -> list[Any]:
    teller = make_teller("small", published, ANCHOR)
    return [_plain(story) for plan in days for story in teller.tell(plan)]


def _plain(story: Story) -> SimpleNamespace:
    return SimpleNamespace(**{name: getattr(story, name) for name in Story.__slots__})


async def _rows(owner_url: str) -> dict[str, int]:
    connection = await asyncpg.connect(owner_url)
    try:
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")
            for table in (
                "persons",
                "tickets",
                "events",
                "messages",
                "clocks",
                "approvals",
                "catalogue_versions",
            )
        }
    finally:
        await connection.close()
