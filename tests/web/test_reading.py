"""Whoever only reads changes nothing: a link in a mail, a picture's address or a robot must not (ASVS 3.5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket
from tests.web.test_routes import routes_of
from tests.web.test_security import STREAMS

WRITES = re.compile(r"^\s*(?:WITH\b.*)?\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|CALL)\s+(\w+)", re.I | re.S)
MAY_BE_WRITTEN = {
    "sessions",  # that somebody was here, at most once in five minutes
    "audit_entries",  # who read what is protected, and who was refused
}


async def test_reading_changes_nothing(
    app: FastAPI, in_browser: AsPerson, as_person: AsPerson, engine: AsyncEngine, cast: Cast
) -> None:
    ticket = await open_ticket(as_person(cast.alice))
    paths = [
        re.sub(r"\{(\w+)[^}]*\}", lambda found: ticket["number"] if found[1] == "number" else "1", route.path)
        for route in routes_of(app)
        if "GET" in route.methods and route.path not in STREAMS
    ]
    statuses = set()
    for who in (cast.alice, cast.bob, cast.leif):
        browser = in_browser(who)
        await browser.get("/")
        for path in paths:
            with writes(engine) as written:
                statuses.add((await browser.get(path, headers={"accept": "text/html"})).status_code)
            assert set(written) <= MAY_BE_WRITTEN, f"GET {path} writes to {written}"
    assert {200, 404} <= statuses


@contextmanager
def writes(engine: AsyncEngine) -> Iterator[list[str]]:
    """The tables that statements meanwhile write to."""
    found: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.extend(table for _, table in WRITES.findall(statement))

    event.listen(engine.sync_engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", heard)


def test_a_write_would_be_seen() -> None:
    for statement, table in (
        ("INSERT INTO tickets (id) VALUES ($1)", "tickets"),
        ("WITH a AS (SELECT 1)\nUPDATE clocks SET x = 1", "clocks"),
        ("  delete from messages", "messages"),
    ):
        assert [found for _, found in WRITES.findall(statement)] == [table]
    assert WRITES.findall("SELECT updated_at FROM tickets FOR UPDATE") == []
