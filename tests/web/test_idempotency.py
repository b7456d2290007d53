from __future__ import annotations

from datetime import timedelta

import anyio
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Invalid, Stale
from app.identity.actor import Actor
from app.web.etag import VersionRequired, expected_version
from app.web.idempotency import Answered, forget_old_keys, once_for
from app.web.models import IdempotencyKey
from tests.cast import Cast, hire_cast
from tests.conftest import OwnDatabase


def _actor(cast: Cast) -> Actor:
    return Actor(person_id=cast.alice.id, name=cast.alice.name)


async def test_the_first_goes_on_and_the_second_gets_the_same_answer(
    session: AsyncSession, cast: Cast
) -> None:
    first = once_for(session, _actor(cast), route="POST /x", key="k", body=b"1")
    assert await first.begin() is None
    await first.finish(status=201, location="/x/1")
    again = once_for(session, _actor(cast), route="POST /x", key="k", body=b"1")
    assert await again.begin() == Answered(201, "/x/1")


async def test_the_same_key_with_another_body_is_refused(session: AsyncSession, cast: Cast) -> None:
    assert await once_for(session, _actor(cast), route="POST /x", key="k", body=b"1").begin() is None
    with pytest.raises(Invalid, match="other_body"):
        await once_for(session, _actor(cast), route="POST /x", key="k", body=b"2").begin()


async def test_a_key_belongs_to_one_person_and_one_route(session: AsyncSession, cast: Cast) -> None:
    bob = Actor(person_id=cast.bob.id, name=cast.bob.name)
    assert await once_for(session, _actor(cast), route="POST /x", key="k", body=b"1").begin() is None
    assert await once_for(session, bob, route="POST /x", key="k", body=b"2").begin() is None
    assert await once_for(session, _actor(cast), route="POST /y", key="k", body=b"3").begin() is None


@pytest.mark.parametrize("key", ["", "x" * 201, "å", "a\nb", "\x00"])
async def test_a_key_is_ordinary_characters(session: AsyncSession, cast: Cast, key: str) -> None:
    with pytest.raises(Invalid, match="bad_key"):
        once_for(session, _actor(cast), route="POST /x", key=key, body=b"1")


async def test_keys_are_forgotten_after_seven_days(session: AsyncSession, cast: Cast) -> None:
    await once_for(session, _actor(cast), route="POST /x", key="k", body=b"1").begin()
    made_at = (await session.scalars(select(IdempotencyKey.created_at))).one()
    await forget_old_keys(session, at=made_at + timedelta(days=6))
    assert await session.scalar(select(func.count(IdempotencyKey.id))) == 1
    await forget_old_keys(session, at=made_at + timedelta(days=8))
    assert await session.scalar(select(func.count(IdempotencyKey.id))) == 0


async def test_ten_twins_at_once_make_one(own_database: OwnDatabase) -> None:
    async with own_database.transaction() as session:
        alice = _actor(await hire_cast(session))
    created: list[str] = []
    answers: list[Answered] = []

    async def create(number: int) -> None:
        async with own_database.transaction() as session:
            once = once_for(session, alice, route="POST /x", key="k", body=b"1")
            answered = await once.begin()
            if answered is not None:
                answers.append(answered)
                return
            await anyio.sleep(0.05)
            created.append(f"/x/{number}")
            await once.finish(status=201, location=f"/x/{number}")

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(create, number)
    assert len(created) == 1
    assert answers == [Answered(201, created[0])] * 9


async def test_when_the_first_fails_its_twin_goes_on(own_database: OwnDatabase) -> None:
    async with own_database.transaction() as session:
        alice = _actor(await hire_cast(session))

    async def fail() -> None:
        async with own_database.transaction() as session:
            await once_for(session, alice, route="POST /x", key="k", body=b"1").begin()
            raise RuntimeError("the create failed")

    with pytest.raises(RuntimeError):
        await fail()
    async with own_database.transaction() as session:
        assert await once_for(session, alice, route="POST /x", key="k", body=b"1").begin() is None


async def test_a_change_says_which_version_it_read() -> None:
    assert await expected_version('"7"') == 7
    assert await expected_version("*") is None
    with pytest.raises(VersionRequired):
        await expected_version(None)


@pytest.mark.parametrize("tag", ["7", 'W/"7"', '"x"', '""', '"7", "8"', '"99999999999999999999"', '"²"'])
async def test_a_tag_that_cannot_be_ours_never_matches(tag: str) -> None:
    with pytest.raises(Stale):
        await expected_version(tag)
