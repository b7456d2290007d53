"""Access given and taken by other systems: once, only what was approved, and never forgotten."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select, update

from app.access.following import follow
from app.access.models import Errand, Outcome, Paper, TargetAccount
from app.access.ordering import order, take_away
from app.access.plan import State
from app.access.targets import Gives, Targets
from app.approvals.models import Approval
from app.approvals.models import Outcome as Answer
from app.deliveries.models import Delivery, DeliveryTarget
from app.errors import Conflict, NotFound
from app.events.log import history
from app.identity.me import load_actor
from app.people.models import Delegation, Engagement, Person
from app.tickets.approving import decide
from app.tickets.lifecycle import Resolution, Status, id_of
from app.tickets.models import Ticket
from service_catalog.access_schema import Prerequisite
from tests.access.connected import MAIL, VPN, Connected
from tests.access.test_ordering import recently
from tests.cast import SINCE

GROUP = {MAIL: "g-intranett", VPN: "g-vpn", "mfa": "g-mfa"}


async def ordered(entra: Connected, person: Person, key: str) -> str:
    """By the municipality's top leader."""
    async with entra.database.transaction() as session:
        dagny = await load_actor(session, entra.cast.dagny.id)
        return await order(session, entra.published, person.id, key, by=dagny, targets=entra.targets)


async def left(entra: Connected, person: Person) -> None:
    """Long enough ago that the last shift is over, whatever hour it is."""
    async with entra.database.transaction() as session:
        ended = update(Engagement).where(Engagement.person_id == person.id)
        await session.execute(ended.values(ends_on=func.current_date() - 2))


async def taken(entra: Connected, person: Person, key: str) -> str:
    async with entra.database.transaction() as session:
        leif = await load_actor(session, entra.cast.leif.id)
        return await take_away(session, entra.published, person.id, key, by=leif, targets=entra.targets)


def has(entra: Connected, person: Person, key: str) -> bool:
    return entra.directory.has(GROUP[key], str(person.employee_number))


async def state(entra: Connected, person: Person, key: str = MAIL) -> tuple[State, str | None]:
    grant = await entra.grant(person, key)
    assert grant is not None
    return grant.state, grant.reason


async def kinds(entra: Connected, person: Person, key: str = MAIL) -> list[str]:
    grant = await entra.grant(person, key)
    assert grant is not None
    async with entra.database.transaction() as session:
        return [event.kind for event in await history(session, "grant", grant.id)]


async def test_what_nobody_must_approve_is_given_without_a_ticket_and_taken_when_they_leave(
    entra: Connected,
) -> None:
    alice = entra.cast.alice
    assert await ordered(entra, alice, MAIL) == ""
    with pytest.raises(Conflict):
        await ordered(entra, alice, MAIL)
    assert (await state(entra, alice), has(entra, alice, MAIL)) == ((State.ORDERED, None), False)
    await entra.send()
    assert (await state(entra, alice), has(entra, alice, MAIL)) == ((State.GRANTED, None), True)
    assert await entra.send() == 0
    await left(entra, alice)
    await taken(entra, alice, MAIL)
    with pytest.raises(Conflict):
        await taken(entra, alice, MAIL)
    assert await state(entra, alice) == (State.GRANTED, None), "until it is gone"
    await entra.send()
    assert (await state(entra, alice), has(entra, alice, MAIL)) == ((State.REVOKED, None), False)
    assert await kinds(entra, alice) == [
        "grant.approved",
        "grant.ordered",
        "grant.granted",
        "grant.revocation_ordered",
        "grant.revoked",
    ]
    async with entra.database.transaction() as session:
        assert (await session.scalars(select(Ticket))).all() == []
        account = (await session.scalars(select(TargetAccount))).one()
        assert entra.directory.users[account.ref] == alice.employee_number


async def test_each_of_a_half_failed_batch_has_its_own_outcome(entra: Connected) -> None:
    people = entra.cast.persons[:6]
    for person in people:
        await ordered(entra, person, MAIL)
    entra.directory.half = 2
    await entra.send()
    states = [(await state(entra, person))[0] for person in people]
    assert State.GRANTED in states
    assert State.ORDERED in states or State.UNKNOWN in states
    for person, one in zip(people, states, strict=True):
        assert has(entra, person, MAIL) == (one is State.GRANTED)
    await entra.send_all()
    assert all([await state(entra, person) == (State.GRANTED, None) for person in people])
    adds = {call: n for call, n in entra.directory.calls.items() if call.startswith("POST /groups")}
    assert set(adds.values()) == {1}, "nobody was added twice"


