"""The plan carries itself out, and other systems are read back: in time, never past a stop, and told when it is late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.access.following import follow
from app.access.keeping import Kept, _taken_at_once, alarm, keep, open_stop, release
from app.access.models import Errand, Grant, GrantOrder, TargetAccount, TargetReading, Way
from app.access.ordering import take_dangerous
from app.access.plan import AHEAD, Origin, State
from app.access.reconciling import Read, reconcile
from app.errors import Conflict, NotFound
from app.identity.me import load_actor
from app.people.models import Engagement, Person
from app.tickets.models import Ticket
from tests.access.connected import MAIL, Connected
from tests.access.test_targets import has, left, ordered, state


async def kept(entra: Connected, *, most: int = 100, in_tickets: bool = False) -> Kept:
    return await keep(entra.database.sessions, entra.targets, in_tickets=in_tickets, most_taken=most)


async def read(entra: Connected) -> Read | None:
    return await reconcile(entra.database.sessions, entra.targets, entra.provisioners["entra"], "entra")


async def begins(entra: Connected, person: Person, days: int) -> None:
    async with entra.database.transaction() as session:
        job = update(Engagement).where(Engagement.person_id == person.id)
        await session.execute(job.values(starts_on=func.current_date() + days))


async def test_whoever_begins_gets_what_the_job_gives_in_time_and_loses_it_when_they_leave(
    entra: Connected,
) -> None:
    """Everybody else at once; nothing that must be approved, nothing for whoever begins later."""
    alice, bob, people = entra.cast.alice, entra.cast.bob, len(entra.cast.persons)
    await begins(entra, alice, AHEAD.days)
    await begins(entra, bob, AHEAD.days + 1)
    assert (await kept(entra)).given == 0, "before it is known what they have there"
    await read(entra)
    round_ = await kept(entra)
    # The account and the intranet; two-factor sign-in asks for a paper, and the account is open already.
    assert (round_.people, round_.given, round_.taken) == (people, people - 1, 0)
    assert (await kept(entra)).given == 0, "twice changes nothing"
    await entra.send_all()
    assert has(entra, alice, MAIL)
    assert not has(entra, bob, MAIL)
    await begins(entra, alice, -40)
    await left(entra, alice)
    assert (await kept(entra)).taken == 2
    await entra.send_all()
    assert not has(entra, alice, MAIL)
    assert (await state(entra, alice))[0] is State.REVOKED
    assert (await state(entra, alice, "konto"))[0] is State.REVOKED
    assert "u1" in entra.directory.shut
    async with entra.database.transaction() as session:
        assert (await session.scalars(select(Ticket))).all() == []


async def test_what_is_dangerous_goes_at_once_on_request_and_does_not_come_back_by_itself(
    entra: Connected,
) -> None:
    """Asked for by whoever leads them, and by nobody else; what is not dangerous stays."""
    alice = entra.cast.alice
    async with entra.database.transaction() as session:
        at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        for key in ("administrator", "lonn-kjoring", MAIL):
            grant = Grant(
                person_id=alice.id,
                entitlement=key,
                state=State.GRANTED,
                origin=Origin.ROLE,
                last_event_at=at,
            )
            session.add(grant)
        leif, truls, self_ = [
            await load_actor(session, person.id)
            for person in (entra.cast.leif, entra.cast.truls, entra.cast.alice)
        ]
    entra.directory.groups["g-admin"].add("u1")
    for nobody in (truls, self_):
        async with entra.database.transaction() as session:
            with pytest.raises(NotFound):
                await take_dangerous(session, entra.published, alice.id, by=nobody, targets=entra.targets)
    async with entra.database.transaction() as session:
        taken = await take_dangerous(session, entra.published, alice.id, by=leif, targets=entra.targets)
        assert taken == 2
    await entra.send_all()
    assert entra.directory.groups["g-admin"] == set()
    assert (await state(entra, alice, "administrator")) == (State.REVOKED, "at_once")
    assert (await state(entra, alice))[0] is State.GRANTED
    async with entra.database.transaction() as session:
        assert (await session.scalars(select(Ticket.unit))).all() == ["lonn"], (
            "by hand where it is not connected"
        )
        assert await _taken_at_once(session) == {(alice.id, "administrator")}


async def test_too_much_at_once_is_stopped_until_somebody_has_looked(entra: Connected) -> None:
    for person in entra.cast.persons[:4]:
        await ordered(entra, person, MAIL)
    await entra.send_all()
    await read(entra)
    for person in entra.cast.persons[:4]:
        await left(entra, person)
    stopped = await kept(entra, most=3)
    assert (stopped.taken, stopped.stopped) == (0, 8)
    async with entra.database.transaction() as session:
        stop = await open_stop(session)
        assert stop is not None
        stein = await load_actor(session, entra.cast.stein.id)
        with pytest.raises(Conflict):
            await release(session, by=stein, seen=7)
        await release(session, by=stein, seen=8)
    await left(entra, entra.cast.persons[4])
    assert (await kept(entra, most=3)).taken == 0, "more than was looked at"
    async with entra.database.transaction() as session:
        await release(session, by=stein, seen=9)
    assert (await kept(entra, most=3)).taken == 9
    async with entra.database.transaction() as session:
        assert await open_stop(session) is None


async def test_what_is_not_gone_in_a_quarter_of_an_hour_is_given_to_people_too(entra: Connected) -> None:
    """And the system is asked on; what it does at last ends their ticket."""
    alice = entra.cast.alice
    await ordered(entra, alice, MAIL)
    await entra.send_all()
    await read(entra)
    await left(entra, alice)
    await kept(entra)
    entra.directory.throttle = 100
    await entra.send()
    async with entra.database.transaction() as session:
        assert await alarm(session) == 0, "not yet"
        await session.execute(
            update(Errand).values(ordered_at=func.clock_timestamp() - timedelta(minutes=16))
        )
    async with entra.database.transaction() as session:
        assert await alarm(session) == 2
    async with entra.database.transaction() as session:
        assert await alarm(session) == 0, "once"
        units = set(await session.scalars(select(Ticket.unit)))
        ways = set(await session.scalars(select(GrantOrder.way)))
    assert (units, ways) == ({"it"}, {Way.TAKE})
    entra.directory.throttle = 0
    await entra.send_all()
    assert not has(entra, alice, MAIL)
    async with entra.database.transaction() as session:
        assert set(await session.scalars(select(Ticket.resolution))) == {"solved"}
        assert await follow(session, entra.targets) == 0


async def test_what_stands_outside_is_found_and_what_is_gone_is_missed(entra: Connected) -> None:
    """Page by page, with a wait in between; what is being given meanwhile is neither."""
    alice, bob, carol, truls = (getattr(entra.cast, name) for name in ("alice", "bob", "carol", "truls"))
    for person in (alice, bob):
        await ordered(entra, person, MAIL)
    await entra.send_all()
    intranet, administrators = entra.directory.groups["g-intranett"], entra.directory.groups["g-admin"]
    intranet.discard("u1")
    intranet.add("u3")
    administrators.update({"u10", "u99"})
    entra.directory.users["u99"] = "999999"
    entra.directory.throttle, entra.directory.retry_after = 1, "1"
    await ordered(entra, truls, MAIL)
    result = await read(entra)
    assert result is not None
    people = len(entra.cast.persons)
    assert (result.lost, result.found - people, result.strangers) == (1, 2, {"u99"}), "and every open account"
    assert await state(entra, alice) == (State.FAILED, "lost")
    assert (await state(entra, bob))[0] is State.GRANTED
    assert (await state(entra, truls))[0] is State.ORDERED
    grant = await entra.grant(carol, MAIL)
    assert grant is not None
    assert (grant.state, grant.origin) == (State.GRANTED, Origin.FOUND)
    again = await read(entra)
    assert again is not None
    assert (again.lost, again.found) == (0, 0)
    assert (await kept(entra)).taken == 0, "people look at what was found"
    intranet.add("u1")
    administrators.discard("u10")
    back = await read(entra)
    assert back is not None
    assert (back.back, back.lost) == (1, 1)
    assert (await state(entra, truls, "administrator"))[0] is State.REVOKED


async def test_half_an_answer_concludes_nothing_and_an_empty_system_takes_nothing(entra: Connected) -> None:
    for person in entra.cast.persons:
        await ordered(entra, person, MAIL)
    await entra.send_all(rounds=30)
    entra.directory.throttle, entra.directory.retry_after = 1, "600"
    assert await read(entra) is None
    async with entra.database.transaction() as session:
        reading = (await session.scalars(select(TargetReading))).one()
        assert (reading.reason, reading.read_at) == ("graph 429", None)
        at = func.clock_timestamp() - timedelta(minutes=1)
        many = [
            Grant(
                person_id=person.id,
                entitlement="mfa",
                state=State.GRANTED,
                origin=Origin.ROLE,
                last_event_at=at,
            )
            for person in entra.cast.persons
        ]
        session.add_all(many)
        # More people than the cast has.
        for number in range(20):
            person = Person(
                issuer="x", subject=f"s{number}", name="N N", sort_key="n", employee_number=f"77{number:03d}"
            )
            session.add(person)
            await session.flush()
            grant = Grant(
                person_id=person.id,
                entitlement="mfa",
                state=State.GRANTED,
                origin=Origin.ROLE,
                last_event_at=at,
            )
            session.add(grant)
    result = await read(entra)
    assert result is not None
    assert (result.held_back, result.lost) == (20 + len(entra.cast.persons), 0)
    assert (await state(entra, entra.cast.alice, "mfa"))[0] is State.GRANTED
    async with entra.database.transaction() as session:
        known = (await session.scalars(select(func.count()).select_from(TargetAccount))).one()
    assert known == len(entra.cast.persons)
