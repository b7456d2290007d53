"""The databases that are measured, who asks, and what they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import log
from random import Random
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from app.catalogue.published import load_published, publish
from app.database.embedded import Embedded, default_data, open_embedded
from app.database.migrate import migrate
from app.database.session import make_engine, make_sessions, transaction
from app.demo.fill import Scale, Summary, fill
from app.events.log import database_now
from app.identity.sessions import create_session
from app.identity.tokens import Scope, create_token
from app.settings import Settings, get_settings
from service_catalog.load import read_catalogue
from sla.load import read_sla

SHARES = (0.0001, 0.01, 0.1)
WORDS_EACH = 4
UNIT = "it"
FILLED_UNTIL = """
SELECT max(id) FROM tickets
WHERE opened_at <= (SELECT max(slot) FROM job_runs WHERE job = 'demo.fill')
"""


@dataclass(frozen=True)
class Database:
    """One filled database of the bench's own server."""

    scale: Scale
    owner_url: str
    app_url: str


@dataclass(frozen=True)
class Asking:
    """Tokens of the people who ask, and the things they ask for."""

    employee_token: str
    employee_id: int
    org_unit_id: int
    agent_token: str
    agent_cookie: str
    first_line_token: str
    tickets: list[tuple[int, str]]
    """Ids and numbers of tickets with ten messages."""
    words: dict[float, list[tuple[str, int]]]
    """By the share of tickets that hold them: words, and in how many."""
    service: str
    agreement: str
    catalogue_version: int
    answers: dict[str, Any]


@contextmanager
def server() -> Iterator[Embedded]:
    """A server of the bench's own, durable as in production, beside the demo's data."""
    data = default_data()
    with open_embedded(data.with_name(data.name + "-bench")) as embedded:
        yield embedded


def prepare(embedded: Embedded, scale: Scale) -> Database:
    """The database of this scale, made and filled the first time."""
    name = f"bench_{scale.replace('-', '_')}"
    owner_url = named(embedded.owner_url, name)
    asyncio.run(_make(embedded.admin_url, name))
    migrate(owner_url)
    summary: Summary = asyncio.run(fill(owner_url, scale, at=datetime.now(UTC)))
    state = "already there" if summary.already_there else f"filled in {summary.seconds:.0f} s"
    print(f"{scale}: {summary.tickets:,} tickets, {summary.people:,} people, {state}", flush=True)
    database = Database(scale, owner_url, named(embedded.app_url, name))
    asyncio.run(_publish(database.app_url))
    return database


