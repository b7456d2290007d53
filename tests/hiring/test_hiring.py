"""«Ny ansatt»: one order makes the person, the job and the journey; what is wrong changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.plan import AHEAD, Standing, plan
from app.access.queries import persons_of_plan
from app.catalogue.published import Published
from app.identity.me import load_actor
from app.journeys.advancing import advance_due
from app.journeys.hiring import forget_contacts
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, StepState
from app.people.deputies import Away, go_away
from app.people.models import PREHIRE, Engagement, Hire, HireState, Person
from app.tickets import actions
from app.tickets.lifecycle import id_of
from app.tickets.models import Ticket
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.hiring.ordering import body, ordered, prepare, step
from tests.tickets.asking import once


@pytest.fixture(autouse=True)
async def school(session: AsyncSession, cast: Cast) -> None:
    await prepare(session, cast)


async def test_one_order_makes_the_person_the_job_and_the_journey(
    as_person: AsPerson, session: AsyncSession, cast: Cast, published: Published
) -> None:
    sent = await body(session, cast, private_email="nora@example.net", meets="kl. 08.15")
    journey = await ordered(as_person(cast.leif), sent)
    nora = (await session.scalars(select(Person).where(Person.id == journey["person_id"]))).one()
    assert (nora.issuer, nora.employee_number, nora.email) == (PREHIRE, None, None)
    hire = (await session.scalars(select(Hire).where(Hire.person_id == nora.id))).one()
    assert (hire.state, hire.ordered_by_id, hire.confirmed_by_id) == (HireState.EXPECTED, *[cast.leif.id] * 2)
    starts_on = date.fromisoformat(sent["starts_on"])
    lines = {}
    for on in (starts_on - AHEAD - timedelta(days=1), starts_on - AHEAD):
        person = (await persons_of_plan(session, [nora.id], on))[nora.id]
        lines[on] = plan(published.catalogue.access, person, on)
    before, then = lines.values()
    assert not before
    assert {"konto", "m365-full"} <= {line.entitlement for line in then if line.standing is Standing.DUE}
    assert {each["key"] for each in journey["steps"]} >= {"politiattest-skole", "skriv", "fadder"}
    assert "politiattest-helse" not in {each["key"] for each in journey["steps"]}, "by the place's function"


async def test_units_get_tickets_and_leaders_their_own_steps(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast))
    contract = step(journey, "skriv")
    ticket = (await leif.get(f"/api/v1/tickets/{contract['ticket']}")).json()
    assert (ticket["service"], ticket["unit"], ticket["status"]) == ("arbeidsavtale", "hr", "new")
    assert ticket["answers"]["employee"] == str(journey["person_id"])
    assert step(journey, "signer")["state"] == "waiting", "nobody signs before it is written"
    buddy = step(journey, "fadder")
    assert f"step:{buddy['id']}" in await tasks_of(leif)
    page = (await leif.get("/leder")).text
    assert f"{buddy['title']}: Nora Lien" in page
    url = f"/api/v1/journeys/{journey['id']}/steps/{buddy['id']}"
    done = (await leif.put(url, json={"verb": "done"})).json()
    assert step(done, "fadder")["state"] == "done"
    assert done["ready_percent"] > journey["ready_percent"]
    assert (await leif.put(url, json={"verb": "done"})).status_code == 409
    assert f"step:{buddy['id']}" not in await tasks_of(leif)
    await leif.put(url, json={"verb": "undo"})
    assert f"step:{buddy['id']}" in await tasks_of(leif), "it is to be done after all"
    await leif.put(url, json={"verb": "done"})
    in_ticket = f"/api/v1/journeys/{journey['id']}/steps/{step(journey, 'politiattest-skole')['id']}"
    assert (await leif.put(in_ticket, json={"verb": "done"})).status_code == 403, "the unit does it"


async def test_a_deputy_does_the_steps_only_when_konstituert(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    journey = await ordered(as_person(cast.leif), await body(session, cast))
    today = (await session.execute(select(func.current_date()))).scalar_one()
    leif = await load_actor(session, cast.leif.id)
    url = f"/api/v1/journeys/{journey['id']}"
    for acting in (False, True):
        await go_away(
            session, Away(today, today, cast.stein.id if acting else cast.truls.id, acting=acting), by=leif
        )
        await session.commit()
        deputy = as_person(cast.stein if acting else cast.truls)
        seen = await tasks_of(deputy)
        assert (f"step:{step(journey, 'fadder')['id']}" in seen) is acting
        assert (await deputy.get(url)).status_code == (200 if acting else 404)


async def tasks_of(client: httpx.AsyncClient) -> set[str]:
    return {item["key"] for item in (await client.get("/api/v1/tasks")).json()["items"]}


async def test_a_solved_ticket_closes_its_step_and_opens_what_waited(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast))
    petra = await load_actor(session, cast.petra.id)
    for key in ("skriv", "politiattest-skole"):
        found = (
            await session.scalars(select(Ticket).where(Ticket.id == id_of(step(journey, key)["ticket"])))
        ).one()
        at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        await actions.assign(session, found, assignee_id=cast.petra.id, by=petra, at=at)
        at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        await actions.resolve(session, found, text="Gjort.", by=petra, at=at)
    await session.flush()
    await advance_due(session)
    await session.flush()
    after = (await leif.get(f"/api/v1/journeys/{journey['id']}")).json()
    assert step(after, "skriv")["state"] == "done"
    assert step(after, "signer")["state"] == "open"
    held = await persons_of_plan(session, [journey["person_id"]], date.fromisoformat(journey["day"]))
    assert "politiattest" in held[journey["person_id"]].papers, "what was shown unblocks what asked for it"
    states = await session.scalars(select(JourneyStep.state).where(JourneyStep.key == "skriv"))
    assert set(states) == {StepState.DONE}
    await advance_due(session)
    again = (await leif.get(f"/api/v1/journeys/{journey['id']}")).json()
    assert again["steps"] == after["steps"], "twice changes nothing"


async def test_sent_twice_it_is_one_order(as_person: AsPerson, session: AsyncSession, cast: Cast) -> None:
    sent, key = await body(session, cast), once()
    first, second = [
        await as_person(cast.leif).post("/api/v1/journeys", json=sent, headers=key) for _ in range(2)
    ]
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] == second.json()["id"]
    assert (await session.execute(select(func.count()).select_from(Hire))).scalar_one() == 1


async def test_what_a_bestiller_orders_gives_nothing_before_somebody_who_may_hire_says_yes(
    as_person: AsPerson, session: AsyncSession, cast: Cast, published: Published
) -> None:
    oda = as_person(cast.oda)
    journey = await ordered(oda, await body(session, cast, in_days=5))
    assert not journey["confirmed"]
    assert {each["state"] for each in journey["steps"]} == {"waiting"}
    on = date.fromisoformat(journey["day"])
    person = (await persons_of_plan(session, [journey["person_id"]], on))[journey["person_id"]]
    assert not plan(published.catalogue.access, person, on)
    url = f"/api/v1/journeys/{journey['id']}/confirmation"
    assert (await oda.put(url)).status_code == 403, "nobody says yes to their own order"
    assert (await as_person(cast.truls).put(url)).status_code == 404
    confirmed = (await as_person(cast.leif).put(url)).json()
    assert confirmed["confirmed"]
    assert step(confirmed, "skriv")["ticket"]
    person = (await persons_of_plan(session, [journey["person_id"]], on))[journey["person_id"]]
    assert plan(published.catalogue.access, person, on)


async def test_another_first_day_moves_the_job_and_the_deadlines(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast))
    later = date.fromisoformat(journey["day"]) + timedelta(days=14)
    moved = (await leif.put(f"/api/v1/journeys/{journey['id']}/day", json={"day": later.isoformat()})).json()
    assert moved["day"] == later.isoformat()
    assert step(moved, "plass")["due_at"] > step(journey, "plass")["due_at"]
    assert step(moved, "signer")["due_at"] > step(journey, "signer")["due_at"], "the contract's too"
    job = (
        await session.scalars(select(Engagement).where(Engagement.person_id == journey["person_id"]))
    ).one()
    await session.refresh(job)
    assert job.starts_on == later
    long_ago = {"day": "2020-01-01"}
    refused = await leif.put(f"/api/v1/journeys/{journey['id']}/day", json=long_ago)
    assert refused.json()["errors"][0]["field"] == "starts_on"


async def test_whoever_does_not_come_gets_nothing(
    as_person: AsPerson, session: AsyncSession, cast: Cast, published: Published
) -> None:
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast, in_days=5))
    gone = (await leif.put(f"/api/v1/journeys/{journey['id']}/withdrawal")).json()
    assert gone["state"] == "withdrawn"
    on = date.fromisoformat(journey["day"])
    person = (await persons_of_plan(session, [journey["person_id"]], on))[journey["person_id"]]
    assert not plan(published.catalogue.access, person, on)
    active = select(Person.active).where(Person.id == journey["person_id"])
    assert (await session.execute(active)).scalar_one() is False
    states = set(await session.scalars(select(JourneyRow.state)))
    assert states == {JourneyState.WITHDRAWN}, "the contract's journey too"
    assert (await leif.put(f"/api/v1/journeys/{journey['id']}/withdrawal")).status_code == 409


async def test_private_contact_is_forgotten_a_month_after_the_first_day(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    sent = await body(session, cast, private_email="nora@example.net", private_phone="400 00 000")
    await ordered(as_person(cast.leif), sent)
    first = datetime.fromisoformat(f"{sent['starts_on']}T12:00:00+00:00")
    for later, is_kept in ((timedelta(days=30), True), (timedelta(days=32), False)):
        await forget_contacts(session, first + later)
        kept = (await session.execute(select(Hire.private_email, Hire.private_phone))).one()
        assert all(kept) is is_kept


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"position_code": "9999"}, "position_code"),
        ({"kind": "finnes-ikke"}, "kind"),
        ({"kind": "vikar"}, "ends_on"),
        ({"kind": "vikar", "ends_on": "2030-01-01", "ground": "oppdrag"}, "ground"),
        ({"kind": "konsulent", "ends_on": "2030-01-01", "ground": "oppdrag"}, "reference"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"percent": "0"}, "percent"),
        ({"private_email": "ikke en adresse"}, "private_email"),
        ({"private_phone": "12"}, "private_phone"),
        ({"leader_id": 999999999}, "leader_id"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
    ],
)
async def test_what_is_wrong_is_named_and_changes_nothing(
    as_person: AsPerson, session: AsyncSession, cast: Cast, wrong: dict[str, str], field: str
) -> None:
    sent = await body(session, cast) | wrong
    answer = await as_person(cast.leif).post("/api/v1/journeys", json=sent, headers=once())
    assert answer.status_code == 422
    assert field in {each["field"] for each in answer.json()["errors"]}
    assert (await session.execute(select(func.count()).select_from(Hire))).scalar_one() == 0


async def test_who_sees_and_orders(as_person: AsPerson, session: AsyncSession, cast: Cast) -> None:
    sent = await body(session, cast)
    journey = await ordered(as_person(cast.leif), sent)
    url = f"/api/v1/journeys/{journey['id']}"
    for seer in (cast.leif, cast.liv, cast.dagny, cast.oda):
        assert (await as_person(seer).get(url)).status_code == 200
        assert journey["id"] in {
            each["id"] for each in (await as_person(seer).get("/api/v1/journeys")).json()["items"]
        }
    for stranger in (cast.alice, cast.truls, cast.stein, cast.bob, cast.petra):
        assert (await as_person(stranger).get(url)).status_code == 404
    elsewhere = sent | {"org_unit_id": cast.stab.id}
    refused = await as_person(cast.leif).post("/api/v1/journeys", json=elsewhere, headers=once())
    assert refused.status_code == 403
    assert (
        await as_person(cast.alice).post("/api/v1/journeys", json=sent, headers=once())
    ).status_code == 403


async def test_a_shielded_newcomer_is_found_by_nobody_and_still_gets_everything(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    leif = as_person(cast.leif)
    journey = await ordered(leif, await body(session, cast, shielded=True))
    contract = step(journey, "skriv")
    assert contract["ticket"], "the units do their part"
    ticket = (await leif.get(f"/api/v1/tickets/{contract['ticket']}")).json()
    assert ticket["subject"].endswith(": skjermet person")
    assert ticket["answers"]["employee"] == str(journey["person_id"])
    assert "Nora" not in (await leif.get("/api/v1/persons?q=Nora")).text
    assert "Nora" not in (await as_person(cast.oda).get("/api/v1/journeys")).text
    await ordered(leif, await body(session, cast, name="Mona Berg"))
    assert "Mona" in (await as_person(cast.oda).get("/api/v1/journeys")).text
    named = {"service": "ansatt-slutter", "subject": "x", "answers": {"employee": str(journey["person_id"])}}
    refused = await leif.post("/api/v1/tickets", json=named, headers=once())
    assert refused.status_code == 422
    assert "answers.employee" in refused.text, "a form still tells nobody that they exist"
