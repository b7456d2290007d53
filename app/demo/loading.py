"""The load itself: the catalogue published, people hired, days told and copied."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing import get_context, parent_process
from random import Random

import asyncpg

from app.agreements.publishing import publish
from app.catalogue.published import Published, load_published
from app.database.session import make_engine, make_sessions, transaction
from app.demo.access import access_rows
from app.demo.copying import (
    Connection,
    continue_numbering,
    copy_access,
    copy_people,
    copy_tickets,
    copy_time_on_forms,
    hurry,
    tidy,
)
from app.demo.fill import Scale
from app.demo.journeys import write_journeys
from app.demo.people import FULL, SMALL, People, Size, hire
from app.demo.pressure import ORDINARY, Demand, Pressure, Trouble, pressure_of
from app.demo.rhythm import counts_by_day, is_open_on, mixes, unit_shares
from app.demo.rows import Rows
from app.demo.teller import FIRST_TICKET, DayPlan, Teller, office_hours
from app.settings import Settings
from sla.zone import day_of

SEED = 4627


@dataclass(frozen=True)
class Extent:
    """How much of a municipality is made."""

    size: Size
    tickets: int
    days: int
    cast_weight: float
    """How often one of the people to try asks, an ordinary employee being 1."""


EXTENTS: dict[Scale, Extent] = {
    "small": Extent(SMALL, 3_000, 182, 3.0),
    "full": Extent(FULL, 1_000_000, 3 * 365, 1.5),
    "ten-thousand": Extent(FULL, 10_000, 60, 1.5),
    "thirty-thousand": Extent(SMALL, 30_000, 240, 3.0),
}
STRETCH = 4_000
"""Tickets in one transaction of a large load, about."""


async def load(
    connection: Connection,
    owner_url: str,
    scale: Scale,
    *,
    at: datetime,
    settings: Settings,
    trouble: Trouble = ORDINARY,
) -> None:
    """Everything of this scale as of `at`, into an empty database."""
    published = await _publish(owner_url, settings, at)
    teller = make_teller(scale, published, at, trouble)
    async with connection.transaction():
        await hurry(connection)
        await copy_people(connection, teller.people)
        # Chance of its own, so that the people and their tickets stay who and what they were.
        access = access_rows(published.catalogue.access, teller.people, Random(SEED + 5), at)
        await copy_access(connection, access)
        if scale == "small":
            await write_journeys(connection, published, teller.people, at)
        if scale != "full":
            await copy_tickets(connection, rows_of(teller, plans(scale, published, at, trouble)))
    if scale == "full":
        await _load_side_by_side(owner_url, scale, published, at, trouble)
    await copy_time_on_forms(connection, at)
    await continue_numbering(connection)
    await tidy(connection, vacuum=scale == "full")


def make_teller(scale: Scale, published: Published, at: datetime, trouble: Trouble = ORDINARY) -> Teller:
    extent = EXTENTS[scale]
    people: People = hire(extent.size, Random(SEED), day_of(at))
    total = sum(plan.count for plan in plans(scale, published, at, trouble))
    pressure = _pressure(scale, published, at, trouble)
    return Teller(published, people, at, SEED, total, extent.cast_weight, pressure)


def plans(scale: Scale, published: Published, at: datetime, trouble: Trouble = ORDINARY) -> list[DayPlan]:
    """How many tickets each day has, up to the day of the anchor, and their numbers."""
    begins = trouble.begins_on(day_of(at))
    found, number = [], FIRST_TICKET
    for day, ordinary in _ordinary(scale, published, at):
        count = round(ordinary * trouble.inflow) if day >= begins else ordinary
        found.append(DayPlan(day, count, number))
        number += count
    return found


def _ordinary(scale: Scale, published: Published, at: datetime) -> list[tuple[date, int]]:
    """How many each day has when nothing goes wrong; together the extent's tickets."""
    extent = EXTENTS[scale]
    last = day_of(at)
    return counts_by_day(last - timedelta(days=extent.days), last, extent.tickets, office_hours(published))


def _pressure(scale: Scale, published: Published, at: datetime, trouble: Trouble) -> Pressure:
    office = office_hours(published)
    shares = [unit_shares(mix) for mix in mixes(published.catalogue)]
    asked = {plan.day: plan.count for plan in plans(scale, published, at, trouble)}
    demands = [
        Demand(
            day,
            {unit: share * asked[day] for unit, share in shares[day.month - 1].items()},
            {unit: share * expected for unit, share in shares[day.month - 1].items()},
            is_open_on(day, office),
        )
        for day, expected in _ordinary(scale, published, at)
    ]
    return pressure_of(demands, seed=SEED, trouble=trouble)


def rows_of(teller: Teller, days: Sequence[DayPlan]) -> Rows:
    rows = Rows()
    # Rows only pile up here and none is in a cycle: the collector would search them all, again and again.
    gc.disable()
    try:
        for plan in days:
            for story in teller.tell(plan):
                rows.add(story, teller.published)
    finally:
        gc.enable()
    return rows


def stretches(days: Sequence[DayPlan]) -> Iterator[list[DayPlan]]:
    stretch: list[DayPlan] = []
    for plan in days:
        stretch.append(plan)
        if sum(each.count for each in stretch) >= STRETCH:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


async def _publish(owner_url: str, settings: Settings, at: datetime) -> Published:
    from service_catalog.load import load_catalogue
    from sla.load import load_sla

    catalogue, sla = load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder)
    engine = make_engine(owner_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            await publish(session, catalogue, sla, by="demo", at=at)
            return await load_published(session)
    finally:
        await engine.dispose()


async def _load_side_by_side(
    owner_url: str, scale: Scale, published: Published, at: datetime, trouble: Trouble
) -> None:
    """One process per core, each telling and copying stretches of days of its own."""
    loop = asyncio.get_running_loop()
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(
        cores, mp_context=get_context("spawn"), initializer=_begin, initargs=(owner_url, scale, at, trouble)
    ) as pool:
        days = plans(scale, published, at, trouble)
        work = [loop.run_in_executor(pool, _load, stretch) for stretch in stretches(days)]
        await asyncio.gather(*work)


_teller: Teller | None = None
_url = ""


def _begin(owner_url: str, scale: Scale, at: datetime, trouble: Trouble) -> None:
    """Once per process of a large load; it does not go on when whoever asked for it was killed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _teller, _url
    _url = owner_url
    _teller = make_teller(scale, asyncio.run(_newest(owner_url)), at, trouble)


def _end_with_parent() -> None:
    asked_by = parent_process()
    assert asked_by is not None
    asked_by.join()
    os._exit(1)


async def _newest(owner_url: str) -> Published:
    engine = make_engine(owner_url, pool_size=None)
    try:
        async with make_sessions(engine)() as session:
            return await load_published(session)
    finally:
        await engine.dispose()


def _load(days: list[DayPlan]) -> None:
    assert _teller is not None
    asyncio.run(_copy(rows_of(_teller, days)))


async def _copy(rows: Rows) -> None:
    connection = await asyncpg.connect(_url)
    try:
        async with connection.transaction():
            await hurry(connection)
            await copy_tickets(connection, rows)
    finally:
        await connection.close()
