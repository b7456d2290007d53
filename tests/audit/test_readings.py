"""Who read a protected case: one row as it is shown, nothing for an open one, and the person can see it."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.audit.kinds import AuditKind
from app.identity.actor import Office
from app.identity.codes import new_code
from app.people.offices import appoint
from app.settings import Settings
from app.whistleblowing.models import Report
from service_catalog.schema import Catalogue
from sla.load import Sla
from tests.api.test_unseen import Statements
from tests.audit.test_refusals import written
from tests.audit.test_verify import as_owner_of
from tests.cast import APPOINTING, Cast
from tests.conftest import BASE_URL, AsPerson
from tests.house import open_house
from tests.postgres import Database
from tests.tickets.asking import once, open_ticket

PERSONNEL: dict[str, Any] = {
    "service": "bedriftshelsetjeneste",
    "subject": "Ny stol",
    "answers": {"what": "ergonomics"},
}
READ = (AuditKind.CASE_READ, AuditKind.WHISTLE_READ)


async def personnel_case(as_person: AsPerson, cast: Cast, **more: Any) -> dict[str, Any]:
    """Alice's."""
    answers = PERSONNEL["answers"] | {"place": str(cast.solbakken.id)}
    return await open_ticket(as_person(cast.alice), **PERSONNEL | {"answers": answers} | more)


async def test_every_opening_of_a_personnel_case_is_written_with_whom_it_is_about(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    number = (await personnel_case(as_person, cast))["number"]
    reader = as_person(cast.petra)
    for path in ("", "/events", "/clocks", "/expected"):
        assert (await reader.get(f"/api/v1/tickets/{number}{path}")).status_code == 200, path
    assert (await in_browser(cast.petra).get(f"/desk/saker/{number}")).status_code == 200
    entries = await written(session, *READ)
    assert len(entries) == 5
    for entry in entries:
        assert (entry["kind"], entry["actor_id"], entry["concerns_id"]) == (
            "case.read",
            cast.petra.id,
            cast.alice.id,
        )
        assert (entry["subject_kind"], entry["subject_id"]) == ("ticket", int(number.partition("-")[0]))
        assert entry["payload"] == {"part": "case"}


async def test_a_file_of_it_is_written_as_a_file(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    upload = {"x-filename": "a.png", "content-type": "application/octet-stream"} | once()
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)
    file = (await as_person(cast.alice).post("/api/v1/attachments", content=png, headers=upload)).json()["id"]
    await personnel_case(as_person, cast, attachment_ids=[file])
    for address, client in (
        (f"/api/v1/attachments/{file}", as_person(cast.petra)),
        (f"/vedlegg/{file}", in_browser(cast.petra)),
        (f"/vedlegg/{file}", in_browser(cast.alice)),
    ):
        assert (await client.get(address)).status_code == 200
    assert [entry["payload"] for entry in await written(session, *READ)] == [{"part": "file"}] * 2


async def test_ones_own_case_and_an_open_one_leave_no_trace_and_cost_no_statement(
    as_person: AsPerson, engine: AsyncEngine, session: AsyncSession, cast: Cast
) -> None:
    own = (await personnel_case(as_person, cast))["number"]
    other = (await open_ticket(as_person(cast.alice)))["number"]
    counts = []
    for reader, number in ((cast.petra, own), (cast.alice, own), (cast.bob, other)):
        client = as_person(reader)
        await client.get("/api/v1/units")
        with Statements(engine) as statements:
            assert (await client.get(f"/api/v1/tickets/{number}")).status_code == 200
        counts.append(statements.count)
    assert counts == [counts[1] + 1, counts[1], counts[1]]
    assert [entry["actor_id"] for entry in await written(session, *READ)] == [cast.petra.id]


async def test_nobody_is_shown_what_could_not_be_written(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    async with open_house(fresh_database, settings, shipped) as house:
        number = (await personnel_case(house.as_person, house.cast))["number"]
        await as_owner_of(fresh_database.owner_url, "ALTER TABLE audit_entries RENAME TO elsewhere")
        answer = await house.as_person(house.cast.petra).get(f"/api/v1/tickets/{number}")
    assert answer.status_code == 500
    assert "Ny stol" not in answer.text


async def test_the_person_sees_who_read_and_nobody_else_does(
    as_person: AsPerson, in_browser: AsPerson, cast: Cast
) -> None:
    number = (await personnel_case(as_person, cast))["number"]
    for _ in range(3):
        await as_person(cast.petra).get(f"/api/v1/tickets/{number}")
    page = (await in_browser(cast.alice).get("/mine-saker/lesere")).text
    assert cast.petra.name in page
    assert number in page
    assert "3 ganger" in page
    for other in (cast.petra, cast.leif, cast.truls):
        assert number not in (await in_browser(other).get("/mine-saker/lesere")).text


async def test_who_reads_a_whistle_blowing_report_is_on_no_list(
    as_person: AsPerson, client: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    await appoint(session, cast.petra.id, Office.WHISTLEBLOWING_RECIPIENT, by=APPOINTING)
    await session.commit()
    filed = {"code": new_code(), "body": "Det skjer noe ulovlig på lageret."}
    own_page = {"origin": BASE_URL, "sec-fetch-site": "same-origin"}
    assert (await client.post("/varsling", data=filed, headers=own_page)).status_code == 200
    reference = (await session.scalars(select(Report.reference))).one()
    assert (await as_person(cast.petra).get(f"/varsling/mottak/{reference}")).status_code == 200
    (entry,) = await written(session, *READ)
    assert (entry["kind"], entry["concerns_id"]) == ("whistle.read", None)


async def test_the_question_of_an_approval_shows_a_case_too(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    number = (await personnel_case(as_person, cast))["number"]
    ticket_id = int(number.partition("-")[0])
    asked = text(
        "INSERT INTO approvals (subject_kind, subject_id, authority, scope, requester_id, beneficiary_id, digest,"
        " asked_at, last_event_at) VALUES ('ticket', :ticket, 'personal', :scope, :asker, :asker, '', now(), now())"
    )
    scope = {"ticket": ticket_id, "scope": cast.solbakken.key, "asker": cast.alice.id}
    await session.execute(asked, scope)
    assert (await as_person(cast.leif).get("/api/v1/approvals")).json()
    (entry,) = await written(session, *READ)
    assert (entry["actor_id"], entry["payload"]) == (cast.leif.id, {"part": "approval"})
