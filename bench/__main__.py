"""`python -m bench`: ours, the limit and the ratio, in one run."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import orjson

from app.database.embedded import Embedded
from app.demo.fill import Scale
from app.identity.sessions import cookie_name
from app.settings import Settings
from bench import data, report
from bench.client import Target, get, once, post
from bench.measure import Pair, Side, alone, percentile_ms, side_by_side
from bench.processes import command_of, descendants, free_port, parent_of, pss_mib, running, settled

GOALS = {"create ticket": 0.20, "queue, 50 rows, JSON": 0.45}
WORKERS = 2
CONCURRENCY = (1, 8)
REFERENCE: Scale = "ten-thousand"


@dataclass(frozen=True)
class Server:
    port: int
    process: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--scale", choices=("small", "full"), default="full", help="how much data is measured against"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="for each side of each line")
    options = parser.parse_args()
    scale: Scale = options.scale
    settings = Settings(demo=False, workers=WORKERS)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {WORKERS} web workers"
    )
    with data.server() as embedded:
        databases = {each: data.prepare(embedded, each) for each in (REFERENCE, scale)}
        asyncio.run(run(embedded, databases, scale, settings, options.seconds))


async def run(
    embedded: Embedded,
    databases: dict[Scale, data.Database],
    scale: Scale,
    settings: Settings,
    seconds: float,
) -> None:
    for database in databases.values():
        await data.clean(database)
    asking = {each: await data.ask(database, settings) for each, database in databases.items()}
    try:
        with serving(databases[scale].app_url) as ours, _limit(databases[scale].app_url) as limit:
            postmaster = await _postmaster(embedded)
            await settled(ours.process, postmaster)
            found = await _pairs(asking[scale], ours, limit, postmaster, settings, seconds)
            print("\n" + report.pairs(found, GOALS), flush=True)
            rows = [*await _search(asking[scale], ours, seconds), *_html(found), *_memory(ours)]
            large = await _sizes(asking[scale], ours, seconds)
        with serving(databases[REFERENCE].app_url) as ours:
            await settled(ours.process, postmaster)
            small = await _sizes(asking[REFERENCE], ours, seconds)
        print("\n" + report.figures([*rows, *_growth(scale, large, small)]), flush=True)
    finally:
        for database in databases.values():
            await data.clean(database)


@contextmanager
def serving(app_url: str) -> Iterator[Server]:
    """The product as it is run: parent, web workers and the work process, against this database."""
    port = free_port()
    environment = {
        "SKRANKE_DATABASE_URL": app_url,
        "SKRANKE_PORT": str(port),
        "SKRANKE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SKRANKE_WORKERS": str(WORKERS),
        "SKRANKE_DEMO": "0",
        "SKRANKE_PERSON_REQUESTS_PER_MINUTE": "0",
        "SKRANKE_ADDRESS_REQUESTS_PER_MINUTE": "0",
    }
    with running(["-c", "from app.cli import main; main()", "serve"], port, environment) as process:
        yield Server(port, process)


@contextmanager
def _limit(app_url: str) -> Iterator[Server]:
    port = free_port()
    command = ["-m", "uvicorn", "bench.limit:app", "--port", str(port), "--workers", str(WORKERS)]
    quiet = ["--log-level", "warning", "--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    with running([*command, *quiet], port, {"SKRANKE_DATABASE_URL": app_url}) as process:
        yield Server(port, process)


async def _postmaster(embedded: Embedded) -> int:
    connection = await asyncpg.connect(embedded.admin_url)
    try:
        return parent_of(await connection.fetchval("SELECT pg_backend_pid()"))
    finally:
        await connection.close()


async def _pairs(
    asking: data.Asking, ours: Server, limit: Server, postmaster: int, settings: Settings, seconds: float
) -> list[Pair]:
    agent = f"Authorization: Bearer {asking.agent_token}\r\n"
    cookie = f"Cookie: {cookie_name(settings)}={asking.agent_cookie}\r\n"
    tickets = asking.tickets
    words = [quote(word) for share in data.SHARES for word, _ in asking.words[share]]
    clerk = f"Authorization: Bearer {asking.first_line_token}\r\n"
    # What creates comes last: a unit's queue with thousands of new tickets is not the data set any more.
    asked = {
        "queue, 50 rows, JSON": (
            _get(ours.port, lambda n: f"/api/v1/queue?unit={data.UNIT}&limit=50", agent),
            _get(limit.port, lambda n: f"/queue?unit={data.UNIT}"),
        ),
        "queue, 50 rows, HTML": (
            _get(ours.port, lambda n: f"/desk/ko?enhet={data.UNIT}", cookie),
            _get(limit.port, lambda n: f"/queue.html?unit={data.UNIT}"),
        ),
        "ticket with ten messages": (
            _get(ours.port, lambda n: f"/api/v1/tickets/{tickets[n % len(tickets)][1]}", agent),
            _get(limit.port, lambda n: f"/tickets/{tickets[n % len(tickets)][0]}"),
        ),
        "search": (
            _get(ours.port, lambda n: f"/api/v1/tickets/search?q={words[n % len(words)]}&limit=50", clerk),
            _get(limit.port, lambda n: f"/search?q={words[n % len(words)]}"),
        ),
        "create ticket": (_create_ours(asking, ours.port), _create_limit(asking, limit.port)),
    }
    found = []
    for name, (our_target, limit_target) in asked.items():
        for concurrency in CONCURRENCY:
            pair = Pair(name, concurrency, Side(our_target, ours.process), Side(limit_target, limit.process))
            found.append(await side_by_side(pair, database=postmaster, seconds=seconds))
            print(f"  {name}, {concurrency} at once: {pair.ratio:.2f}", flush=True)
    return found


def _get(port: int, path: Callable[[int], str], headers: str = "") -> Target:
    return Target(port, lambda n: get(path(n), headers))


def _create_ours(asking: data.Asking, port: int) -> Target:
    """The limit answers with no more than the new number, so ours is asked for no more."""
    token = f"Authorization: Bearer {asking.employee_token}\r\nPrefer: return=minimal\r\n"

    def request(n: int) -> bytes:
        body = {"service": asking.service, "subject": f"PC-en starter ikke ({n})", "answers": asking.answers}
        return post("/api/v1/tickets", orjson.dumps(body), f"{token}Idempotency-Key: {uuid4().hex}\r\n")

    return Target(port, request, 201)


def _create_limit(asking: data.Asking, port: int) -> Target:
    written = "\n\n".join(
        value for value in asking.answers.values() if isinstance(value, str) and len(value) > 40
    )
    row = {
        "description": written,
        "catalogue_version": asking.catalogue_version,
        "requester_id": asking.employee_id,
        "org_unit_id": asking.org_unit_id,
        "unit": data.UNIT,
        "agreement": asking.agreement,
    }

    def request(n: int) -> bytes:
        subject = f"PC-en starter ikke ({n})"
        body = {"service": asking.service, "subject": subject, "answers": asking.answers, "limit": row}
        return post("/tickets", orjson.dumps(body))

    return Target(port, request, 201)


Figure = tuple[str, float, str, float | None]


async def _search(asking: data.Asking, ours: Server, seconds: float) -> list[Figure]:
    """p95 for words of each share, asked by the first line, who sees the most."""
    clerk = f"Authorization: Bearer {asking.first_line_token}\r\n"
    rows: list[Figure] = []
    for share, words in asking.words.items():
        paths = [f"/api/v1/tickets/search?q={quote(word)}&limit=50" for word, _ in words]
        target = _get(ours.port, _cycle(paths), clerk)
        sample = await alone(target, seconds=seconds)
        chosen = ", ".join(f"{word} {count}" for word, count in words)
        rows.append(
            (f"search p95, words in {share:.2%} ({chosen})", percentile_ms(sample.latencies, 95), "ms", 200)
        )
    return rows


def _cycle(paths: list[str]) -> Callable[[int], str]:
    return lambda n: paths[n % len(paths)]


def _html(found: list[Pair]) -> list[Figure]:
    pair = next(pair for pair in found if pair.name == "queue, 50 rows, HTML" and pair.concurrency == 1)
    return [("queue HTML p50, one at a time", pair.ours.percentile_ms(50), "ms", 15)]


def _memory(ours: Server) -> list[Figure]:
    """After the load. The database is a server of its own and not among these."""
    found = [(process, command_of(process), pss_mib(process)) for process in descendants(ours.process)]
    workers = [pss for _, command, pss in found if "app.worker" in command]
    rows: list[Figure] = [("PSS of all serve processes", sum(pss for _, _, pss in found), "MiB", 380)]
    return [*rows, *((f"PSS of web worker {n}", pss, "MiB", 130.0) for n, pss in enumerate(workers, start=1))]


async def _sizes(asking: data.Asking, ours: Server, seconds: float) -> dict[str, float]:
    """p50 of what must not slow down with the number of tickets."""
    agent = f"Authorization: Bearer {asking.agent_token}\r\n"
    clerk = f"Authorization: Bearer {asking.first_line_token}\r\n"
    tickets = asking.tickets
    targets = {
        "queue of a unit": _get(ours.port, lambda n: f"/api/v1/queue?unit={data.UNIT}&limit=50", agent),
        "queue of the first line": _get(ours.port, lambda n: "/api/v1/queue?limit=50", clerk),
        "ticket": _get(ours.port, lambda n: f"/api/v1/tickets/{tickets[n % len(tickets)][1]}", agent),
    }
    found = {}
    for name, target in targets.items():
        await once(target)
        found[name] = percentile_ms((await alone(target, seconds=seconds)).latencies, 50)
    return found


def _growth(scale: Scale, large: dict[str, float], small: dict[str, float]) -> list[Figure]:
    size = "1,000,000" if scale == "full" else "3,000"
    rows: list[Figure] = []
    for name, slow in large.items():
        rows.append((f"{name}: p50 at {size} tickets", slow, "ms", None))
        rows.append((f"{name}: p50 at 10,000 tickets", small[name], "ms", None))
        rows.append(
            (
                f"{name}: how many times slower",
                slow / small[name],
                "",
                1.3 if name != "queue of the first line" else None,
            )
        )
    return rows


if __name__ == "__main__":
    main()
