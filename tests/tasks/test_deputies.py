"""Whoever is away has somebody who does what waits, as far as they may; never more than that."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Date, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.chasing import Chase, chase_due, chase_of, hurry
from app.approvals.models import Approval
from app.catalogue.published import Published
from app.deliveries.models import Delivery
from app.events.models import Event
from app.identity.me import load_actor
from app.people.deputies import come_back
from app.people.models import Deputy, Person
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind
from app.tickets.effects import _FIND
from app.tickets.passing_up import above
from service_catalog.schema import Confidentiality
from tests.approvals.ordering import decide, order, waiting
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tasks.test_own_tasks import wheel

pytestmark = pytest.mark.anyio


async def today(session: AsyncSession) -> date:
    found: date = (await session.execute(select(func.current_date()))).scalar_one()
    return found


async def away(
    session: AsyncSession, in_browser: AsPerson, who: Person, deputy: Person | None, *covers: str, **more: Any
) -> Any:
    day = await today(session)
    form = {
        "first": day.isoformat(),
        "last": (day + timedelta(days=14)).isoformat(),
        "covers": list(covers),
    }
    if deputy is not None:
        form |= {
            "answers.deputy": str(deputy.id),
            "search.deputy": deputy.name,
            "searched.deputy": deputy.name,
        }
    client = in_browser(who)
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await client.get("/leder/borte")).text)
    return await client.post("/leder/borte", data=form | more | ({"csrf_token": token[1]} if token else {}))


async def test_a_deputy_answers_visibly_for_whoever_is_away(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    [asked] = await waiting(as_person(cast.leif))
    assert await waiting(as_person(cast.stein)) == []
    said = await away(session, in_browser, cast.leif, cast.stein, "budsjettdisponering")
    assert said.status_code == 303, said.text
    page = (await as_person(cast.stein).get("/leder")).text
    assert "Du svarer for Leif Haug." in page
    response = await decide(as_person(cast.stein), asked["id"], "approved")
    assert response.status_code == 200, response.text
    approval = await session.get_one(Approval, asked["id"])
    assert (approval.decided_by_id, approval.decided_for_id) == (cast.stein.id, cast.leif.id)
    said_so = select(Event.actor_id, Event.acting_for_id).where(Event.kind == "approval.decided")
    assert (await session.execute(said_so)).one() == (cast.stein.id, cast.leif.id)


async def test_a_deputy_answers_by_no_authority_they_do_not_hold(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    refused = await away(session, in_browser, cast.leif, cast.oda, "budsjettdisponering")
    assert refused.status_code == 422
    assert "Stedfortrederen har ikke selv en slik fullmakt." in refused.text
    personnel = await away(session, in_browser, cast.leif, cast.stein, "personal")
    assert personnel.status_code == 422
    assert "Personalsaker følger bare den som er konstituert." in personnel.text
    acting = await away(session, in_browser, cast.leif, cast.oda, "personal", acting="1")
    assert acting.status_code == 303


async def test_authority_is_not_given_by_a_key_nor_long_after_the_sign_in(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    """Being away, and a deputy who only does the tasks, give nobody a right."""
    refused = await away(session, as_person, cast.leif, cast.stein, "budsjettdisponering")
    acting = await away(session, as_person, cast.leif, cast.oda, acting="1")
    assert (refused.status_code, acting.status_code) == (403, 403)
    assert "/logg-inn/igjen?til=%2Fleder%2Fborte" in (await as_person(cast.leif).get("/leder/borte")).text
    assert "/logg-inn/igjen" not in (await in_browser(cast.leif).get("/leder/borte")).text
    assert (await session.scalars(select(Deputy.id))).all() == []
    assert (await away(session, as_person, cast.leif, cast.stein)).status_code == 303


async def test_what_the_one_who_is_away_asked_for_their_deputy_does_not_approve(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await order(as_person(cast.leif), cast.leif)
    [asked] = await waiting(as_person(cast.liv))
    await away(session, in_browser, cast.liv, cast.stein, "budsjettdisponering")
    assert len(await waiting(as_person(cast.stein))) == 1
    # Leif is away too, and Stein his deputy: still Liv's question, and not Leif's own.
    await away(session, in_browser, cast.leif, cast.stein, "budsjettdisponering")
    assert (await decide(as_person(cast.stein), asked["id"], "approved")).status_code == 200


async def test_personnel_tasks_stay_unless_the_deputy_is_konstituert(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await place(
        session,
        [
            NewTask(
                key=f"external:{kind}",
                kind=Kind.RECURRING,
                person_id=cast.leif.id,
                title=kind,
                consequence=Consequence.NOTICEABLE,
                confidentiality=kind,
            )
            for kind in (Confidentiality.OPEN, Confidentiality.PERSONNEL)
        ],
    )

    async def seen(who: Person) -> list[str]:
        items = (await as_person(who).get("/api/v1/tasks")).json()["items"]
        return [f"{item['title']} for {item['for_person']}" for item in items]

    await away(session, in_browser, cast.leif, cast.stein)
    assert await seen(cast.stein) == ["open for Leif Haug"]
    assert await seen(cast.oda) == []
    await away(session, in_browser, cast.leif, cast.oda, acting="1")
    assert await seen(cast.oda) == ["open for Leif Haug", "personnel for Leif Haug"]


async def test_it_ends_by_itself_and_by_either_of_the_two(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    await away(session, in_browser, cast.leif, cast.stein, "budsjettdisponering")
    assert len(await waiting(as_person(cast.stein))) == 1
    day = await today(session)
    await session.execute(
        update(Deputy).values(starts_on=day - timedelta(days=9), ends_on=day - timedelta(days=1))
    )
    await session.commit()
    assert await waiting(as_person(cast.stein)) == []
    await away(session, in_browser, cast.leif, cast.stein, "budsjettdisponering")
    mine = (await session.scalars(select(Deputy.id).order_by(Deputy.id.desc()))).first()
    stranger = await as_person(cast.truls).post("/leder/borte", data={"end": str(mine)})
    assert stranger.status_code == 404
    assert (await as_person(cast.stein).post("/leder/borte", data={"end": str(mine)})).status_code == 303
    assert await waiting(as_person(cast.stein)) == []


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
async def test_a_day_away_begins_at_midnight_where_people_are(
    session: AsyncSession, at: datetime, day: date
) -> None:
    assert (await session.execute(select(literal(at).cast(Date)))).scalar_one() == day


@pytest.mark.parametrize(
    ("chased", "in_vain", "then"),
    [(0, False, Chase.REMIND), (0, True, Chase.PASS_UP), (1, False, Chase.PASS_UP), (3, True, Chase.PASS_UP)],
)
def test_one_reminder_to_whoever_is_there_and_then_upward(chased: int, in_vain: bool, then: Chase) -> None:
    assert chase_of(chased, in_vain=in_vain) is then


async def test_what_nobody_answers_is_asked_about_again_and_then_goes_one_level_up(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    await order(as_person(cast.alice), cast.alice)
    [asked] = await waiting(as_person(cast.leif))
    assert await chase_due(session, published, above) == 0

    async def late() -> None:
        await session.execute(update(Approval).values(chase_at=func.clock_timestamp() - timedelta(seconds=1)))
        assert await chase_due(session, published, above) == 1
        assert await chase_due(session, published, above) == 0
        await session.commit()

    await late()
    told = select(Delivery.key).where(Delivery.topic == "approval.reminded").order_by(Delivery.key)
    assert (await session.scalars(told)).all() == [f"approval.reminded:{asked['id']}:1"]
    assert len(await waiting(as_person(cast.leif))) == 1
    await late()
    assert await waiting(as_person(cast.leif)) == []
    assert [one["id"] for one in await waiting(as_person(cast.liv))] == [asked["id"]]
    titles = (await as_person(cast.liv).get("/api/v1/tasks")).json()["items"]
    assert [one["key"] for one in titles] == [f"approval:{asked['id']}"]
    await late()
    assert [one["id"] for one in await waiting(as_person(cast.dagny))] == [asked["id"]]
    # Above the top there is nobody: it stays, and is asked about again.
    await late()
    assert len(await waiting(as_person(cast.dagny))) == 1


async def test_whoever_is_away_without_a_deputy_is_passed_by_at_once(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast, published: Published
) -> None:
    await order(as_person(cast.alice), cast.alice)
    assert (await away(session, in_browser, cast.leif, None)).status_code == 303
    await session.execute(update(Approval).values(chase_at=func.clock_timestamp() - timedelta(seconds=1)))
    await chase_due(session, published, above)
    await session.commit()
    assert len(await waiting(as_person(cast.liv))) == 1


@pytest.mark.parametrize(
    ("days", "deputy", "waits"), [(14, None, False), (0, None, True), (14, "stein", True)]
)
async def test_whoever_is_not_back_in_time_and_has_nobody_in_their_place_is_not_waited_for(
    session: AsyncSession,
    as_person: AsPerson,
    in_browser: AsPerson,
    cast: Cast,
    published: Published,
    days: int,
    deputy: str | None,
    waits: bool,
) -> None:
    last = (await today(session) + timedelta(days=days)).isoformat()
    in_place = getattr(cast, deputy) if deputy else None
    covers = ("budsjettdisponering",) if deputy else ()
    assert (await away(session, in_browser, cast.leif, in_place, *covers, last=last)).status_code == 303
    await order(as_person(cast.alice), cast.alice)
    await hurry(session)
    assert await chase_due(session, published, above) == (0 if waits else 1)
    await hurry(session)
    assert await chase_due(session, published, above) == 0
    await session.commit()
    assert len(await waiting(as_person(cast.liv))) == (0 if waits else 1)


async def test_the_tasks_of_whoever_named_no_deputy_are_their_leader_s_and_end_with_the_absence(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await place(
        session,
        [wheel(cast.leif), wheel(cast.leif, "samtaler", confidentiality=Confidentiality.PERSONNEL)],
    )
    await order(as_person(cast.alice), cast.alice)

    async def seen_by(who: Person) -> list[str]:
        return [one["key"] for one in (await as_person(who).get("/api/v1/tasks")).json()["items"]]

    assert await seen_by(cast.liv) == []
    assert (await away(session, in_browser, cast.leif, None)).status_code == 303
    assert len(await seen_by(cast.liv)) == 1, "neither the personnel matter nor the question"
    page = (await in_browser(cast.leif).get("/leder/borte")).text
    assert cast.liv.name in page
    told = select(Delivery.recipient_id).where(Delivery.topic == "people.deputy_named")
    assert (await session.scalars(told)).all() == [cast.liv.id]
    deputy = (await session.scalars(select(Deputy))).one()
    await come_back(session, deputy.id, by=await load_actor(session, cast.leif.id))
    await session.commit()
    assert await seen_by(cast.liv) == []


@pytest.mark.parametrize("tells", ["alice", "leif"])
async def test_whoever_turns_out_to_stand_near_is_passed_by_at_once(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published, tells: str
) -> None:
    await order(as_person(cast.alice), cast.alice)
    teller, other = (cast.alice, cast.leif) if tells == "alice" else (cast.leif, cast.alice)
    assert (await as_person(teller).put(f"/api/v1/near-ties/{other.id}")).status_code == 204
    assert await waiting(as_person(cast.leif)) == []
    assert await chase_due(session, published, above) == 1
    await session.commit()
    assert len(await waiting(as_person(cast.liv))) == 1


async def test_a_tie_to_somebody_else_hurries_nothing(
    session: AsyncSession, as_person: AsPerson, cast: Cast, published: Published
) -> None:
    await order(as_person(cast.alice), cast.alice)
    assert (await as_person(cast.leif).put(f"/api/v1/near-ties/{cast.dagny.id}")).status_code == 204
    assert await chase_due(session, published, above) == 0


async def test_the_deputy_is_told_beside_whoever_is_away(
    session: AsyncSession, as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    await away(session, in_browser, cast.leif, cast.stein, "budsjettdisponering")
    asked = (await session.scalars(select(Approval.id))).one()
    told = await _FIND["approval.asked"](session, {"approval_id": asked})
    assert told == [cast.leif.id, cast.stein.id]
