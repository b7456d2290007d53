"""Habilitet: nobody handles or approves their own case, their family's, or their own leader's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.identity.actor import Office
from app.identity.me import load_actor
from app.people.models import Engagement, NearTie
from app.people.offices import appoint
from tests.approvals.ordering import order
from tests.cast import APPOINTING, Cast
from tests.conftest import AsPerson
from tests.tickets.asking import match, once, open_ticket


async def tie(session: AsyncSession, one: Any, other: Any) -> None:
    session.add(NearTie(person_id=one.id, other_id=other.id, recorded_at=func.clock_timestamp()))
    await session.commit()


@pytest.mark.parametrize("said_by_the_agent", [True, False])
async def test_a_tie_bars_both_whoever_said_it(
    said_by_the_agent: bool, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    url = f"/api/v1/tickets/{ticket['number']}"
    await tie(session, *((cast.bob, cast.alice) if said_by_the_agent else (cast.alice, cast.bob)))
    seen = (await as_person(cast.bob).get(url)).json()
    assert seen["may"] == ["hand_over", "reroute", "service"]
    refused = await as_person(cast.bob).put(
        f"{url}/assignee", json={"person_id": cast.bob.id}, headers=match(ticket)
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "habilitet.near_tie")
    passed_on = await as_person(cast.bob).put(
        f"{url}/handover", json={"unit": "eiendom", "reason": "Jeg kjenner henne."}, headers=match(ticket)
    )
    assert passed_on.status_code == 200


async def test_nobody_is_given_the_case_of_somebody_near_and_is_not_told_why(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    await tie(session, cast.bob, cast.alice)
    given = await as_person(cast.stein).put(
        f"/api/v1/tickets/{ticket['number']}/assignee", json={"person_id": cast.bob.id}, headers=match(ticket)
    )
    assert (given.status_code, given.json()["errors"][0]["code"]) == (422, "field.cannot_take")


async def test_an_agent_does_not_handle_the_case_of_their_own_leader(as_person: AsPerson, cast: Cast) -> None:
    ticket = await open_ticket(as_person(cast.stein))
    url = f"/api/v1/tickets/{ticket['number']}"
    refused = await as_person(cast.bob).put(
        f"{url}/resolution", json={"text": "Ferdig."}, headers=match(ticket)
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "habilitet.own_leader")


async def test_who_the_own_leader_is(session: AsyncSession, cast: Cast) -> None:
    """The engagement's own leader, else the place's; above oneself and above places that nobody leads, the next."""
    leaders = {
        name: (await load_actor(session, getattr(cast, name).id)).leaders
        for name in ("bob", "alice", "leif", "liv", "truls", "dagny")
    }
    assert leaders == {
        "bob": {cast.stein.id},
        "alice": {cast.leif.id},
        "leif": {cast.liv.id},
        "liv": {cast.dagny.id},
        "truls": {cast.dagny.id},
        "dagny": frozenset(),
    }
    mine = select(Engagement).where(Engagement.person_id == cast.bob.id)
    (await session.scalars(mine)).one().leader_id = cast.carol.id
    await session.flush()
    assert (await load_actor(session, cast.bob.id)).leaders == {cast.carol.id}


async def test_an_order_is_never_asked_of_family_nor_of_those_below(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    """Leif is asked about what Solbakken orders, unless he stands near whoever asks: then the one above is."""
    await order(as_person(cast.alice), cast.alice)
    asked = (await session.scalars(select(Approval.approver_id).order_by(Approval.id))).all()
    assert asked[-1] == cast.leif.id
    await tie(session, cast.leif, cast.alice)
    await order(as_person(cast.alice), cast.alice)
    asked = (await session.scalars(select(Approval.approver_id).order_by(Approval.id))).all()
    assert asked[-1] == cast.liv.id


async def test_a_tie_said_later_takes_the_question_away(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await order(as_person(cast.alice), cast.alice)
    (waiting,) = (await as_person(cast.leif).get("/api/v1/approvals")).json()
    await tie(session, cast.alice, cast.leif)
    assert (await as_person(cast.leif).get("/api/v1/approvals")).json() == []
    answer = await as_person(cast.leif).put(
        f"/api/v1/approvals/{waiting['id']}/decision", json={"outcome": "approved"}
    )
    assert answer.status_code == 404


async def test_a_tie_is_seen_by_the_two_and_the_officer_alone(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await appoint(session, cast.truls.id, Office.PRIVACY_OFFICER, by=APPOINTING)
    await session.commit()
    put = await as_person(cast.bob).put(f"/api/v1/near-ties/{cast.alice.id}", headers=once())
    assert put.status_code == 204
    seen = {
        name: len((await as_person(getattr(cast, name)).get("/api/v1/near-ties")).json())
        for name in ("bob", "alice", "truls", "stein", "leif", "dagny", "petra")
    }
    assert seen == {"bob": 1, "alice": 1, "truls": 1, "stein": 0, "leif": 0, "dagny": 0, "petra": 0}
    for name in ("bob", "alice", "truls"):
        assert "Bob Dahl" in (await in_browser(getattr(cast, name)).get("/habilitet")).text
    stranger = (await in_browser(cast.petra).get("/habilitet")).text
    assert "Bob Dahl" not in stranger
    assert (await as_person(cast.alice).delete(f"/api/v1/near-ties/{cast.bob.id}")).status_code == 404
    assert (await as_person(cast.bob).delete(f"/api/v1/near-ties/{cast.alice.id}")).status_code == 204
    assert (await as_person(cast.alice).get("/api/v1/near-ties")).json() == []


async def test_a_shielded_person_is_as_unknown_as_nobody(as_person: AsPerson, cast: Cast) -> None:
    answers = [
        await as_person(cast.bob).put(f"/api/v1/near-ties/{person_id}")
        for person_id in (cast.sigrid.id, 999_999_999)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].content == answers[1].content


async def test_no_form_gives_a_shielded_person_a_name(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    """An id in a hidden field is no right to the name behind it, not for an agent either."""
    await session.commit()
    shielded = str(cast.sigrid.id)
    bob = as_person(cast.bob)
    form = {"answers.for_person": shielded, "answers.employee": shielded, "requester_id": shielded}
    for url in ("/tjenester/bestille-pc/bestill", "/tjenester/sykefravaer/bestill", "/desk/registrer"):
        assert "Sigrid" not in (await bob.post(url, data=form)).text, url
    ticket = {"service": "noe-virker-ikke-pa-pc", "subject": "x", "requester_id": cast.sigrid.id}
    assert (await bob.post("/api/v1/tickets", json=ticket, headers=once())).status_code == 403
