"""No word of a personnel case reaches anybody without the right, through any channel there is (promise P11)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.database.session import transaction
from app.logs import trace_of
from tests.canary.channels import CHANNELS, all_of, readable
from tests.canary.planting import UNSEEN_BY_AGENTS, WITHOUT_RIGHT, WORDS, Canary, plant

ALLOWED_TABLES = {"tickets", "messages", "attachments"}
"""Where the words lie; every other table is a copy that somebody forgot."""
KNOWN_BY_OFFICE = {"vera": frozenset({"number"})}
"""The officer's log tells who read which case, by its number and by nothing that is in it."""
CHANGES_FOR_OFFICE = {"vera": ("/kontroll", "/api/v1/audit-entries"), "tor": ("/drift/leveranser",)}
"""Who reads what for the officer; for the operator how many deliveries of which kind wait, and nothing of what is in them."""
CHANGES_BY_ITSELF = re.compile(
    r'value="[^"]*"|datetime="[^"]*"|\d+\.\d+ ?(s|ms)|"now":"[^"]*"|"(id|last_used_at)":[^,]*|kl\. \d\d\.\d\d'
)


async def test_nothing_of_it_is_heard_by_those_without_the_right(canary: Canary) -> None:
    before = {who: await _lists(canary, who) for who in WITHOUT_RIGHT}
    with capture_logs() as logged:
        await plant(canary)
        for who in WITHOUT_RIGHT:
            async for channel, heard in all_of(canary, who):
                known = KNOWN_BY_OFFICE.get(who, frozenset())
                assert set(canary.words_in(heard)) <= known, f"{who} hears it through {channel}"
        await _those_with_the_right_hear_it_all(canary)
    assert canary.words_in(repr([{**entry, "exc_info": None} for entry in logged])) in ([], ["number"])
    after = {who: await _lists(canary, who) for who in WITHOUT_RIGHT}
    for who in WITHOUT_RIGHT:
        changed = [
            url
            for url in before[who]
            if before[who][url] != after[who][url] and not _is_told_by_office(who, url)
        ]
        assert changed == [], f"{who} can tell by these that something happened"


def _is_told_by_office(who: str, url: str) -> bool:
    return url.startswith(CHANGES_FOR_OFFICE.get(who, ()))


async def _lists(canary: Canary, who: str) -> dict[str, str]:
    """Every page and answer that names nothing: lists, counts and figures."""
    found = {}
    for url in readable(canary):
        if "?" in url and "health" not in url:
            url = url.partition("&sak=")[0]
            answer = await canary.clients[who].get(url)
            found[url] = f"{answer.status_code} {CHANGES_BY_ITSELF.sub('', answer.text)}"
    return found


async def _those_with_the_right_hear_it_all(canary: Canary) -> None:
    """Or the words were never planted, or the channels are deaf."""
    by_petra = " ".join([heard async for _, heard in all_of(canary, "petra")])
    by_alice = " ".join([heard async for _, heard in all_of(canary, "alice")])
    assert set(canary.words_in(by_petra)) == set(WORDS) - UNSEEN_BY_AGENTS | {"number"}
    notes = {"note", "note's file name", "note's file"}
    assert set(canary.words_in(by_alice)) == set(WORDS) - notes | {"number"} - {"draft's file name"}
    assert len(CHANNELS) >= 6


async def test_its_words_lie_in_no_table_but_its_own(canary: Canary) -> None:
    if not canary.number:
        await plant(canary)
    async with transaction(canary.house.sessions) as session:
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in set(tables) - ALLOWED_TABLES:
            rows = await session.scalars(text(f"SELECT row_to_json(t)::text FROM {table} t"))
            found = {name for row in rows for name, word in WORDS.items() if word in row.lower()}
            assert not found, f"{table} holds {found}"


async def test_an_error_is_logged_without_a_value_of_its_statement(canary: Canary) -> None:
    word = WORDS["note"]
    insert = text(
        "INSERT INTO messages (ticket_id, kind, channel, body, at) VALUES (0, 'public', 'x', :body, now())"
    )
    with pytest.raises(DBAPIError) as wrong:
        async with transaction(canary.house.sessions) as session:
            await session.execute(insert, {"body": word})
    assert "INSERT INTO messages" in str(wrong.value)
    assert word not in str(wrong.value)
    assert word not in trace_of(wrong.value)
    assert "23503" in trace_of(wrong.value)
