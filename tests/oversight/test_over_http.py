"""The officer's log as it comes over the wire: page, CSV, JSON Lines and API, each with the same filters and leafing."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape

import httpx
import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.identity.actor import Actor, Office
from app.people.models import Membership
from app.people.offices import appoint
from app.tickets.lifecycle import number_of
from tests.audit.test_refusals import written
from tests.cast import APPOINTING, Cast
from tests.conftest import AsPerson

API = "/api/v1/audit-entries"
ALICES = 104_900
READINGS = 60


@pytest.fixture
async def vera(session: AsyncSession, cast: Cast, in_browser: AsPerson) -> httpx.AsyncClient:
    """Dagny is the officer; Petra has read many of Alice's cases, and Bob was refused once."""
    await appoint(session, cast.dagny.id, Office.PRIVACY_OFFICER, by=APPOINTING)
    petra, bob = (Actor(person_id=each.id, name="") for each in (cast.petra, cast.bob))
    for number in range(READINGS):
        await audit(
            session,
            petra,
            AuditKind.CASE_READ,
            subject_kind="ticket",
            subject_id=ALICES + number,
            concerns_id=cast.alice.id,
            payload={"part": "case"},
        )
    await audit(session, bob, AuditKind.REFUSED, payload={"code": "desk.agents_only"})
    await audit(session, petra, AuditKind.WHISTLE_READ, subject_kind="whistleblowing_report", subject_id=1)
    await session.commit()
    return in_browser(cast.dagny)


def ids_on(page: str) -> list[int]:
    return [int(found) for found in re.findall(r">nr\. (\d+)<", page)]


async def all_of(client: httpx.AsyncClient, url: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    next_url: str | None = url
    while next_url:
        page = (await client.get(next_url)).json()
        found += page["items"]
        next_url = page["next"]
    return found


async def test_page_files_and_api_answer_alike_and_leaf_without_gap(
    vera: httpx.AsyncClient, cast: Cast
) -> None:
    asked = "gruppe=lesing&person=petra"
    by_api = await all_of(vera, f"{API}?{asked}&limit=7")
    assert len(by_api) == READINGS
    ids = [entry["id"] for entry in by_api]
    assert ids == sorted(ids, reverse=True)  # type: ignore[type-var]
    first = await vera.get(f"/kontroll/logg?{asked}")
    following = re.search(r'href="([^"]*after=[^"]*)"', first.text)
    assert following
    second = await vera.get(unescape(following[1]))
    assert ids_on(first.text) + ids_on(second.text) == ids
    assert (first.status_code, cast.alice.name in first.text) == (200, True)
    table = await vera.get(f"/kontroll/logg.csv?{asked}")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    lines = [
        orjson.loads(line) for line in (await vera.get(f"/kontroll/logg.json?{asked}")).content.splitlines()
    ]
    assert [int(row["id"]) for row in rows] == [line["id"] for line in lines] == ids
    assert 'filename="sikkerhetslogg.csv"' in table.headers["content-disposition"]
    assert "no-store" in table.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("gruppe=avvist", {"request.refused"}),
        ("person=bob", {"request.refused"}),
        ("person=nobody+is+called+that", set()),
        (f"sak={number_of(ALICES)}", {"case.read"}),
        ("sak=104827-9", set()),
        (f"til={date(2020, 1, 1)}", set()),
        (f"gruppe=lesing&fra={date(2020, 1, 1)}", {"case.read"}),
        ("gruppe=lesing&fra=2099-01-01", set()),
    ],
)
async def test_each_filter_filters_everywhere(vera: httpx.AsyncClient, asked: str, kinds: set[str]) -> None:
    entries = (await vera.get(f"{API}?{asked}")).json()["items"]
    assert {entry["kind"] for entry in entries} == kinds
    lines = (await vera.get(f"/kontroll/logg.json?{asked}")).content.splitlines()
    assert {orjson.loads(line)["kind"] for line in lines} == kinds
    page = (await vera.get(f"/kontroll/logg?{asked}")).text
    assert len(ids_on(page)) == len(entries)


async def test_what_is_shown_to_nobody_is_in_none_of_them(vera: httpx.AsyncClient) -> None:
    whole = [
        (await vera.get(path)).text
        for path in ("/kontroll/logg", "/kontroll/logg.csv", "/kontroll/logg.json", API)
    ]
    assert all("whistle" not in told for told in whole)


async def test_a_form_that_is_not_filled_in_asks_for_everything(vera: httpx.AsyncClient) -> None:
    """As a browser sends it: every field, also the empty ones."""
    for path in ("/kontroll/logg", "/kontroll/logg.csv", API):
        assert (await vera.get(f"{path}?gruppe=&person=&sak=&fra=&til=")).status_code == 200, path


@pytest.mark.parametrize("asked", ["fra=yesterday", "til=2026-13-01", "limit=0", "limit=10000", "after=!!!"])
async def test_what_is_no_filter_is_refused(vera: httpx.AsyncClient, asked: str) -> None:
    answer = await vera.get(f"{API}?{asked}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_officer_comes_in_by_key_and_each_search_and_file_is_in_the_log(
    vera: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_person: AsPerson,
    session: AsyncSession,
    cast: Cast,
) -> None:
    by_key = as_person(cast.dagny)
    assert (await by_key.get(f"{API}?gruppe=avvist")).status_code == 200
    whole = [(await by_key.get(f"/kontroll/logg.{kind}")).status_code for kind in ("csv", "json")]
    assert whole == [403, 403], "the whole log in one file is for whoever has just signed in"
    await vera.get("/kontroll/logg?gruppe=avvist")
    await vera.get("/kontroll/logg.csv?gruppe=avvist")
    searched = await written(session, AuditKind.AUDIT_SEARCHED)
    assert [each["payload"] for each in searched] == [{"group": "avvist"}] * 2
    assert len(await written(session, AuditKind.AUDIT_EXPORTED)) == 1
    for stranger in (cast.alice, cast.bob, cast.petra):
        assert (await as_person(stranger).get(API)).status_code == 403
    assert (await client.get(API)).status_code == 401


async def test_the_officer_finds_what_is_theirs_from_the_log_and_the_archive_does_not(
    vera: httpx.AsyncClient, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    session.add(Membership(person_id=cast.alice.id, unit="arkiv"))
    await session.commit()
    for client, theirs in ((vera, True), (in_browser(cast.alice), False)):
        page = (await client.get("/kontroll/arkiv")).text
        assert [f'href="{path}"' in page for path in ("/personvern/ombud", "/nodtilgang")] == [theirs, theirs]
