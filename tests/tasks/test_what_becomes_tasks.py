"""Checklists that are ticked, measures, cases that stand still, and access that ends: all of it stands on one list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.expiring import LONGER, notice
from app.access.models import Grant, GrantOrder, Way
from app.access.plan import Origin, State
from app.catalogue.published import Published
from app.events.log import history
from app.people.models import Absence, Engagement, Person
from app.tasks.models import Task
from app.tickets.lifecycle import id_of
from app.tickets.models import Ticket
from app.tickets.tasking import keep_tasks
from app.wheel.placing import place_soon_due
from service_catalog.schema import Confidentiality
from tests.access.test_ordering import make_nurse
from tests.approvals.ordering import order
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tasks.test_deputies import away
from tests.tickets.asking import open_ticket, put

pytestmark = pytest.mark.anyio
MARCH = datetime(2026, 3, 4, 7, tzinfo=UTC)


async def tasks(as_person: AsPerson, person: Person, kind: str) -> list[dict[str, Any]]:
    items = (await as_person(person).get("/api/v1/tasks")).json()["items"]
    return [item for item in items if item["kind"] == kind]


async def test_a_checklist_is_ticked_by_the_leader_and_the_deputy_and_says_by_whom(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    await place_soon_due(session, published, MARCH)
    leif, stein = as_person(cast.leif), as_person(cast.stein)
    [task] = [
        item
        for item in await tasks(as_person, cast.leif, "recurring")
        if item["key"].startswith("wheel:ferielister")
    ]
    first, second = (step["key"] for step in task["steps"][:2])
    page = f"/leder/oppgaver/{task['id']}"
    assert (await leif.post(f"{page}/steg", data={"gjort": first})).status_code == 303
    assert (await stein.post(f"{page}/steg", data={"gjort": second})).status_code == 404
    await away(session, as_person, cast.leif, cast.stein)
    for _ in range(2):
        assert (await stein.put(f"/api/v1/tasks/{task['id']}/steps/{second}")).status_code == 204
    text = (await leif.get(page)).text
    assert text.count('aria-checked="true"') == 2
    assert "Leif Haug, " in text
    assert "Stein" in text
    assert f"2 av {len(task['steps'])} steg er gjort" in (await leif.get("/leder")).text
    assert (await leif.delete(f"/api/v1/tasks/{task['id']}/steps/{first}")).status_code == 204
    assert (await leif.put(f"/api/v1/tasks/{task['id']}/steps/0123456789ab")).status_code == 404
    log = [
        (event.kind, event.actor_id, event.acting_for_id)
        for event in await history(session, "task", task["id"])
    ]
    assert log == [
        ("task.step_ticked", cast.leif.id, None),
        ("task.step_ticked", cast.stein.id, cast.leif.id),
        ("task.step_unticked", cast.leif.id, None),
    ]


async def test_a_measure_has_a_day_and_a_neutral_title_and_what_is_wrong_is_told(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    leif = as_person(cast.leif)
    form = {
        "title": "Nye rutiner for nattevakt",
        "why": "",
        "consequence": "serious",
        "idempotency_key": "k" * 32,
    }
    for due_on, said in (("", "Fyll ut"), ("i morgen", "dato"), ("2020-01-01", "fra i morgen")):
        wrong = await leif.post("/leder/tiltak", data=form | {"due_on": due_on})
        assert wrong.status_code == 422
        assert said in wrong.text
        assert "Nye rutiner" in wrong.text
    day = ((await session.execute(select(func.current_date()))).scalar_one() + timedelta(days=20)).isoformat()
    for _ in range(2):
        assert (await leif.post("/leder/tiltak", data=form | {"due_on": day})).status_code == 303
    [task] = await tasks(as_person, cast.leif, "measure")
    assert (task["title"], task["neutral_title"]) == ("Nye rutiner for nattevakt", "Et tiltak har frist")
    assert (await leif.put(f"/api/v1/tasks/{task['id']}/completion")).status_code == 204


async def waits_for_an_answer(as_person: AsPerson, cast: Cast, who: Person) -> str:
    ticket = await open_ticket(as_person(who))
    bob = as_person(cast.bob)
    ticket = await put(bob, ticket, "assignee", person_id=cast.bob.id)
    return str((await put(bob, ticket, "waiting", reason="requester"))["number"])


async def test_a_question_to_a_leader_is_a_task_until_it_is_answered(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    number = await waits_for_an_answer(as_person, cast, cast.leif)
    assert [await keep_tasks(session) for _ in range(2)] == [1, 0]
    [task] = await tasks(as_person, cast.leif, "ticket")
    assert (task["url"], task["neutral_title"]) == (f"/saker/{number}", "En sak venter på svar fra deg")
    assert f"Svar i sak {number}" in (await as_person(cast.leif).get("/leder")).text
    assert (await as_person(cast.leif).put(f"/api/v1/tasks/{task['id']}/completion")).status_code == 403
    reply = await as_person(cast.leif).post(
        f"/api/v1/tickets/{number}/messages", json={"body": "Ja."}, headers={"idempotency-key": "x" * 20}
    )
    assert reply.status_code == 201, reply.text
    await keep_tasks(session)
    assert await tasks(as_person, cast.leif, "ticket") == []


async def test_a_leader_is_told_that_a_case_of_their_people_s_stands_still_and_not_what_it_is_about(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    number = await waits_for_an_answer(as_person, cast, cast.alice)
    assert await keep_tasks(session) == 0, "she has a week to answer"
    session.add(Absence(person_id=cast.alice.id, away_on=date(2020, 1, 1), back_on=date(2100, 1, 1)))
    await session.flush()
    assert await keep_tasks(session) == 1
    page = (await as_person(cast.leif).get("/leder")).text
    assert f"Sak {number} står stille: Alice" in page
    assert "PC-en starter ikke" not in page
    [task] = await tasks(as_person, cast.leif, "ticket")
    assert (await as_person(cast.leif).put(f"/api/v1/tasks/{task['id']}/completion")).status_code == 204
    assert await keep_tasks(session) == 0, "what is said to be done is not asked for again"
    # A personal case is told nobody of.
    await session.execute(update(Ticket).values(confidentiality=Confidentiality.PERSONAL))
    await session.execute(update(Task).values(done_by_id=None))
    assert await keep_tasks(session) == 0


async def holds(session: AsyncSession, person: Person, key: str, origin: Origin, **dates: date) -> Grant:
    grant = Grant(
        person_id=person.id,
        entitlement=key,
        state=State.GRANTED,
        origin=origin,
        last_event_at=func.clock_timestamp(),
        event_seq=0,
        **dates,
    )
    session.add(grant)
    await session.flush()
    return grant


async def test_access_that_ends_by_itself_is_asked_about_in_time_and_goes_on_when_it_is_needed(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    long_ago = today - timedelta(days=100)
    grant = await holds(
        session, cast.alice, "vpn", Origin.ORDER, since=long_ago, until=today + timedelta(days=10)
    )
    await holds(session, cast.truls, "vpn", Origin.ORDER, since=long_ago, until=today + timedelta(days=90))
    assert [await notice(session, published, MARCH) for _ in range(2)] == [1, 1]
    [task] = await tasks(as_person, cast.leif, "access")
    assert task["confidentiality"] == "personnel"
    assert "Alice" not in task["neutral_title"]
    assert "Tilganger går ut: Alice" in (await as_person(cast.leif).get("/leder")).text
    url, sent = f"/tilganger/{cast.alice.id}", {"entitlement": "vpn"}
    leif = as_person(cast.leif)
    assert "Trengs fortsatt" in (await leif.get(url)).text
    assert "Trengs fortsatt" not in (await as_person(cast.alice).get(url)).text
    assert (await as_person(cast.alice).post(f"{url}/trengs", data=sent)).status_code == 404
    assert (await as_person(cast.truls).post(f"{url}/trengs", data=sent)).status_code == 404
    assert (await leif.post(f"{url}/trengs", data=sent)).status_code == 303
    await session.refresh(grant)
    assert (grant.since, grant.until) == (today, today + LONGER)
    assert await tasks(as_person, cast.leif, "access") == []
    assert (await leif.post(f"{url}/trengs", data=sent)).status_code == 409


async def test_what_ends_because_a_job_does_is_asked_of_nobody(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    await make_nurse(session, cast)
    today: date = (await session.execute(select(func.current_date()))).scalar_one()
    await holds(session, cast.alice, "konto", Origin.ROLE, since=date(2020, 1, 1))
    leaves = update(Engagement).where(Engagement.person_id == cast.alice.id)
    await session.execute(leaves.values(ends_on=today + timedelta(days=5)))
    assert await notice(session, published, MARCH) == 0


async def test_whoever_says_yes_to_access_sees_until_when_and_how_many_colleagues_have_it(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    number = (await as_person(cast.alice).get("/api/v1/tickets")).json()["items"][0]["number"]
    grant = await holds(session, cast.alice, "vpn", Origin.ORDER, until=date(2099, 3, 1))
    session.add(GrantOrder(ticket_id=id_of(number), grant_id=grant.id, way=Way.GIVE))
    await session.flush()
    mine = update(Engagement).where(Engagement.person_id == cast.alice.id)
    await session.execute(mine.values(position_code="7174"))
    leif = as_person(cast.leif)
    assert "andre med samme stilling" not in (await leif.get("/leder")).text
    await session.execute(update(Engagement).values(position_code="7174"))
    await holds(session, cast.truls, "vpn", Origin.FOUND)
    page = (await leif.get("/leder")).text
    assert "Til og med 1. mars 2099" in page
    assert "1 av 11 andre med samme stilling har det." in page
