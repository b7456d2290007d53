"""Live update: whoever watches a queue is told that it changed, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.catalogue.published import Published
from app.desk.changes import Changes, changed_queues, end_of_log
from app.desk.stream import signals
from app.events.log import Cursor
from app.identity.me import load_actor
from app.tickets import actions
from app.tickets.actions import NewTicket, open_ticket
from service_catalog.schema import Catalogue, Channel
from sla.load import Sla
from tests.cast import Cast, hire_cast
from tests.conftest import OwnDatabase, publish_shipped
from tests.tickets.asking import PC_BROKEN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(
    own_cluster: OwnDatabase, shipped: tuple[Catalogue, Sla]
) -> tuple[OwnDatabase, Cast, Published]:
    published = await publish_shipped(own_cluster.sessions, shipped)
    async with own_cluster.transaction() as session:
        cast = await hire_cast(session)
    return own_cluster, cast, published


async def ask(house: tuple[OwnDatabase, Cast, Published], **changes: Any) -> str:
    """Alice asks; the number of her ticket, committed."""
    database, cast, published = house
    async with database.transaction() as session:
        by = await load_actor(session, cast.alice.id)
        about: dict[str, Any] = {
            **PC_BROKEN,
            "description": "",
            "requester_id": cast.alice.id,
            "channel": Channel.PORTAL,
            **changes,
        }
        return (await open_ticket(session, NewTicket(**about), by=by, published=published)).number


async def read_on(database: OwnDatabase, cursor: Cursor) -> tuple[Cursor, set[str]]:
    """What changed after the cursor, once no older transaction on the server can overtake it."""
    for _turn in range(100):
        async with database.sessions() as session:
            reached, queues = await changed_queues(session, cursor)
        if queues:
            return reached, queues
        await asyncio.sleep(0.1)
    return cursor, set()


async def test_a_new_ticket_changes_its_units_queue_and_the_first_lines(
    house: tuple[OwnDatabase, Cast, Published],
) -> None:
    async with house[0].sessions() as session:
        cursor = await end_of_log(session)
    await ask(house)
    cursor, queues = await read_on(house[0], cursor)
    assert queues == {"it", "forstelinja"}
    async with house[0].sessions() as session:
        assert (await changed_queues(session, cursor))[1] == set()


async def test_a_ticket_that_moves_changes_both_queues(house: tuple[OwnDatabase, Cast, Published]) -> None:
    database, cast, published = house
    number = await ask(house)
    async with database.sessions() as session:
        cursor = await end_of_log(session)
    async with database.transaction() as session:
        frida = await load_actor(session, cast.frida.id)
        ticket, at = await actions.take_ticket(session, number, by=frida)
        await actions.reroute(session, ticket, unit="eiendom", by=frida, at=at, published=published)
    cursor, queues = await read_on(database, cursor)
    if "it" not in queues:
        # An older transaction elsewhere on the server held the move back: what was read is that the ticket was opened.
        queues |= (await read_on(database, cursor))[1]
    assert {"it", "eiendom"} <= queues


async def test_a_personnel_case_tells_the_first_line_nothing(
    house: tuple[OwnDatabase, Cast, Published],
) -> None:
    async with house[0].sessions() as session:
        cursor = await end_of_log(session)
    answers = {"about": "explain", "month": "oktober 2026", "description": "Hva er trekk?"}
    await ask(house, service="lonnsslipp", answers=answers)
    assert (await read_on(house[0], cursor))[1] == {"lonn"}


async def test_a_watcher_is_told_within_seconds_and_only_that_the_list_changed(
    house: tuple[OwnDatabase, Cast, Published],
) -> None:
    changes = Changes(house[0].sessions)
    stream = signals(changes, "it", lives_for=timedelta(seconds=60))
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(1.5)
    await ask(house)
    told = await asyncio.wait_for(waiting, timeout=50)
    assert (told.event, told.data) == ("list-changed", "it")
    await stream.aclose()  # type: ignore[attr-defined]
    await changes.close()


async def test_a_stream_ends_by_itself_so_that_lost_rights_are_felt(
    house: tuple[OwnDatabase, Cast, Published],
) -> None:
    changes = Changes(house[0].sessions)
    told = [signal async for signal in signals(changes, "it", lives_for=timedelta(seconds=0.2))]
    assert len(told) == 1
    await changes.close()
