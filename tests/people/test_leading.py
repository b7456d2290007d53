"""Who leads whom is one rule, told from both sides: the job names its leader, and the leader has it among their own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.people.leading import leader_of, leader_of_job, nearest_led
from app.people.models import Engagement, OrgUnit, Person
from tests.cast import Cast

pytestmark = pytest.mark.anyio


async def led(session: AsyncSession, cast: Cast) -> Mapping[int, int | None]:
    """By person: who leads them, as both sides say it."""
    jobs = (await session.execute(select(Engagement.id, Engagement.person_id))).all()
    from_above: dict[int, int | None] = dict.fromkeys(row.person_id for row in jobs)
    for somebody in cast.persons:
        query = select(Engagement.person_id).where(nearest_led(somebody.id))
        if somebody.active:
            from_above |= dict.fromkeys(await session.scalars(query), somebody.id)
    from_below = {row.person_id: await leader_of_job(session, row.id) for row in jobs}
    assert from_above == from_below
    assert from_below == {row.person_id: await leader_of(session, row.person_id) for row in jobs}
    return from_below


async def test_it_is_whoever_leads_the_place_or_the_nearest_above_and_never_oneself(
    session: AsyncSession, cast: Cast
) -> None:
    found = await led(session, cast)
    assert found[cast.alice.id] == cast.leif.id
    assert found[cast.leif.id] == cast.liv.id
    assert found[cast.liv.id] == cast.dagny.id
    assert found[cast.truls.id] == cast.dagny.id, "nobody leads his school, nor what is above it"
    assert found[cast.dagny.id] is None


async def test_who_is_named_on_the_job_comes_first_and_who_has_left_leads_nobody(
    session: AsyncSession, cast: Cast
) -> None:
    await session.execute(
        update(Engagement).where(Engagement.person_id == cast.alice.id).values(leader_id=cast.stein.id)
    )
    assert (await led(session, cast))[cast.alice.id] == cast.stein.id
    cast.stein.active = False
    await session.flush()
    assert (await led(session, cast))[cast.alice.id] == cast.leif.id
    cast.leif.active = False
    await session.flush()
    assert (await led(session, cast))[cast.alice.id] == cast.liv.id


async def test_who_leads_two_places_above_one_another_is_led_from_above_both(
    session: AsyncSession, cast: Cast
) -> None:
    await session.execute(
        update(OrgUnit)
        .where(OrgUnit.id.in_([cast.helse.id, cast.solbakken.id]))
        .values(leader_id=cast.leif.id)
    )
    found = await led(session, cast)
    assert found[cast.leif.id] == cast.dagny.id
    assert found[cast.alice.id] == cast.leif.id
    assert (await session.get_one(Person, cast.dagny.id)).active