async def test_no_answer_is_unknown_and_is_read_back_before_anything_is_done_again(entra: Connected) -> None:
    alice = entra.cast.alice
    async with entra.database.transaction() as session:
        session.add(TargetAccount(person_id=alice.id, system="entra", ref="u1"))
    await ordered(entra, alice, MAIL)
    entra.directory.silent = 1
    await entra.send()
    assert (await state(entra, alice), has(entra, alice, MAIL)) == ((State.UNKNOWN, "graph timeout"), True)
    await entra.let_time_pass()
    await entra.send()
    assert await state(entra, alice) == (State.GRANTED, None)
    assert (await kinds(entra, alice))[2:] == ["grant.unknown", "grant.granted"]
    assert sum(n for call, n in entra.directory.calls.items() if "members/$ref" in call) == 1


async def test_what_asks_us_to_wait_is_left_alone_for_so_long(entra: Connected) -> None:
    for person in entra.cast.persons[:3]:
        await ordered(entra, person, MAIL)
    entra.directory.throttle, entra.directory.retry_after = 100, "90"
    await entra.send()
    asked = entra.directory.calls["$batch"]
    assert await entra.send() == 0
    assert entra.directory.calls["$batch"] == asked
    async with entra.database.transaction() as session:
        door = (await session.scalars(select(DeliveryTarget))).one()
        left = select(func.extract("epoch", DeliveryTarget.open_until - func.clock_timestamp()))
        assert 0 < float((await session.execute(left)).scalar_one()) <= 90
        assert door.failures == 0, "it lives"
        assert set(await session.scalars(select(Delivery.attempts))) == {0}, "and it is no try"
    entra.directory.throttle = 0
    await entra.send_all()
    assert all([(await state(entra, person))[0] is State.GRANTED for person in entra.cast.persons[:3]])


async def test_a_no_from_the_system_is_seen_and_can_be_asked_again(entra: Connected) -> None:
    alice = entra.cast.alice
    entra.directory.denies.add("g-intranett")
    await ordered(entra, alice, MAIL)
    await entra.send()
    assert await state(entra, alice) == (State.FAILED, "graph 403")
    entra.directory.denies.clear()
    await ordered(entra, alice, MAIL)
    await entra.send()
    assert await state(entra, alice) == (State.GRANTED, None)


async def test_whoever_has_no_account_is_said_to_have_none(entra: Connected) -> None:
    alice = entra.cast.alice
    entra.directory.users.pop("u1")
    await ordered(entra, alice, MAIL)
    await entra.send()
    assert await state(entra, alice) == (State.FAILED, "no_account")


async def test_an_account_that_was_made_anew_is_found_anew(entra: Connected) -> None:
    alice = entra.cast.alice
    async with entra.database.transaction() as session:
        session.add(TargetAccount(person_id=alice.id, system="entra", ref="long-gone"))
    await ordered(entra, alice, MAIL)
    await entra.send_all()
    assert await state(entra, alice) == (State.GRANTED, None)
    async with entra.database.transaction() as session:
        assert (await session.scalars(select(TargetAccount.ref))).one() == "u1"


async def approved(entra: Connected, person: Person) -> str:
    """Working from home, which the leader must approve and has; the ticket's number."""
    async with entra.database.transaction() as session:
        job = update(Engagement).where(Engagement.person_id == person.id)
        await session.execute(job.values(position_code="9451"))
    number = await ordered(entra, person, VPN)
    async with entra.database.transaction() as session:
        asked = (await session.scalars(select(Approval).where(Approval.subject_id == id_of(number)))).one()
        leif = await load_actor(session, entra.cast.leif.id)
        await decide(session, [asked.id], Answer.APPROVED, None, by=recently(leif))
    return number


async def followed(entra: Connected) -> int:
    async with entra.database.transaction() as session:
        return await follow(session, entra.targets)


async def ticket_of(entra: Connected, number: str) -> Ticket:
    async with entra.database.transaction() as session:
        return (await session.scalars(select(Ticket).where(Ticket.id == id_of(number)))).one()


async def test_what_is_approved_is_given_and_ends_its_ticket(entra: Connected) -> None:
    alice = entra.cast.alice
    number = await approved(entra, alice)
    assert (await state(entra, alice, VPN))[0] is State.REQUESTED
    assert await entra.send() == 0, "nothing leaves before the yes is taken in"
    assert await followed(entra) == 1
    assert await followed(entra) == 0
    await entra.send()
    assert has(entra, alice, VPN)
    assert (await state(entra, alice, VPN))[0] is State.GRANTED
    ticket = await ticket_of(entra, number)
    assert (ticket.status, ticket.resolution) == (Status.RESOLVED, Resolution.SOLVED)
    assert await followed(entra) == 0


