"""Rebuilding finds every row that is not what its events say, and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.clocks.models import ClockRow
from app.clocks.rebuild import rebuild
from app.database.session import Sessions
from app.identity.me import load_actor
from tests.cast import Cast
from tests.clocks.stories import open_one

SPOILED: dict[str, dict[str, Any]] = {
    "due too late": {"due_at": text("due_at + interval '1 microsecond'")},
    "next forgotten": {"next_at": None},
    "stopped": {"state": "met"},
    "another target": {"target": timedelta(minutes=1)},
    "another priority": {"priority": "critical"},
    "breached": {"breached_at": text("due_at")},
}


async def test_spoiled_rows_are_found_all_of_them_and_no_others(
    sessions: Sessions, cast: Cast, published: Published
) -> None:
    async with sessions() as session:
        alice = await load_actor(session, cast.alice.id)
        for _ in range(len(SPOILED) + 2):
            await open_one(session, alice, published)
        await session.commit()
        clocks = (await session.scalars(select(ClockRow.id).order_by(ClockRow.id))).all()
        right = await snapshot(session)
        spoiled = []
        for values, clock_id in zip(SPOILED.values(), clocks[1::2], strict=False):
            await session.execute(update(ClockRow).where(ClockRow.id == clock_id).values(values))
            spoiled.append(clock_id)
        await session.commit()
    assert len(spoiled) == len(SPOILED)
    looked = await rebuild(sessions, repair=False)
    assert (looked.read, looked.different) == (len(clocks), spoiled)
    assert (await rebuild(sessions)).different == spoiled
    assert (await rebuild(sessions)).different == []
    async with sessions() as session:
        assert await snapshot(session) == right


async def snapshot(session: AsyncSession) -> Any:
    return (await session.execute(text("SELECT * FROM clocks ORDER BY id"))).all()
