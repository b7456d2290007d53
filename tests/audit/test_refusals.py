"""Who was refused: written beside the answer, alike for what is another's and what does not exist, never in its way."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.errors import Problem
from app.identity.allowance import Allowances
from app.identity.codes import new_code
from app.people.models import Person
from app.settings import Settings
from app.tickets.lifecycle import number_of
from service_catalog.schema import Catalogue
from sla.load import Sla
from tests.conftest import AsPerson
from tests.house import open_house
from tests.postgres import Database
from tests.tickets.asking import match, open_ticket

PC = "/api/v1/tickets/{number}"
OURS = {"sec-fetch-site": "same-origin"}


async def written(session: AsyncSession, *kinds: AuditKind) -> list[dict[str, Any]]:
    """What this test's transaction has in the log."""
    query = text(
        "SELECT kind, actor_id, subject_kind, subject_id, concerns_id, payload FROM audit_entries"
        " WHERE kind = ANY (:kinds) AND at > now() ORDER BY id"
    )
    return [
        dict(row._mapping) for row in await session.execute(query, {"kinds": [str(kind) for kind in kinds]})
    ]


async def test_asking_for_anothers_case_and_for_none_are_written_alike(
    as_person: AsPerson, session: AsyncSession, alice: Person, carol: Person
) -> None:
    number = (await open_ticket(as_person(alice)))["number"]
    nobodys = number_of(999_999_999)
    for each in (number, nobodys):
        assert (await as_person(carol).get(f"/api/v1/tickets/{each}")).status_code == 404
    theirs, none = await written(session, AuditKind.NOT_FOUND)
    assert theirs["subject_id"] == int(number.partition("-")[0])
    assert none["subject_id"] == 999_999_999
    for entry, asked in ((theirs, number), (none, nobodys)):
        assert (entry["actor_id"], entry["subject_kind"], entry["concerns_id"]) == (carol.id, "ticket", None)
        assert entry["payload"] == {
            "code": "not_found",
            "method": "GET",
            "route": PC,
            "asked": {"number": asked},
        }


async def test_what_may_be_seen_and_not_done_is_written_with_its_reason(
    as_person: AsPerson, session: AsyncSession, alice: Person, frida: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    url = f"/api/v1/tickets/{ticket['number']}/waiting"
    refused = await as_person(frida).put(url, json={"reason": "supplier"}, headers=match(ticket))
    assert refused.status_code == 403
    (entry,) = await written(session, AuditKind.REFUSED)
    assert entry["actor_id"] == frida.id
    assert entry["payload"]["code"] == "ticket.other_unit"


async def test_a_refusal_that_is_shown_on_a_page_is_written_too(
    in_browser: AsPerson, as_person: AsPerson, session: AsyncSession, alice: Person, frida: Person
) -> None:
    ticket = await open_ticket(as_person(alice))
    page = in_browser(frida)
    shown = await page.get(f"/desk/saker/{ticket['number']}")
    token = shown.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "version": str(ticket["version"]), "waiting_for": "supplier"}
    answer = await page.post(f"/desk/saker/{ticket['number']}/vent", data=form)
    assert answer.status_code == 403
    assert [entry["actor_id"] for entry in await written(session, AuditKind.REFUSED)] == [frida.id]


async def test_a_token_that_is_not_ours_is_written_once_a_minute_with_the_address(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    for _ in range(5):
        answer = await client.get("/api/v1/me", headers={"authorization": "Bearer guessed"})
        assert answer.status_code == 401
    (entry,) = await written(session, AuditKind.NOT_SIGNED_IN)
    assert entry["actor_id"] is None
    assert entry["payload"] == {
        "code": "not_signed_in",
        "method": "GET",
        "route": "/api/v1/me",
        "address": "127.0.0.1",
    }


async def test_being_sent_to_the_sign_in_and_a_page_that_is_not_there_are_no_refusals(
    client: httpx.AsyncClient, in_browser: AsPerson, session: AsyncSession, alice: Person
) -> None:
    assert (await client.get("/mine-saker")).status_code == 303
    assert (await client.get("/api/v1/tickets/104827-3")).status_code == 401
    assert (await in_browser(alice).get("/finnes-ikke")).status_code == 404
    assert await written(session, AuditKind.NOT_SIGNED_IN, AuditKind.NOT_FOUND) == []


async def test_what_was_typed_in_an_address_is_not_kept(
    as_person: AsPerson, session: AsyncSession, alice: Person
) -> None:
    for typed in ("01019012345", "Kari%20har%20sagt%20opp", "0" * 300):
        await as_person(alice).get(f"/api/v1/tickets/{typed}?q=hemmelig")
    for entry in await written(session, AuditKind.NOT_FOUND):
        assert "asked" not in entry["payload"], entry


class TooMany(Problem):
    status = 429


async def test_too_many_tries_are_written_once(
    app: FastAPI, as_person: AsPerson, session: AsyncSession, alice: Person
) -> None:
    @app.get("/api/v1/hammered")
    async def hammered() -> None:
        raise TooMany("rate.limited")

    for _ in range(3):
        assert (await as_person(alice).get("/api/v1/hammered")).status_code == 429
    assert len(await written(session, AuditKind.RATE_LIMITED)) == 1


@pytest.mark.parametrize(
    "fault", ["REVOKE INSERT ON audit_entries FROM skranke_app", "DROP TABLE audit_entries"]
)
async def test_the_answer_is_the_same_when_the_log_cannot_be_written(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla], fault: str
) -> None:
    from tests.audit.test_verify import as_owner_of

    async with open_house(fresh_database, settings, shipped) as house:
        url = f"/api/v1/tickets/{number_of(999_999_999)}"
        before = await house.as_person(house.cast.carol).get(url)
        columns = " (kind, actor_id, acting_for_id, system, session_id, subject_kind, subject_id, concerns_id, payload)"
        await as_owner_of(fresh_database.owner_url, fault.replace("INSERT", f"INSERT{columns}"))
        after = await house.as_person(house.cast.carol).get(url)
    assert (before.status_code, after.status_code) == (404, 404)
    assert before.content == after.content


async def test_one_connection_is_enough_for_a_refusal(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    """The request's own connection is given back before the refusal takes one."""
    async with open_house(fresh_database, settings, shipped, connections=1) as house:
        answer = await house.as_person(house.cast.carol).get(f"/api/v1/tickets/{number_of(999_999_999)}")
        assert answer.status_code == 404
        assert await house.scalar("SELECT count(*) FROM audit_entries WHERE kind = 'request.not_found'") == 1


async def test_a_code_in_an_address_is_kept_nowhere_and_whoever_reports_leaves_no_trace(
    app: FastAPI, client: httpx.AsyncClient, session: AsyncSession
) -> None:
    code = "a" + new_code().lower()[1:]
    app.state.allowances = Allowances.of(0, 1)
    asked = [(await client.get(f"/velkommen/{letter}{code[1:]}")).status_code for letter in "ab"]
    told = [
        (await client.post("/varsling/samtale", data={"code": code}, headers=OURS)).status_code for _ in "ab"
    ]
    assert (asked, told[1]) == ([404, 429], 429)
    [refused] = await written(session, AuditKind.RATE_LIMITED)
    assert refused["payload"]["route"] == "/velkommen/{code}"
    assert code[1:] not in str(refused)