async def lose_authority(entra: Connected) -> None:
    async with entra.database.transaction() as session:
        held = update(Delegation).where(Delegation.person_id == entra.cast.leif.id)
        await session.execute(held.values(valid_to=SINCE))


async def change_the_order(entra: Connected) -> None:
    async with entra.database.transaction() as session:
        await session.execute(update(Ticket).values(answers={"name": "Driftskonto for IT"}))


async def change_the_job(entra: Connected) -> None:
    async with entra.database.transaction() as session:
        job = update(Engagement).where(Engagement.person_id == entra.cast.alice.id)
        await session.execute(job.values(position_code="6572"))


VOIDED = {"approver": lose_authority, "changed": change_the_order, "not_wanted": change_the_job}


@pytest.mark.parametrize("when", ["before it is ordered", "before it is given"])
async def test_a_yes_holds_only_for_what_was_asked_from_whoever_may_still_say_it(
    entra: Connected, when: str
) -> None:
    """One at a time, put right in between: each ends visibly, and nothing is given."""
    for reason, change in VOIDED.items():
        async with entra.database.transaction() as session:
            await session.execute(update(Delegation).values(valid_to=None))
        number = await approved(entra, entra.cast.alice)
        if when == "before it is given":
            await followed(entra)
        await change(entra)
        await followed(entra)
        await entra.send()
        assert await state(entra, entra.cast.alice, VPN) == (State.FAILED, reason)
        ticket = await ticket_of(entra, number)
        assert ticket.resolution is Resolution.REJECTED
    assert not has(entra, entra.cast.alice, VPN)
    assert entra.directory.calls == {}, "nobody was asked"


async def test_another_group_than_the_one_that_was_approved_is_another_thing(entra: Connected) -> None:
    await approved(entra, entra.cast.alice)
    before = entra.targets.connections["entra"]
    gives = {**before.gives, VPN: Gives(group="g-admin")}
    changed = Targets({"entra": before.model_copy(update={"gives": gives})})
    async with entra.database.transaction() as session:
        await follow(session, changed)
    assert await state(entra, entra.cast.alice, VPN) == (State.FAILED, "changed")


async def test_what_must_be_shown_is_asked_for_again_as_it_is_given(entra: Connected) -> None:
    """And whether they are here still. An errand that is void says so, and leaves nothing behind."""
    alice, bob = entra.cast.alice, entra.cast.bob
    async with entra.database.transaction() as session:
        paper = Paper(person_id=alice.id, kind=Prerequisite.TAUSHETSERKLAERING, shown_on=SINCE)
        session.add(paper)
    await ordered(entra, alice, "mfa")
    await ordered(entra, bob, MAIL)
    async with entra.database.transaction() as session:
        await session.execute(update(Paper).values(valid_until=SINCE))
    await left(entra, bob)
    await entra.send()
    assert await state(entra, alice, "mfa") == (State.FAILED, "missing")
    assert await state(entra, bob) == (State.FAILED, "not_wanted")
    assert await entra.count(Errand.outcome == Outcome.VOID) == 2
    assert entra.directory.calls == {}, "nobody was asked"


async def test_nobody_but_leaders_of_theirs_orders_and_two_at_once_make_one(entra: Connected) -> None:
    alice = entra.cast.alice
    async with entra.database.transaction() as session:
        truls = await load_actor(session, entra.cast.truls.id)
        with pytest.raises(NotFound):
            await order(session, entra.published, alice.id, MAIL, by=truls, targets=entra.targets)
    outcomes = await asyncio.gather(*(ordered(entra, alice, MAIL) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, str) for each in outcomes) == 1
    assert await entra.count() == 1


async def test_what_is_taken_away_is_asked_for_until_it_is_gone(entra: Connected) -> None:
    alice = entra.cast.alice
    await ordered(entra, alice, MAIL)
    await entra.send()
    await left(entra, alice)
    await taken(entra, alice, MAIL)
    entra.directory.silent = 3
    await entra.send_all(rounds=3)
    entra.directory.throttle = 2
    await entra.send_all()
    assert (await state(entra, alice), has(entra, alice, MAIL)) == ((State.REVOKED, None), False)
