"""Filling an empty database with a believable municipality; a filled one is left as it is."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import Literal

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published, load_published, publish
from app.database.session import make_engine, make_sessions, transaction
from app.demo.cast import CAST
from app.demo.copying import (
    continue_numbering,
    copy_people,
    copy_tickets,
    empty,
    filled_at,
    hurry,
    mark_filled,
    tidy,
)
from app.demo.people import FULL, ISSUER, SMALL, People, Size, hire
from app.demo.rhythm import OSLO, counts_by_day
from app.demo.rows import Rows
from app.demo.teller import FIRST_TICKET, DayPlan, Teller, office_hours
from app.people.models import Person
from app.settings import Settings, get_settings

SEED = 4627
Scale = Literal["small", "full", "ten-thousand"]
"""`ten-thousand`: everybody of full, and few tickets: what the bench compares a million with."""


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
}
STRETCH = 4_000
"""Tickets in one transaction of a large load, about."""


@dataclass(frozen=True)
class Summary:
    """What stands in the database after `fill`."""

    scale: Scale
    anchor: datetime
    people: int
    org_units: int
    tickets: int
    seconds: float
    already_there: bool


class CannotFill(Exception):
    """The database holds something that this program did not finish putting there."""


@dataclass(frozen=True)
class DemoPerson:
    """Somebody the demo's chooser offers."""

    person_id: int
    name: str
    part: str
    place: str
    try_this: str


async def fill(owner_url: str, scale: Scale, *, at: datetime, settings: Settings | None = None) -> Summary:
    """Publish the catalogue and load people and tickets as of `at`. On a filled database nothing changes.

    The same `scale` and `at` give the same rows. Needs the owner's URL: the application's role may not set sequences.
    """
    began = perf_counter()
    connection = await asyncpg.connect(owner_url)
    try:
        before = await filled_at(connection)
        if before is not None:
            return await _summary(connection, scale, before, began, already_there=True)
        if await connection.fetchval("SELECT EXISTS (SELECT FROM persons)"):
            raise CannotFill(
                "Databasen har innhold fra før. Bruk «skranke demo --reset» for å begynne på nytt."
            )
        published = await _publish(owner_url, settings or get_settings())
        teller = make_teller(scale, published, at)
        async with connection.transaction():
            await hurry(connection)
            await copy_people(connection, teller.people)
            if scale != "full":
                await copy_tickets(connection, rows_of(teller, plans(scale, published, at)))
        if scale == "full":
            await _load_side_by_side(owner_url, scale, published, at)
        await continue_numbering(connection)
        await mark_filled(connection, at)
        await tidy(connection, vacuum=scale == "full")
        return await _summary(connection, scale, at, began, already_there=False)
    finally:
        await connection.close()


async def reset(owner_url: str, settings: Settings) -> None:
    """Empty the database. Only in a demo, whatever the caller believes."""
    if not settings.demo:
        raise CannotFill("--reset finnes bare i demoen (SKRANKE_DEMO=1).")
    connection = await asyncpg.connect(owner_url)
    try:
        await empty(connection)
    finally:
        await connection.close()


async def people_to_try(session: AsyncSession) -> list[DemoPerson]:
    """The cast, in the order they are presented; those who are not in this database are left out."""
    # The place is where the person was hired: the first engagement's unit stands in the cast's own words too.
    query = select(Person.subject, Person.id, Person.name).where(
        Person.issuer == ISSUER, Person.subject.in_([role.subject for role in CAST]), Person.active
    )
    found = {row.subject: row for row in await session.execute(query)}
    return [
        DemoPerson(
            found[role.subject].id,
            role.name,
            role.part.split(",")[0],
            role.part.split(", ")[-1],
            role.try_this,
        )
        for role in CAST
        if role.subject in found
    ]


def make_teller(scale: Scale, published: Published, at: datetime) -> Teller:
    extent = EXTENTS[scale]
    people: People = hire(extent.size, Random(SEED), at.astimezone(OSLO).date())
    return Teller(published, people, at, SEED, extent.tickets, extent.cast_weight)


def plans(scale: Scale, published: Published, at: datetime) -> list[DayPlan]:
    """How many tickets each day has, up to the day of the anchor, and their numbers."""
    extent = EXTENTS[scale]
    last = at.astimezone(OSLO).date()
    counts = counts_by_day(last - timedelta(days=extent.days), last, extent.tickets, office_hours(published))
    found, number = [], FIRST_TICKET
    for day, count in counts:
        found.append(DayPlan(day, count, number))
        number += count
    return found


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


async def _publish(owner_url: str, settings: Settings) -> Published:
    from service_catalog.load import load_catalogue
    from sla.load import load_sla

    catalogue, sla = load_catalogue(settings.catalogue_folder), load_sla(settings.sla_folder)
    engine = make_engine(owner_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            await publish(session, catalogue, sla, by="demo")
            return await load_published(session)
    finally:
        await engine.dispose()


async def _load_side_by_side(owner_url: str, scale: Scale, published: Published, at: datetime) -> None:
    """One process per core, each telling and copying stretches of days of its own."""
    loop = asyncio.get_running_loop()
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(
        cores, mp_context=get_context("spawn"), initializer=_begin, initargs=(owner_url, scale, at)
    ) as pool:
        work = [
            loop.run_in_executor(pool, _load, stretch) for stretch in stretches(plans(scale, published, at))
        ]
        await asyncio.gather(*work)


_teller: Teller | None = None
_url = ""


def _begin(owner_url: str, scale: Scale, at: datetime) -> None:
    """Once per process of a large load."""
    global _teller, _url
    _url = owner_url
    _teller = make_teller(scale, asyncio.run(_newest(owner_url)), at)


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


async def _summary(
    connection: asyncpg.Connection[asyncpg.Record],
    scale: Scale,
    anchor: datetime,
    began: float,
    *,
    already_there: bool,
) -> Summary:
    people, org_units, tickets = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM persons), (SELECT count(*) FROM org_units), (SELECT count(*) FROM tickets)"
    ) or (0, 0, 0)
    return Summary(scale, anchor, people, org_units, tickets, perf_counter() - began, already_there)


__all__ = ["CannotFill", "DemoPerson", "Summary", "fill", "people_to_try", "reset"]
