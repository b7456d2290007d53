"""From the plan to a ticket, from the ticket's end to the grant: nothing without its yes, nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.following import follow
from app.access.lifecycle import MOVES, check_move, followed
from app.access.models import Grant, GrantOrder, Paper, Way
from app.access.ordering import order, take_away
from app.access.plan import Origin, State
from app.access.queries import today
from app.approvals.models import Approval, Outcome
from app.catalogue.published import Published
from app.errors import Conflict, NotFound
from app.events.log import database_now, history
from app.events.models import Event
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.people.models import Engagement, Membership, OrgUnit, Person
from app.tickets import actions
from app.tickets.approving import decide
from app.tickets.lifecycle import OPEN, Resolution, Status, WaitingFor, id_of
from app.tickets.models import Ticket
from service_catalog.access_schema import Prerequisite
from tests.cast import SINCE, Cast, hire_cast
from tests.conftest import AsPerson, OwnDatabase, publish_shipped
from tests.operations.test_deliveries import token_of

CARD, SYSTEM = "kort-eget-bygg", "journal-pleie"


@pytest.fixture
async def nurse(session: AsyncSession, cast: Cast) -> Person:
    """Alice, a nurse at a nursing home who has shown everything."""
    await make_nurse(session, cast)
    return cast.alice


async def make_nurse(session: AsyncSession, cast: Cast) -> None:
    await session.execute(update(OrgUnit).where(OrgUnit.id == cast.solbakken.id).values(tjeneste="253"))
    nursing = update(Engagement).where(Engagement.person_id == cast.alice.id)
    await session.execute(nursing.values(position_code="7174"))
    for kind in Prerequisite:
        session.add(Paper(person_id=cast.alice.id, kind=kind, shown_on=SINCE))
    session.add(Membership(person_id=cast.carol.id, unit="eiendom"))
    await session.flush()


def recently(actor: Actor) -> Actor:
    return replace(actor, signed_in_recently=True)


async def ticket_of(session: AsyncSession, number: str) -> Ticket:
    return (await session.scalars(select(Ticket).where(Ticket.id == id_of(number)))).one()


async def grant_of(session: AsyncSession, key: str) -> Grant:
    alive = select(Grant).where(Grant.entitlement == key).order_by(Grant.id.desc()).limit(1)
    return (await session.scalars(alive.execution_options(populate_existing=True))).one()


async def end(session: AsyncSession, number: str, *, by: Actor) -> None:
    ticket, at = await actions.take_ticket(session, number, by=by)
    await actions.resolve(session, ticket, text="Gjort.", by=by, at=at)
    await session.flush()


async def kinds(session: AsyncSession, grant: Grant) -> list[str]:
    return [event.kind for event in await history(session, "grant", grant.id)]


async def test_what_the_job_gives_is_ordered_where_it_is_done_and_is_there_when_that_is_solved(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif = await load_actor(session, cast.leif.id)
    number = await order(session, published, nurse.id, CARD, by=leif)
    ticket = await ticket_of(session, number)
    assert (ticket.unit, ticket.requester_id, ticket.status) == ("eiendom", nurse.id, Status.NEW)
    assert ticket.solution_due_at is not None, "with a clock"
    assert ticket.answers["justification"] == "Fordi Alice er sykepleier (7174) ved Solbakken sykehjem"
    assert (await grant_of(session, CARD)).state is State.ORDERED
    assert await follow(session) == 0, "nothing has become of it yet"
    await end(session, number, by=await load_actor(session, cast.carol.id))
    assert await follow(session) == 1
    assert await follow(session) == 0
    grant = await grant_of(session, CARD)
    assert (grant.state, grant.since) == (State.GRANTED, await today(session))
    assert await kinds(session, grant) == ["grant.approved", "grant.ordered", "grant.granted"]


async def test_what_is_ordered_or_blocked_or_no_business_of_theirs_cannot_be_ordered(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif, bob = await load_actor(session, cast.leif.id), await load_actor(session, cast.bob.id)
    await order(session, published, nurse.id, CARD, by=leif)
    for key in (CARD, "lonn-kjoring"):
        with pytest.raises((Conflict, NotFound)):
            await order(session, published, nurse.id, key, by=leif)
    await session.execute(update(Paper).values(valid_until=SINCE))
    with pytest.raises(Conflict):
        await order(session, published, nurse.id, SYSTEM, by=leif)
    with pytest.raises(NotFound):
        await order(session, published, nurse.id, "konto", by=bob)


async def test_what_the_leader_must_approve_waits_for_another_than_whoever_asked(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif, liv = await load_actor(session, cast.leif.id), await load_actor(session, cast.liv.id)
    number = await order(session, published, nurse.id, "kort-medisinrom", by=leif)
    assert (await grant_of(session, "kort-medisinrom")).state is State.REQUESTED
    asked = (await session.scalars(select(Approval).where(Approval.subject_id == id_of(number)))).one()
    assert (asked.approver_id, asked.recent_sign_in) == (cast.liv.id, True)
    with pytest.raises(NotFound):
        await decide(session, [asked.id], Outcome.APPROVED, None, by=recently(leif))
    assert await follow(session) == 0
    await decide(session, [asked.id], Outcome.APPROVED, None, by=recently(liv))
    await session.flush()
    assert await follow(session) == 1
    grant = await grant_of(session, "kort-medisinrom")
    assert grant.state is State.ORDERED
    assert await kinds(session, grant) == ["grant.requested", "grant.approved", "grant.ordered"]


async def test_a_no_is_seen_as_a_failure_and_can_be_asked_again(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif, liv = await load_actor(session, cast.leif.id), await load_actor(session, cast.liv.id)
    number = await order(session, published, nurse.id, "kort-medisinrom", by=leif)
    asked = (await session.scalars(select(Approval).where(Approval.subject_id == id_of(number)))).one()
    await decide(session, [asked.id], Outcome.REJECTED, "Ikke nå.", by=recently(liv))
    await session.flush()
    await follow(session)
    assert (await grant_of(session, "kort-medisinrom")).state is State.FAILED
    await order(session, published, nurse.id, "kort-medisinrom", by=leif)
    assert (await grant_of(session, "kort-medisinrom")).state is State.REQUESTED


async def test_what_is_too_much_is_taken_away_when_the_unit_says_so(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif, at = await load_actor(session, cast.leif.id), await database_now(session)
    session.add(
        Grant(
            person_id=nurse.id,
            entitlement="kort-alle-bygg",
            state=State.GRANTED,
            origin=Origin.FOUND,
            last_event_at=at,
        )
    )
    await session.flush()
    number = await take_away(session, published, nurse.id, "kort-alle-bygg", by=leif)
    with pytest.raises(Conflict):
        await take_away(session, published, nurse.id, "kort-alle-bygg", by=leif)
    assert (await grant_of(session, "kort-alle-bygg")).state is State.GRANTED, "until it is done"
    await end(session, number, by=await load_actor(session, cast.carol.id))
    assert await follow(session) == 1
    assert (await grant_of(session, "kort-alle-bygg")).state is State.REVOKED


async def test_a_ticket_that_is_opened_again_moves_its_grant_back(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    """Given, and not; then given after all. The same of what was taken away."""
    leif, carol = await load_actor(session, cast.leif.id), await load_actor(session, cast.carol.id)

    async def open_again(number: str) -> None:
        ticket, at = await actions.take_ticket(session, number, by=leif)
        await actions.reopen(session, ticket, reason="Det virker ikke.", by=leif, at=at)
        await session.flush()
        assert await follow(session) == 1
        assert await follow(session) == 0

    number = await order(session, published, nurse.id, CARD, by=leif)
    await end(session, number, by=carol)
    await follow(session)
    await open_again(number)
    assert (await grant_of(session, CARD)).state is State.ORDERED
    await end(session, number, by=carol)
    await follow(session)
    assert (await grant_of(session, CARD)).state is State.GRANTED
    gone = update(Engagement).where(Engagement.person_id == nurse.id)
    await session.execute(gone.values(ends_on=SINCE))
    number = await take_away(session, published, nurse.id, CARD, by=leif)
    await end(session, number, by=carol)
    await follow(session)
    assert (await grant_of(session, CARD)).state is State.REVOKED
    await open_again(number)
    assert (await grant_of(session, CARD)).state is State.GRANTED
    await end(session, number, by=carol)
    await follow(session)
    assert (await grant_of(session, CARD)).state is State.REVOKED


async def test_what_got_a_no_is_not_given_by_opening_its_ticket_again(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif, liv = await load_actor(session, cast.leif.id), await load_actor(session, cast.liv.id)
    number = await order(session, published, nurse.id, "kort-medisinrom", by=leif)
    asked = (await session.scalars(select(Approval).where(Approval.subject_id == id_of(number)))).one()
    await decide(session, [asked.id], Outcome.REJECTED, "Ikke nå.", by=recently(liv))
    await session.flush()
    await follow(session)
    ticket, at = await actions.take_ticket(session, number, by=leif)
    await actions.reopen(session, ticket, reason="Jo, nå.", by=leif, at=at)
    await session.flush()
    assert await follow(session) == 0
    await end(session, number, by=await load_actor(session, cast.carol.id))
    assert await follow(session) == 0
    assert (await grant_of(session, "kort-medisinrom")).state is State.FAILED


async def test_two_who_order_at_once_make_one_order(own_database: OwnDatabase, shipped: Any) -> None:
    published = await publish_shipped(own_database.sessions, shipped)
    async with own_database.transaction() as session:
        cast = await hire_cast(session)
        await make_nurse(session, cast)

    async def one() -> str:
        async with own_database.transaction() as session:
            leif = await load_actor(session, cast.leif.id)
            return await order(session, published, cast.alice.id, CARD, by=leif)

    outcomes = await asyncio.gather(*(one() for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(each, str) for each in outcomes) == 1
    assert sum(isinstance(each, Conflict) for each in outcomes) == 5
    async with own_database.transaction() as session:
        assert len((await session.scalars(select(GrantOrder))).all()) == 1
        assert len((await session.scalars(select(Event).where(Event.kind == "grant.ordered"))).all()) == 1


async def test_it_is_ordered_by_a_button_on_the_page(
    in_browser: AsPerson, session: AsyncSession, cast: Cast, nurse: Person
) -> None:
    await session.commit()
    leif = in_browser(cast.leif)
    form = await token_of(leif) | {"entitlement": CARD}
    path = f"/tilganger/{nurse.id}"
    sent = await leif.post(f"{path}/bestill", data=form)
    assert sent.status_code == 303
    page = (await leif.get(sent.headers["location"])).text
    assert "Bestilt i sak" in page
    again = await leif.post(f"{path}/bestill", data=form)
    assert (again.status_code, "Dette kan ikke bestilles nå" in again.text) == (409, True)
    stranger = in_browser(cast.truls)
    assert (await stranger.post(f"{path}/bestill", data=form | await token_of(stranger))).status_code == 404


STATES = st.sampled_from(State)


@given(
    STATES,
    st.sampled_from(Way),
    st.sampled_from(Status),
    st.sampled_from(WaitingFor) | st.none(),
    st.sampled_from(Resolution) | st.none(),
)
def test_following_a_ticket_makes_only_moves_that_are_listed(
    state: State, way: Way, status: Status, waiting: WaitingFor | None, resolution: Resolution | None
) -> None:
    """And no grant is given whose ticket was not solved."""
    alive = {Way.GIVE: {State.REQUESTED, State.APPROVED, State.ORDERED}, Way.TAKE: {State.GRANTED}}
    if state not in alive[way]:
        return
    states, settled = followed(state, way, status, waiting, resolution)
    for new in states:
        check_move(state, new)
        state = new
    if State.GRANTED in states or State.REVOKED in states:
        assert status not in OPEN
        assert resolution is Resolution.SOLVED
    assert settled == (status not in OPEN)
    assert set(MOVES) == set(State)


async def test_a_leader_orders_before_the_first_day_and_takes_back_after_the_last(
    session: AsyncSession, cast: Cast, published: Published, nurse: Person
) -> None:
    leif = await load_actor(session, cast.leif.id)
    day, mine = await today(session), update(Engagement)
    mine = mine.where(Engagement.person_id == nurse.id)
    await session.execute(mine.values(starts_on=day + timedelta(days=5)))
    number = await order(session, published, nurse.id, CARD, by=leif)
    ticket = await ticket_of(session, number)
    assert (ticket.requester_id, ticket.answers["for_person"]) == (cast.leif.id, str(nurse.id))
    assert ticket.answers["from_date"] == (day + timedelta(days=5)).isoformat()
    await end(session, number, by=await load_actor(session, cast.carol.id))
    await follow(session)
    await session.execute(mine.values(starts_on=SINCE, ends_on=day - timedelta(days=2)))
    await take_away(session, published, nurse.id, CARD, by=leif)
    truls = await load_actor(session, cast.truls.id)
    with pytest.raises(NotFound):
        await take_away(session, published, nurse.id, CARD, by=truls)
