"""The security log as its officer reads it: searched, left as files, and itself in the log."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import WHISTLE, AuditKind
from app.audit.log import audit
from app.database.session import Sessions
from app.identity.actor import Actor
from app.identity.me import load_actor
from app.oversight.log_pages import HEADINGS, WRITERS
from app.oversight.search import Wanted, find_entries, note_search, persons_called
from app.oversight.words import GROUPS, SENTENCES, details_in, kinds_in, subject_in
from app.tickets.lifecycle import number_of
from tests.audit.test_refusals import written
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.retention.closing import officer

TICKET = 104_827


@pytest.fixture
async def entries(session: AsyncSession, cast: Cast) -> None:
    """Petra reads two of Alice's cases, Bob is refused, somebody guesses, and the mottak reads a report."""
    petra, bob = await load_actor(session, cast.petra.id), await load_actor(session, cast.bob.id)
    for ticket in (TICKET, TICKET + 1):
        about: Any = {"subject_kind": "ticket", "subject_id": ticket, "concerns_id": cast.alice.id}
        await audit(session, petra, AuditKind.CASE_READ, **about, payload={"part": "case"})
    await audit(
        session, bob, AuditKind.REFUSED, payload={"code": "ticket.other_unit", "method": "PUT", "route": "/x"}
    )
    await audit(session, None, AuditKind.NOT_SIGNED_IN, payload={"address": "=cmd|' /C calc'!A0"})
    await audit(session, petra, AuditKind.WHISTLE_READ, subject_kind="ticket", subject_id=TICKET)


async def kinds(session: AsyncSession, wanted: Wanted, limit: int = 50) -> list[str]:
    page = await find_entries(session, wanted, limit=limit)
    return [row.kind for row in page.items if row.kind != "catalogue.published"]


@pytest.mark.usefixtures("entries")
async def test_it_is_searched_by_what_whom_case_and_day(session: AsyncSession, cast: Cast) -> None:
    read, refused = "case.read", "request.refused"
    assert await kinds(session, Wanted()) == ["request.not_signed_in", refused, read, read]
    assert await kinds(session, Wanted(group="lesing")) == [read, read]
    assert await kinds(session, Wanted(group="avvist")) == ["request.not_signed_in", refused]
    assert await kinds(session, Wanted(persons=(cast.alice.id,))) == [read, read], "whom it is about"
    assert await kinds(session, Wanted(persons=(cast.bob.id,))) == [refused], "who did it"
    assert await kinds(session, Wanted(persons=())) == [], "nobody is called that"
    assert await kinds(session, Wanted(number=number_of(TICKET))) == [read]
    assert await kinds(session, Wanted(number="104827-9")) == [], "a mistyped number is no number"
    assert await kinds(session, Wanted(last=date(2020, 1, 1))) == []
    assert len(await kinds(session, Wanted(first=date(2020, 1, 1)))) == 4
    assert await persons_called(session, cast.alice.name.upper()) == (cast.alice.id,)


@pytest.mark.usefixtures("entries")
async def test_pages_follow_each_other_without_gap_or_twin(session: AsyncSession) -> None:
    whole = [row.id for row in (await find_entries(session, Wanted(), limit=100)).items]
    after, found = None, []
    while True:
        page = await find_entries(session, Wanted(), after=after, limit=2)
        found += [row.id for row in page.items]
        after = page.next
        if after is None:
            break
    assert found == whole == sorted(whole, reverse=True)


@pytest.mark.usefixtures("entries")
async def test_who_reads_a_whistle_blowing_case_is_shown_to_nobody(session: AsyncSession) -> None:
    assert not set(await kinds(session, Wanted())) & WHISTLE
    assert await kinds(session, Wanted(number=number_of(TICKET))) == ["case.read"]


@pytest.mark.usefixtures("entries")
async def test_files_hold_what_was_searched_for_no_formula_and_leave_a_trace(
    session: AsyncSession, sessions: Sessions, cast: Cast
) -> None:
    by = await officer(session, cast.dagny)
    wanted = Wanted(group="avvist")
    table = await whole_file("csv", sessions, by, wanted)
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == HEADINGS
    assert [row["kind"] for row in rows] == ["request.not_signed_in", "request.refused"]
    assert rows[1]["actor"] == cast.bob.name
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    lines = [orjson.loads(line) for line in (await whole_file("json", sessions, by, wanted)).splitlines()]
    assert [line["details"].get("code") for line in lines] == [None, "ticket.other_unit"]
    left = await written(session, AuditKind.AUDIT_EXPORTED)
    assert [(each["actor_id"], each["payload"]["form"]) for each in left] == [
        (by.person_id, "csv"),
        (by.person_id, "json"),
    ]
    assert left[0]["payload"]["group"] == "avvist"


async def whole_file(form: str, sessions: Sessions, by: Actor, wanted: Wanted) -> bytes:
    return b"".join([piece async for piece in WRITERS[form](sessions, by, wanted)])


async def test_a_search_is_in_the_log_once_however_far_one_leafs(session: AsyncSession, cast: Cast) -> None:
    by = await officer(session, cast.dagny)
    wanted = Wanted(group="lesing", persons=(cast.alice.id,))
    await note_search(session, by, wanted, None)
    await note_search(session, by, wanted, "a cursor")
    (entry,) = await written(session, AuditKind.AUDIT_SEARCHED)
    assert entry["payload"] == {"group": "lesing", "persons": [cast.alice.id]}


@pytest.mark.parametrize(
    "path",
    [
        "/kontroll/logg",
        "/kontroll/logg.csv",
        "/kontroll/logg.json",
        "/api/v1/audit-entries",
        "/kontroll/oppbevaring",
        "/kontroll/arkiv",
    ],
)
async def test_nobody_else_is_let_in_and_that_is_written(
    in_browser: AsPerson, session: AsyncSession, cast: Cast, path: str
) -> None:
    for each in (cast.alice, cast.bob, cast.petra, cast.leif, cast.dagny):
        assert (await in_browser(each).get(path)).status_code == 403
    assert len(await written(session, AuditKind.REFUSED)) == 5


async def test_a_list_answers_a_stranger_as_one_that_is_not_there(in_browser: AsPerson, cast: Cast) -> None:
    for path in ("/kontroll/kassasjon/1", "/kontroll/arkiv/999.zip"):
        assert (await in_browser(cast.alice).get(path)).status_code in (403, 404)


def test_every_kind_has_words_and_a_group_except_what_is_shown_to_nobody() -> None:
    assert set(SENTENCES) == set(AuditKind) - WHISTLE
    grouped = [kind for group in GROUPS for kind in kinds_in(group)]
    assert set(grouped) == set(SENTENCES)
    assert kinds_in("no such group") == tuple(SENTENCES)
    assert not {AuditKind.ACCESS_READ, AuditKind.ACCESS_RELEASED} & set(kinds_in("innsyn"))


def test_an_entry_is_told_in_words() -> None:
    told = details_in(
        {"part": "file", "code": "ticket.own_case", "method": "PUT", "route": "/x", "cases": 3}, "nb"
    )
    assert told[0] == "Vedlegg"
    assert told[2:] == ("PUT /x", "saker: 3")
    seen = {"way": "oidc", "device": "Chrome, Linux", "address": ""}
    assert details_in(seen, "nb") == ("via kommunens innlogging", "fra Chrome, Linux")
    assert subject_in("destruction", "3", "en") == "Destruction list 3"
    assert subject_in("ticket", "104827-3", "en") == "104827-3"
