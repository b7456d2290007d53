"""What a refusal tells by the time it takes: another's case beside one that does not exist. `python -m bench.privacy`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from statistics import median

import asyncpg

from app.database.session import make_engine, make_sessions, transaction
from app.events.log import database_now
from app.identity.sessions import cookie_name, create_session
from app.identity.tokens import Scope, create_token
from app.settings import Settings
from app.tickets.lifecycle import number_of
from bench import data, report
from bench.__main__ import REFERENCE, WORKERS, serving
from bench.client import Target, get, load, post
from bench.measure import percentile_ms

AT_MOST_MS = 20.0
"""The median's difference that P11 allows; what can be told apart over a network is more than this."""
SEED = 11
FOREIGN = """
SELECT id FROM tickets
WHERE requester_id <> $1 AND opened_by_id <> $1 AND confidentiality <> 'open'
  AND NOT (unit = ANY ($2)) AND (handover_to IS NULL OR NOT (handover_to = ANY ($2)))
ORDER BY id DESC LIMIT 400
"""
NONE_FROM = 900_000_000
Named = Callable[[int], bytes]


@dataclass(frozen=True)
class Refused:
    """One request that names a ticket, as bytes for a ticket's id."""

    what: str
    asked: Named


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.privacy", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    options = parser.parse_args()
    settings = Settings(demo=False, workers=WORKERS)
    with data.server() as embedded:
        database = data.prepare(embedded, REFERENCE)
        asyncio.run(run(database, settings, options.seconds))


async def run(database: data.Database, settings: Settings, seconds: float) -> None:
    await data.clean(database)
    person, foreign = await whose(database)
    token, cookie = await secrets_of(database.app_url, person, settings)
    try:
        with serving(database.app_url) as ours:
            rows = []
            for each in refusals(token, f"{cookie_name(settings)}={cookie}"):
                theirs, nobodys = await in_turns(ours.port, each, foreign, seconds)
                rows += figures(each.what, theirs, nobodys)
            print(report.figures(rows), flush=True)
    finally:
        await data.clean(database)


async def whose(database: data.Database) -> tuple[int, list[int]]:
    """An agent of one unit, and cases of others that they may not see."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        person = await connection.fetchval(
            "SELECT id FROM persons WHERE name = 'Amina Farah' ORDER BY id LIMIT 1"
        )
        units = await connection.fetchval(
            "SELECT array_agg(unit) FROM memberships WHERE person_id = $1", person
        )
        rows = await connection.fetch(FOREIGN, person, units)
        return person, [row["id"] for row in rows]
    finally:
        await connection.close()


async def secrets_of(app_url: str, person: int, settings: Settings) -> tuple[str, str]:
    engine = make_engine(app_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            at = await database_now(session)
            both = {Scope.READ, Scope.WRITE}
            token = await create_token(session, person, "bench", both, at=at, expires_at=None)
            return token, await create_session(session, person, settings, at=at)
    finally:
        await engine.dispose()


def refusals(token: str, cookie: str) -> Iterator[Refused]:
    """The reads and a write that name a case, of the API and of the pages."""
    program = f"Authorization: Bearer {token}\r\n"
    browser = f"Cookie: {cookie}\r\nAccept: text/html\r\n"
    for part in ("", "/events", "/clocks", "/expected"):
        yield Refused(f"GET /api/v1/tickets/N{part}", _get(f"/api/v1/tickets/%s{part}", program))
    for path in ("/saker/%s", "/saker/%s/frister", "/desk/saker/%s"):
        yield Refused(f"GET {path % 'N'}", _get(path, browser))
    body = b'{"body": "Hei."}'
    key = f"{program}Idempotency-Key: same\r\n"
    yield Refused(
        "POST /api/v1/tickets/N/messages",
        lambda ticket: post(f"/api/v1/tickets/{number_of(ticket)}/messages", body, key),
    )
    yield Refused("GET /desk/sok?q=N", _get("/desk/sok?q=%s", browser))


def _get(path: str, headers: str) -> Named:
    return lambda ticket: get(path % number_of(ticket), headers)


async def in_turns(
    port: int, refused: Refused, foreign: list[int], seconds: float
) -> tuple[list[float], list[float]]:
    """Latencies in seconds, foreign and nonexistent: one of each at a time, which one first is drawn by lot."""
    random = Random(SEED)
    first = [random.random() < 0.5 for _ in range(100_000)]

    def is_foreign(n: int) -> bool:
        return (n % 2 == 0) == first[n // 2]

    def request(n: int) -> bytes:
        return refused.asked(foreign[n // 2 % len(foreign)] if is_foreign(n) else NONE_FROM + n)

    status = 200 if "sok" in refused.what else 404
    await load(Target(port, request, status), concurrency=1, seconds=min(1.0, seconds / 2))
    sample = await load(Target(port, request, status), concurrency=1, seconds=seconds)
    sides: tuple[list[float], list[float]] = ([], [])
    for n, latency in enumerate(sample.latencies):
        sides[0 if is_foreign(n) else 1].append(latency)
    return sides


def figures(
    what: str, theirs: list[float], nobodys: list[float]
) -> list[tuple[str, float, str, float | None]]:
    """The medians' difference, beside what chance makes of it: half of each side against the other half."""
    noise = abs(median(nobodys[0::2]) - median(nobodys[1::2])) * 1000
    difference = abs(median(theirs) - median(nobodys)) * 1000
    return [
        (f"{what}: p50 when it does not exist", percentile_ms(nobodys, 50), "ms", None),
        (f"{what}: difference of the medians, {len(theirs)} of each", difference, "ms", AT_MOST_MS),
        (f"{what}: of that, what chance makes", noise, "ms", None),
    ]


if __name__ == "__main__":
    main()
