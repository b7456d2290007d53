"""`python -m bench.row_security`: what row-level security would cost on the queue and on search.

Everything is tried inside one transaction that is rolled back, on the bench's own million tickets: nothing stays. The
policy says of one row what `visible_to` says, from a transaction-local actor; `skranke_app` is held back by it, and the
table's owner too (FORCE). Beside the plain policy two ways around `@@` not being leakproof are tried. The round trips of
a transaction-local setting are measured apart, on the tables as they are: today's reads are one statement each.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from app.catalogue.published import Published, load_published
from app.database.session import make_engine, make_readers
from app.identity.actor import Actor
from app.people.models import Delegation, Membership, Person
from app.tickets.queries import QueueView, queue, search_tickets
from bench import data
from bench.report import table

MOST = 0.15
"""Kept if it costs no more than this on both (issue 4)."""
POLICY = """
CREATE POLICY readers ON tickets TO skranke_app USING (
  confidentiality IN ('open', 'personal') AND (SELECT current_setting('skranke.first_line', true)) = 'on'
  OR requester_id = (SELECT nullif(current_setting('skranke.person', true), '')::bigint)
  OR confidentiality <> 'whistleblowing' AND (
    unit = ANY ((SELECT string_to_array(current_setting('skranke.units', true), ','))::text[])
    OR handover_to = ANY ((SELECT string_to_array(current_setting('skranke.units', true), ','))::text[]))
  OR confidentiality IN ('open', 'personal')
    AND opened_by_id = (SELECT nullif(current_setting('skranke.person', true), '')::bigint)
  OR confidentiality = 'open' AND shared_as IS NOT NULL
  OR confidentiality <> 'whistleblowing' AND EXISTS (
    SELECT FROM approvals a WHERE a.subject_kind = 'ticket' AND a.subject_id = tickets.id
      AND (a.decided_by_id = (SELECT nullif(current_setting('skranke.person', true), '')::bigint)
        OR a.authority || ':' || a.scope = ANY (
          (SELECT string_to_array(current_setting('skranke.authorities', true), ','))::text[]))))
"""
"""The cheapest questions first: PostgreSQL asks them in this order."""
HELD_BACK = "SELECT count(*) FROM tickets"
SET = text(
    "SELECT set_config('skranke.person', :person, true), set_config('skranke.units', :units, true),"
    " set_config('skranke.authorities', :authorities, true), set_config('skranke.first_line', :first_line, true)"
)
LEAKPROOF = "ALTER FUNCTION ts_match_vq(tsvector, tsquery) LEAKPROOF"
"""Needs a superuser; true of it, for it raises nothing that tells of the row."""


@dataclass(frozen=True)
class Asked:
    """One question, by one actor."""

    name: str
    actor: Actor
    ask: Callable[[AsyncSession], Awaitable[Any]]


def settings_of(actor: Actor) -> dict[str, str]:
    return {
        "person": str(actor.person_id),
        "units": ",".join(sorted(actor.units)),
        "authorities": ",".join(f"{kind}:{scope}" for kind, scope in sorted(actor.authorities)),
        "first_line": "on" if actor.first_line else "off",
    }


async def actors(connection: AsyncConnection) -> tuple[Actor, Actor]:
    """Somebody of the unit that is measured, and somebody of the first line."""
    found = []
    for unit in (data.UNIT, "servicesenteret"):
        of_unit = select(Person.id, Person.name).join(Membership, Membership.person_id == Person.id)
        person = (await connection.execute(of_unit.where(Membership.unit == unit).limit(1))).one()
        pairs = select(Delegation.authority, Delegation.scope).where(Delegation.person_id == person.id)
        held = frozenset((row.authority.value, row.scope) for row in await connection.execute(pairs))
        first_line = unit != data.UNIT
        found.append(
            Actor(person.id, person.name, units=frozenset({unit}), authorities=held, first_line=first_line)
        )
    return found[0], found[1]


async def questions(connection: AsyncConnection, published: Published) -> list[Asked]:
    agent, clerk = await actors(connection)
    words = await common_words(connection)

    def of_queue(actor: Actor, unit: str | None) -> Callable[[AsyncSession], Awaitable[Any]]:
        view = QueueView(unit=unit)
        return lambda session: queue(session, actor, view, published=published, limit=50)

    def of_search(actor: Actor, word: str) -> Callable[[AsyncSession], Awaitable[Any]]:
        return lambda session: search_tickets(session, actor, word, published=published, limit=50)

    return [
        Asked("the unit's queue", agent, of_queue(agent, data.UNIT)),
        Asked("the first line's queue", clerk, of_queue(clerk, None)),
        *(
            Asked(f"search «{word}» in {share:.2%}", who, of_search(who, word))
            for share, word in words
            for who in (clerk,)
        ),
        Asked(f"search «{words[1][1]}», an agent", agent, of_search(agent, words[1][1])),
    ]


async def common_words(connection: AsyncConnection) -> list[tuple[float, str]]:
    """(share of the tickets, word): a rare one, one in a hundred, one in ten."""
    total = (await connection.execute(text("SELECT count(*) FROM tickets"))).scalar_one()
    sampled = "SELECT search FROM tickets TABLESAMPLE SYSTEM (1) REPEATABLE (1)"
    rows = (
        await connection.execute(
            text("SELECT word, ndoc FROM ts_stat(:query) WHERE word ~ '^[a-zæøå]{4,}$'"), {"query": sampled}
        )
    ).all()
    chosen = []
    for share in (0.0005, 0.01, 0.1):
        nearest = min(rows, key=lambda row: abs(row.ndoc * 100 / total - share))
        chosen.append((nearest.ndoc * 100 / total, nearest.word))
    return chosen


async def median_ms(session: AsyncSession, asked: Asked, *, seconds: float) -> float:
    """Of as many as there is time for, at least five, after one that warms up."""
    await asked.ask(session)
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while len(taken) < 5 or time.perf_counter() < until:
        begun = time.perf_counter()
        await asked.ask(session)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


async def inside(
    connection: AsyncConnection, asked: list[Asked], *, secured: bool, seconds: float
) -> list[float]:
    """As the application's role, in the transaction that is under way."""
    found = []
    await connection.execute(text("SET LOCAL ROLE skranke_app"))
    async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
        for each in asked:
            if secured:
                await connection.execute(SET, settings_of(each.actor))
            found.append(await median_ms(session, each, seconds=seconds))
    await connection.execute(text("RESET ROLE"))
    return found


