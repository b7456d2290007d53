"""Finding people, their leaders, and who may act for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.identity.me import load_actor
from app.people import queries
from app.people.authorities import Holder, leader_beside, professional_holder
from app.people.models import Delegation, Membership, Person
from app.people.ties import record_tie
from service_catalog.schema import Authority
from tests.cast import SINCE, Cast, employ, person

TODAY = datetime.now(UTC).date()


async def found(session: AsyncSession, actor: Person, text: str) -> list[str]:
    refs = await queries.find_persons(session, await load_actor(session, actor.id), text, 10)
    return [ref.name.split()[0] for ref in refs]


@pytest.mark.parametrize(
    ("text", "first_names"),
    [
        ("alice", ["Alice"]),
        ("ALICE  berg", ["Alice"]),
        ("berg al", ["Alice"]),
        ("  ", []),
        ("lice", []),
        ("li", ["Liv", "Truls"]),
        ("%", []),
        ("_", []),
        ("40000002", ["Bob"]),
        ("4000 0002", ["Bob"]),
        ("carol.3@", ["Carol"]),
        ("0002", ["Bob"]),
    ],
)
async def test_people_are_found_by_what_others_know_about_them(
    session: AsyncSession, cast: Cast, text: str, first_names: list[str]
) -> None:
    assert await found(session, cast.frida, text) == first_names


async def test_accents_and_norwegian_letters_do_not_hide_people(session: AsyncSession, cast: Cast) -> None:
    session.add_all([person("Åse-Marie Ødegård", 50), person("Renée Aas", 51)])
    await session.flush()
    assert await found(session, cast.frida, "aase") == ["Åse-Marie"]
    assert await found(session, cast.frida, "marie øde") == ["Åse-Marie"]
    assert await found(session, cast.frida, "renee") == ["Renée"]


async def test_nobody_finds_a_person_with_a_shielded_address(session: AsyncSession, cast: Cast) -> None:
    for searcher in cast.persons:
        assert await found(session, searcher, "sigrid") == []
        assert await found(session, searcher, "40000011") == []
        assert await found(session, searcher, "sigrid.11@") == []


async def test_those_who_left_are_not_found(session: AsyncSession, cast: Cast) -> None:
    cast.alice.active = False
    await session.flush()
    assert await found(session, cast.frida, "alice") == []


async def test_only_agents_find_by_employee_number(session: AsyncSession, cast: Cast) -> None:
    assert await found(session, cast.frida, "100001") == ["Alice"]
    assert await found(session, cast.truls, "100001") == []


async def test_a_person_is_shown_with_the_place_they_work_most(session: AsyncSession, cast: Cast) -> None:
    session.add(employ(cast.alice, cast.skolen, "Helsesykepleier", 20))
    await session.flush()
    ref = await queries.person_ref(session, cast.alice.id)
    assert (ref.name, ref.org_unit_name) == ("Alice Berg", "Solbakken sykehjem")
    unit = await queries.main_org_unit(session, cast.alice.id)
    assert unit is not None
    assert unit.id == cast.solbakken.id


async def test_an_engagement_counts_from_its_first_day_to_its_last(session: AsyncSession, cast: Cast) -> None:
    newcomer = person("Nora Vik", 60)
    session.add(newcomer)
    await session.flush()
    future = employ(newcomer, cast.skolen, "Lærer")
    future.starts_on = TODAY + timedelta(days=2)
    past = employ(newcomer, cast.stab, "Rådgiver")
    past.ends_on = TODAY - timedelta(days=2)
    session.add_all([future, past])
    await session.flush()
    assert await queries.main_org_unit(session, newcomer.id) is None
    assert (await queries.person_ref(session, newcomer.id)).org_unit_name is None


async def test_a_person_that_does_not_exist_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await queries.person_ref(session, 0)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("alice", True),
        ("leif", True),
        ("liv", True),
        ("dagny", True),
        ("oda", True),
        ("bob", True),
        ("frida", True),
        ("truls", False),
        ("sigrid", False),
    ],
)
async def test_who_may_order_for_alice(session: AsyncSession, cast: Cast, who: str, may: bool) -> None:
    actor = await load_actor(session, getattr(cast, who).id)
    assert await queries.may_order_for(session, actor, cast.alice.id) is may


async def test_a_bestiller_orders_for_nobody_outside_the_unit(session: AsyncSession, cast: Cast) -> None:
    oda = await load_actor(session, cast.oda.id)
    assert not await queries.may_order_for(session, oda, cast.truls.id)
    assert not await queries.may_order_for(session, oda, cast.liv.id)


async def test_nobody_orders_for_somebody_who_does_not_exist(session: AsyncSession, cast: Cast) -> None:
    for who in (cast.frida, cast.leif):
        assert not await queries.may_order_for(session, await load_actor(session, who.id), 0)


async def test_an_authority_is_held_for_its_scope_and_while_it_lasts(
    session: AsyncSession, cast: Cast
) -> None:
    yesterday = TODAY - timedelta(days=2)
    session.add_all(
        [
            Delegation(person_id=cast.oda.id, authority=Authority.BUDGET, scope="4100", valid_from=SINCE),
            Delegation(
                person_id=cast.truls.id,
                authority=Authority.BUDGET,
                scope="4100",
                valid_from=SINCE,
                valid_to=yesterday,
            ),
            Delegation(
                person_id=cast.bob.id,
                authority=Authority.BUDGET,
                scope="4100",
                valid_from=TODAY + timedelta(days=3),
            ),
        ]
    )
    await session.flush()
    assert await queries.holders(session, Authority.BUDGET, "4100") == [cast.leif.id, cast.oda.id]
    assert await queries.holders(session, Authority.PERSONAL, "solbakken") == [cast.leif.id]
    assert await queries.holders(session, Authority.BUDGET, "9999") == []


async def test_the_agents_and_leads_of_a_unit(session: AsyncSession, cast: Cast) -> None:
    assert [ref.name for ref in await queries.agents_of(session, "it")] == ["Bob Dahl", "Stein Nes"]
    assert await queries.leads_of(session, "it") == [cast.stein.id]
    assert await queries.leads_of(session, "arkiv") == []


async def test_percent_decides_the_main_place_before_age(session: AsyncSession, cast: Cast) -> None:
    bigger = employ(cast.alice, cast.skolen, "Helsesykepleier")
    bigger.percent, bigger.starts_on = Decimal(81), TODAY
    session.add(bigger)
    await session.flush()
    unit = await queries.main_org_unit(session, cast.alice.id)
    assert unit is not None
    assert unit.id == cast.skolen.id


async def test_a_whole_name_finds_everybody_of_just_that_name_and_nobody_shielded(
    session: AsyncSession, cast: Cast
) -> None:
    session.add(person("Alice Berg", 61))
    await session.flush()
    assert len(await queries.persons_called(session, "alice berg")) == 2
    assert await queries.persons_called(session, cast.bob.name) == [cast.bob.id]
    assert await queries.persons_called(session, "Alice") == []
    assert await queries.persons_called(session, cast.sigrid.name) == []


async def test_the_unit_s_field_is_answered_for_by_a_lead_who_stands_near_nobody_it_concerns(
    session: AsyncSession, cast: Cast
) -> None:
    able = [cast.carol, cast.bob, cast.liv]
    session.add_all(
        Delegation(person_id=each.id, authority=Authority.PROFESSIONAL, scope="hr", valid_from=SINCE)
        for each in able
    )
    session.add(Membership(person_id=cast.bob.id, unit="hr", lead=True))
    await session.flush()

    async def asked(*concerned: Person, passed_by: tuple[Person, ...] = ()) -> str | None:
        holder = await professional_holder(
            session,
            "hr",
            concerned=[each.id for each in concerned],
            passed_by=[each.id for each in passed_by],
        )
        return next((each.name for each in able if holder and each.id == holder.person_id), None)

    assert await asked(cast.alice) == cast.bob.name
    assert await asked(cast.alice, passed_by=(cast.bob,)) != cast.bob.name
    await record_tie(session, cast.alice.id, by=await load_actor(session, cast.bob.id))
    assert await asked(cast.alice) not in (None, cast.bob.name)
    assert await asked(*able) is None
    beside = await leader_beside(session, "hr", concerned=[each.id for each in able])
    assert beside == Holder(cast.stein.id, "stab"), "nobody of the unit may answer: the leader of its lead"
    above = await leader_beside(session, "hr", concerned=[cast.stein.id])
    assert above == Holder(cast.dagny.id, "fjordvik")
