"""What waits for somebody: whose it is, and what they do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.catalogue.published import Published
from app.events.log import database_now, history
from app.identity.actor import system_actor
from app.leader.handing_over import follow
from app.people.models import Person
from app.tasks.actions import NewTask, end, place
from app.tasks.models import OURS, Consequence, Kind, Task, TaskState
from service_catalog.schema import Confidentiality
from service_catalog.wheel import step_key
from tests.approvals.ordering import decide, order, waiting
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import match

pytestmark = pytest.mark.anyio


def wheel(person: Person, key: str = "tertial", **more: Any) -> NewTask:
    return NewTask(
        key=f"wheel:{key}",
        kind=Kind.RECURRING,
        person_id=person.id,
        title="Tertialrapport",
        consequence=Consequence.SERIOUS,
        minutes=40,
        **more,
    )


async def titles(as_person: AsPerson, person: Person) -> list[str]:
    response = await as_person(person).get("/api/v1/tasks")
    assert response.status_code == 200, response.text
    return [item["title"] for item in response.json()["items"]]


async def only(session: AsyncSession) -> Task:
    return (await session.scalars(select(Task).execution_options(populate_existing=True))).one()


async def test_it_is_asked_for_once_whoever_asks_again(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    for minutes in (40, 55):
        await place(session, [wheel(cast.leif, why=f"{minutes}")])
    assert await titles(as_person, cast.leif) == ["Tertialrapport"]
    assert (await only(session)).why == "55"
    assert await titles(as_person, cast.liv) == []
    await end(session, ["wheel:tertial"], by=system_actor("wheel"))
    await place(session, [wheel(cast.leif)])
    assert await titles(as_person, cast.leif) == []


async def test_done_is_done_once_and_in_the_log(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif)])
    task = await only(session)
    assert (await as_person(cast.liv).put(f"/api/v1/tasks/{task.id}/completion")).status_code == 404
    assert (await as_person(cast.leif).put(f"/api/v1/tasks/{task.id}/completion")).status_code == 204
    assert (await as_person(cast.leif).put(f"/api/v1/tasks/{task.id}/completion")).status_code == 409
    assert [said.kind for said in await history(session, "task", task.id)] == ["task.done"]


async def test_an_approval_is_a_task_of_whoever_may_answer_until_it_is_answered(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    task = await only(session)
    assert (task.kind, task.authority, task.scope) == (Kind.APPROVAL, "budsjettdisponering", "4100")
    assert task.due_at is not None
    assert task.due_at > task.created_at
    assert await titles(as_person, cast.leif) == ["En bestilling venter på svar"]
    assert await titles(as_person, cast.alice) == await titles(as_person, cast.liv) == []
    done = await as_person(cast.leif).put(f"/api/v1/tasks/{task.id}/completion")
    assert (done.status_code, done.json()["code"]) == (403, "task.done_where_it_is")
    [asked] = await waiting(as_person(cast.leif))
    await decide(as_person(cast.leif), asked["id"], "approved")
    assert (await only(session)).state is TaskState.DONE
    assert await titles(as_person, cast.leif) == []


async def test_an_order_that_is_withdrawn_leaves_no_task(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    alice = as_person(cast.alice)
    ticket = await order(alice, cast.alice)
    response = await alice.put(f"/api/v1/tickets/{ticket['number']}/withdrawal", headers=match(ticket))
    assert response.status_code == 200
    assert (await only(session)).state is TaskState.WITHDRAWN


async def test_it_is_postponed_to_a_day_for_a_reason(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif)])
    task = await only(session)
    today = (await session.execute(select(func.current_date()))).scalar_one()
    leif = as_person(cast.leif)
    url = f"/api/v1/tasks/{task.id}/postponement"
    for day, why in ((today, "Seinere"), (today + timedelta(days=400), "Seinere"), (today, "  ")):
        assert (await leif.put(url, json={"to": day.isoformat(), "why": why})).status_code == 422
    later = {"to": (today + timedelta(days=9)).isoformat(), "why": "Venter på Regnskap."}
    assert (await leif.put(url, json=later)).status_code == 204
    [item] = (await leif.get("/api/v1/tasks")).json()["items"]
    assert (item["group"], item["postponed_to"]) == ("later", later["to"])
    page = (await leif.get("/leder")).text
    assert "Venter på Regnskap." in page


async def test_it_is_given_to_somebody_who_may_give_it_back(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif, apart_ids=(cast.alice.id,))])
    task = await only(session)
    url = f"/api/v1/tasks/{task.id}/delegate"
    whom_it_is_about = await as_person(cast.leif).put(url, json={"person_id": cast.alice.id})
    assert whom_it_is_about.json()["errors"][0]["code"] == "field.own_case"
    assert (await as_person(cast.leif).put(url, json={"person_id": cast.leif.id})).status_code == 422
    assert (await as_person(cast.leif).put(url, json={"person_id": cast.sigrid.id})).status_code == 422
    assert (await as_person(cast.leif).put(url, json={"person_id": cast.oda.id})).status_code == 204
    [followed] = (await as_person(cast.leif).get("/api/v1/tasks")).json()["items"]
    assert (followed["group"], followed["delegate"]) == ("waiting", "Oda Krog")
    assert await titles(as_person, cast.oda) == ["Tertialrapport"]
    assert (await as_person(cast.oda).put(url, json={"person_id": cast.alice.id})).status_code == 403
    assert (await as_person(cast.oda).delete(url)).status_code == 204
    assert await titles(as_person, cast.oda) == []
    assert (await as_person(cast.leif).delete(url)).status_code == 409


async def test_what_can_wait_is_shown_as_far_as_anybody_reads_and_whole_when_asked_for(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    later = await database_now(session) + timedelta(days=60)
    await place(session, [wheel(cast.leif, key=f"tertial-{number}", due_at=later) for number in range(23)])
    leif = as_person(cast.leif)
    page = (await leif.get("/leder")).text
    assert page.count("Tertialrapport</a>") == 20
    assert "23 oppgaver venter på deg." in page
    assert 'href="/leder?vis=alle#group-later">Vis 3 til' in page
    whole = (await leif.get("/leder?vis=alle")).text
    assert whole.count("Tertialrapport</a>") == 23
    assert "Vis 3 til" not in whole


async def test_personnel_tasks_and_those_that_need_an_authority_are_not_passed_on(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif, confidentiality=Confidentiality.PERSONNEL)])
    await order(as_person(cast.alice), cast.alice)
    for task in (await session.scalars(select(Task))).all():
        response = await as_person(cast.leif).put(
            f"/api/v1/tasks/{task.id}/delegate", json={"person_id": cast.oda.id}
        )
        assert response.status_code == 403
        assert response.json()["code"] in ("task.personnel", "task.needs_authority")


async def test_the_centre_does_it_in_a_case_with_everything_filled_in(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif, why="Kommunedirektøren venter på den.")])
    task = await only(session)
    leif = as_person(cast.leif)
    sent = await leif.post(
        f"/leder/oppgaver/{task.id}/servicesenteret", data={"said": "Tallene ligger i UBW."}
    )
    number = sent.headers["location"].rpartition("/")[2]
    ticket = (await as_person(cast.frida).get(f"/api/v1/tickets/{number}")).json()
    assert ticket["answers"]["task"] == "Tertialrapport"
    assert ticket["answers"]["details"] == "Kommunedirektøren venter på den.\nTallene ligger i UBW."
    assert await follow(session) == 0
    solved = await as_person(cast.frida).put(
        f"/api/v1/tickets/{number}/resolution", json={"text": "Sendt."}, headers=match(ticket)
    )
    assert solved.status_code in (200, 204), solved.text
    session.expire_all()
    assert await follow(session) == 1
    assert await follow(session) == 0
    assert (await only(session)).state is TaskState.DONE


async def test_the_centre_reads_for_which_place_it_is_and_what_is_left_of_the_checklist(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    activity = published.catalogue.wheel["ferielister"]
    of_solbakken = wheel(cast.leif, key=f"{activity.key}:2026-03-15:solbakken", subject_id=cast.solbakken.id)
    await place(session, [of_solbakken])
    task = await only(session)
    leif = as_person(cast.leif)
    first, *rest = activity.steps
    await leif.post(f"/leder/oppgaver/{task.id}/steg", data={"gjort": step_key(first)})
    sent = await leif.post(f"/leder/oppgaver/{task.id}/servicesenteret")
    number = sent.headers["location"].rpartition("/")[2]
    ticket = (await as_person(cast.frida).get(f"/api/v1/tickets/{number}")).json()
    [_why, place_line, law, left, *steps] = ticket["answers"]["details"].split("\n")
    assert place_line == "Gjelder: Solbakken sykehjem"
    assert activity.basis is not None
    assert law == f"Bygger på: {activity.basis.paragraph}"
    assert [left, *steps] == [
        "Dette gjenstår:",
        *(f"- {step.nb}" for step in rest),
        "Dette er gjort:",
        f"- {first.nb}",
    ]


async def test_the_page_of_a_task_tells_what_is_wrong_where_it_is_wrong(
    session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    await place(session, [wheel(cast.leif)])
    task = await only(session)
    leif = as_person(cast.leif)
    wrong = await leif.post(f"/leder/oppgaver/{task.id}/utsett", data={"to": "snart", "why": "Ferie"})
    assert wrong.status_code == 422
    assert 'id="to-feil"' in wrong.text
    assert 'value="Ferie"' in wrong.text
    nobody = await leif.post(f"/leder/oppgaver/{task.id}/gi", data={"search.who": "Xyz"})
    assert nobody.status_code == 422
    assert 'id="person_id-feil"' in nobody.text
    assert (await leif.get("/leder/oppgaver/999999999")).status_code == 404


async def test_the_page_asks_the_same_number_of_questions_for_5_tasks_as_for_200(
    session: AsyncSession, as_person: AsPerson, cast: Cast, engine: AsyncEngine, published: Published
) -> None:
    leif = as_person(cast.leif)
    paths = ("/leder", "/leder?vis=alle", "/api/v1/tasks")

    async def asked(path: str) -> int:
        heard: list[str] = []

        def hear(*spoken: Any) -> None:
            heard.append(spoken[2])

        event.listen(engine.sync_engine, "before_cursor_execute", hear)
        assert (await leif.get(path)).status_code == 200
        event.remove(engine.sync_engine, "before_cursor_execute", hear)
        return len(heard)

    # Of the wheel and of another system, with their checklists; half of them for later.
    soon, at = (
        [key for key, each in published.catalogue.wheel.items() if each.steps],
        await database_now(session),
    )
    many = [
        wheel(
            cast.leif,
            key=f"{soon[number % len(soon)]}:{number}:solbakken",
            source="planner" if number % 3 == 0 else OURS,
            due_at=at + timedelta(days=number % 60),
        )
        for number in range(200)
    ]
    await place(session, many[:5])
    await order(as_person(cast.alice), cast.alice)
    await asked("/leder")  # the token is made on the way
    few = [await asked(path) for path in paths]
    await place(session, many)
    await order(as_person(cast.alice), cast.alice)
    assert [await asked(path) for path in paths] == few