async def _publish(app_url: str) -> None:
    """The texts as they are now: the data may have been filled months ago."""
    settings = get_settings()
    catalogue, _sources = read_catalogue(settings.catalogue_folder)
    sla, _written = read_sla(settings.sla_folder)
    engine = make_engine(app_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            await publish(session, catalogue, sla, by="bench")
    finally:
        await engine.dispose()


def named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _make(admin_url: str, name: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            await connection.execute(f"CREATE DATABASE {name} OWNER skranke_owner")
    finally:
        await connection.close()


async def ask(database: Database, settings: Settings) -> Asking:
    """Everything a run needs to know, found in the data itself."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        employee = await _person(connection, "Jonas Lie-Nilsen")
        agent = await _person(connection, "Amina Farah")
        clerk = await _person(connection, "Hanne Ødegård")
        tokens = await _tokens(database.app_url, settings, employee, agent, clerk)
        service, version, agreement, answers = await _order(database.app_url)
        return Asking(
            employee_token=tokens[0],
            employee_id=employee,
            org_unit_id=await connection.fetchval(
                "SELECT org_unit_id FROM engagements WHERE person_id = $1", employee
            ),
            agent_token=tokens[1],
            agent_cookie=tokens[3],
            first_line_token=tokens[2],
            tickets=await _tickets(connection),
            words=await _words(connection),
            service=service,
            agreement=agreement,
            catalogue_version=version,
            answers=answers,
        )
    finally:
        await connection.close()


async def _person(connection: asyncpg.Connection[asyncpg.Record], name: str) -> int:
    found: int = await connection.fetchval("SELECT id FROM persons WHERE name = $1 ORDER BY id LIMIT 1", name)
    return found


async def _tokens(app_url: str, settings: Settings, *persons: int) -> list[str]:
    """An API token for each, and a browser's session for the second."""
    engine = make_engine(app_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            at = await database_now(session)
            both = {Scope.READ, Scope.WRITE}
            tokens = [
                await create_token(session, person, "bench", both, at=at, expires_at=None)
                for person in persons
            ]
            return [*tokens, await create_session(session, persons[1], settings, at=at)]
    finally:
        await engine.dispose()


async def _order(app_url: str) -> tuple[str, int, str, dict[str, Any]]:
    """A fault report of the unit, with answers that its form accepts."""
    from app.demo.filling_in import Answering, Asker, fill_in
    from app.demo.slots import Slots
    from app.demo.writing import Writer, topics_of

    engine = make_engine(app_url, pool_size=None)
    try:
        async with make_sessions(engine)() as session:
            published = await load_published(session)
    finally:
        await engine.dispose()
    service = next(
        each
        for each in published.catalogue.services_of(UNIT)
        if each.kind == "incident" and not each.approvals and each.confidentiality == "open"
    )
    random, now = Random(1), datetime.now(UTC)
    slots = Slots(
        random,
        now,
        me="Jonas",
        place="Fjordvik ungdomsskole",
        phone="40000000",
        ansvar="2020",
        tjeneste="202",
        colleagues=["Kari"],
    )
    writer = Writer(service, topics_of(service), slots)
    answering = Answering(random, writer, Asker(1, 1, "40000000", [1]), date.today(), [])  # noqa: DTZ011
    return service.key, published.version, service.agreement, fill_in(service, answering)


async def _tickets(connection: asyncpg.Connection[asyncpg.Record]) -> list[tuple[int, str]]:
    """Tickets of the unit with ten messages, or the most there are."""
    from app.tickets.lifecycle import number_of

    rows = await connection.fetch(
        "SELECT ticket_id, count(*) FROM messages JOIN tickets ON tickets.id = ticket_id WHERE tickets.unit = $1"
        " GROUP BY ticket_id ORDER BY abs(count(*) - 10), ticket_id DESC LIMIT 20",
        UNIT,
    )
    return [(row["ticket_id"], number_of(row["ticket_id"])) for row in rows]


async def _words(connection: asyncpg.Connection[asyncpg.Record]) -> dict[float, list[tuple[str, int]]]:
    """For each share, the words nearest to it: guessed from a sample, then counted in full."""
    total = await connection.fetchval("SELECT count(*) FROM tickets")
    sampled = min(100.0, 2_000_000 / total)
    rows = await connection.fetch(
        "SELECT word, ndoc FROM ts_stat("
        f"'SELECT search FROM tickets TABLESAMPLE SYSTEM ({sampled}) REPEATABLE (1)') WHERE word ~ '^[a-zæøå]{{4,}}$|^fk'"
    )
    found: dict[float, list[tuple[str, int]]] = {}
    for share in SHARES:
        wanted = max(1.0, share * total)
        guessed = sorted(rows, key=lambda row: (abs(log(row["ndoc"] * 100 / sampled / wanted)), row["word"]))
        counted = []
        for row in guessed[: WORDS_EACH * 2]:
            count = await connection.fetchval(
                "SELECT count(*) FROM tickets WHERE search @@ websearch_to_tsquery('norwegian', $1)",
                row["word"],
            )
            if count:
                counted.append((row["word"], count))
        counted.sort(key=lambda pair: abs(log(pair[1] / wanted)))
        found[share] = counted[:WORDS_EACH]
    return found


async def clean(database: Database) -> None:
    """Take away what runs created, also one that was cut off, so that every run measures the same."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        filled = await connection.fetchval(FILLED_UNTIL)
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM tickets WHERE id > $1)", filled):
            return
        async with connection.transaction():
            for table in ("events", "clocks", "approvals"):
                await connection.execute(
                    f"DELETE FROM {table} WHERE subject_kind = 'ticket' AND subject_id > $1", filled
                )
            await connection.execute("DELETE FROM messages WHERE ticket_id > $1", filled)
            await connection.execute("DELETE FROM tickets WHERE id > $1", filled)
            await connection.execute("DELETE FROM idempotency_keys")
            await connection.execute("DELETE FROM deliveries")
            await connection.execute("DELETE FROM api_tokens WHERE name = 'bench'")
        for table in ("events", "clocks", "tickets", "deliveries", "idempotency_keys"):
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()