async def round_trips(engine: AsyncEngine, asked: Asked, *, seconds: float) -> tuple[float, float]:
    """Median ms of one statement by itself, and of BEGIN, the setting, the statement and COMMIT."""
    readers = make_readers(engine)
    async with readers() as session:
        alone = await median_ms(session, asked, seconds=seconds)

    async def wrapped(_session: AsyncSession) -> None:
        async with AsyncSession(engine) as session, session.begin():
            await session.execute(SET, settings_of(asked.actor))
            await asked.ask(session)

    async with AsyncSession(engine) as session:
        return alone, await median_ms(session, Asked(asked.name, asked.actor, wrapped), seconds=seconds)


async def measure(admin_url: str, app_url: str, *, seconds: float) -> None:
    admin = make_engine(admin_url, pool_size=1, settings={"statement_timeout": "60000"})
    app = make_engine(app_url, pool_size=2)
    try:
        async with admin.connect() as connection:
            async with AsyncSession(connection) as session:
                published = await load_published(session)
            asked = await questions(connection, published)
            await connection.rollback()
            plain = await inside(connection, asked, secured=False, seconds=seconds)
            await connection.execute(text("ALTER TABLE tickets ENABLE ROW LEVEL SECURITY"))
            await connection.execute(text("ALTER TABLE tickets FORCE ROW LEVEL SECURITY"))
            await connection.execute(text(POLICY))
            await check_held_back(connection)
            secured = await inside(connection, asked, secured=True, seconds=seconds)
            await connection.execute(text(LEAKPROOF))
            leakproof = await inside(connection, asked, secured=True, seconds=seconds)
            await connection.rollback()
        trips = {each.name: await round_trips(app, each, seconds=seconds) for each in asked}
    finally:
        await admin.dispose()
        await app.dispose()
    rows = []
    for place, each in enumerate(asked):
        alone, wrapped = trips[each.name]
        extra = wrapped - alone
        figures = (plain[place], secured[place], leakproof[place])
        rows.append(
            (
                each.name,
                *(f"{figure:.2f}" for figure in figures),
                f"{extra:.2f}",
                f"{(secured[place] + extra) / plain[place] - 1:+.0%}",
                f"{(leakproof[place] + extra) / plain[place] - 1:+.0%}",
            )
        )
    head = ("what", "ms without", "ms with", "ms, @@ leakproof", "round trips ms", "cost", "cost, leakproof")
    print(table(head, rows))
    print(f"Kept if both cost at most {MOST:.0%}.")


async def check_held_back(connection: AsyncConnection) -> None:
    """Without an actor the application's own role sees nothing at all."""
    await connection.execute(text("SET LOCAL ROLE skranke_app"))
    seen = (await connection.execute(text(HELD_BACK))).scalar_one()
    await connection.execute(text("RESET ROLE"))
    needs = (await connection.execute(select(func.count()).select_from(text("tickets")))).scalar_one()
    assert seen < needs, "the policy holds nobody back"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.row_security", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure")
    options = parser.parse_args()
    with data.server() as embedded:
        named = data.named
        name = "bench_full"
        asyncio.run(
            measure(named(embedded.admin_url, name), named(embedded.app_url, name), seconds=options.seconds)
        )


if __name__ == "__main__":
    main()
