"""Everything new in a session is written by one statement, as the ORM would have written it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.clocks.compute import ClockState
from app.clocks.models import ClockRow
from app.clocks.promised import ClockKind
from app.database.together import insert_together
from app.deliveries.models import Delivery
from app.deliveries.queue import delivery
from app.people.models import OrgUnit

AT = datetime(2026, 3, 2, 8, 15, 0, 123456, tzinfo=UTC)


def a_unit(key: str, **more: object) -> OrgUnit:
    words = {
        "name": f"Ærlig «{key}»\n\\x",
        "sort_key": key,
        "area": "org",
        "ansvar": "1000",
        "tjeneste": "120",
    }
    return OrgUnit(key=key, **words, **more)


def a_clock(**more: object) -> ClockRow:
    given = {
        "subject_kind": "ticket",
        "subject_id": 1,
        "kind": ClockKind.SOLUTION,
        "catalogue_version": 1,
        "agreement": "standard",
        "agreement_version": 1,
        "calendar": "kontortid",
        "priority": "normal",
        "target": timedelta(hours=37, microseconds=1),
        "used": timedelta(),
        "state": ClockState.RUNNING,
        "started_at": AT,
        "last_event_at": AT,
    }
    return ClockRow(**given | more)


async def test_each_value_comes_back_as_it_was(session: AsyncSession) -> None:
    unit = a_unit("together", id=900_001)
    session.add_all([unit, a_clock()])
    await insert_together(session)
    session.expunge_all()
    assert (await session.get_one(OrgUnit, 900_001)).name == unit.name
    clock = (await session.scalars(select(ClockRow).where(ClockRow.subject_id == 1))).one()
    assert (clock.target, clock.started_at, clock.due_at) == (timedelta(hours=37, microseconds=1), AT, None)
    assert clock.event_seq == 0, "a default of the model counts as when the ORM writes"


async def test_it_is_one_statement(session: AsyncSession) -> None:
    session.add_all([a_unit("a", id=900_001), a_unit("b", id=900_002, parent_id=900_001), a_clock()])
    statements: list[str] = []
    event.listen(
        session.sync_session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2])
    )
    await insert_together(session, once={Delivery: [delivery("t", key="k", payload={"n": 1})]})
    assert len([each for each in statements if "SAVEPOINT" not in each]) == 1
    assert not session.new


async def test_a_row_with_an_id_of_its_own_stays_in_the_session(session: AsyncSession) -> None:
    unit = a_unit("kept", id=900_001)
    session.add(unit)
    await insert_together(session)
    unit.name = "Nytt navn"
    await session.flush()
    session.expunge_all()
    assert (await session.get_one(OrgUnit, 900_001)).name == "Nytt navn"


async def test_what_may_be_there_already_changes_nothing(session: AsyncSession) -> None:
    for payload in ({"n": 1}, {"n": 2}):
        await insert_together(session, once={Delivery: [delivery("t", key="same", payload=payload)]})
    found = (await session.scalars(select(Delivery).where(Delivery.key == "same"))).one()
    assert found.payload == {"n": 1}


async def test_it_stands_or_falls_together(session: AsyncSession) -> None:
    nested = await session.begin_nested()
    session.add_all([a_clock(), a_unit("orphan", id=900_001, parent_id=999_999)])
    with pytest.raises(IntegrityError):
        await insert_together(session)
    await nested.rollback()
    session.expunge_all()
    assert await session.scalar(select(func.count()).select_from(ClockRow)) == 0
