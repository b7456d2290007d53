"""What the archive gets: everything that was written, in Noark's words, with checksums that hold."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from sqlalchemy import text

from app.database.session import transaction
from app.errors import Conflict, Forbidden, NotFound
from app.identity.me import load_actor
from app.identity.recent import NotRecent
from app.retention.noark import NAMESPACE
from app.retention.packages import (
    ask_for_package,
    cases_to_pack,
    fetched,
    forget_next_file,
    make_next,
    receive,
)
from app.settings import Settings
from app.tickets.attachments import open_store
from service_catalog.schema import Catalogue
from sla.load import Sla
from tests.audit.test_readings import personnel_case
from tests.house import House, open_house
from tests.postgres import Database
from tests.retention.closing import ARCHIVE, archivist, close
from tests.tickets.asking import once, open_ticket

IN = {"n": NAMESPACE}
CERTIFICATE: dict[str, Any] = {
    "service": "tjenestebevis",
    "subject": "Attest <ny> & god",
    "answers": {"what": "certificate", "language": "norwegian"},
}


DESTROYED = """
    WITH list AS (INSERT INTO destructions (state, catalogue_version, proposed_by_id, proposed_at, last_event_at)
        SELECT 'done', max(v.id), min(p.id), now(), now() FROM catalogue_versions v, persons p RETURNING id)
    INSERT INTO destruction_lines (destruction_id, ticket_id, service, unit, action, basis, closed_on, due_on, done_at)
    SELECT list.id, max(ticket_id), 'tjenestebevis', 'hr', 'delete', '-', current_date, current_date, now()
    FROM list, packaged_cases GROUP BY list.id
"""


async def packed(house: House, settings: Settings) -> tuple[zipfile.ZipFile, int]:
    """The package of all that is to be packed, fetched as its bytes."""
    async with transaction(house.sessions) as session:
        actor = await archivist(session, house.cast.stein)
        package_id = (await ask_for_package(session, house.published, archive_unit=ARCHIVE, by=actor)).id
    store = open_store(settings)
    assert await make_next(house.sessions, store, house.published) == 1
    assert await make_next(house.sessions, store, house.published) == 0
    async with transaction(house.sessions) as session:
        actor = await archivist(session, house.cast.stein)
        package = await fetched(session, package_id, archive_unit=ARCHIVE, by=actor)
    assert settings.data is not None
    content = (settings.data / "attachments" / str(package.key)).read_bytes()
    assert hashlib.sha256(content).digest() == package.sha256
    assert len(content) == package.size
    return zipfile.ZipFile(io.BytesIO(content)), package_id


async def closed_personnel_case(house: House) -> str:
    asking = house.as_person(house.cast.alice)
    upload = {"x-filename": "attest%20%26%20%3Cmer%3E.txt", "content-type": "application/octet-stream"}
    file = (await asking.post("/api/v1/attachments", content="æøå".encode(), headers=upload | once())).json()
    ticket = await open_ticket(asking, **CERTIFICATE, attachment_ids=[file["id"]])
    url = f"/api/v1/tickets/{ticket['number']}/messages"
    for kind in ("public", "internal"):
        said = {"body": f"Et {kind} svar\u0007", "kind": kind}
        assert (await house.as_person(house.cast.petra).post(url, json=said, headers=once())).status_code in (
            201,
            422,
        )
    async with transaction(house.sessions) as session:
        await close(session, ticket, date(2020, 5, 17))
    return str(ticket["number"])


async def test_a_package_holds_the_case_its_documents_and_checksums_that_hold(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    async with open_house(fresh_database, settings, shipped) as house:
        number = await closed_personnel_case(house)
        package, _package_id = await packed(house, settings)
        opened = await house.scalar("SELECT opened_at FROM tickets")
    files = {name: package.read(name) for name in package.namelist()}
    sums = dict(line.split("  ", 1)[::-1] for line in files["sjekksummer.sha256"].decode().splitlines())
    assert set(sums) == set(files) - {"sjekksummer.sha256"}
    assert all(hashlib.sha256(files[name]).hexdigest() == digest for name, digest in sums.items())
    structure = ElementTree.fromstring(files["arkivstruktur.xml"])
    (folder,) = structure.iterfind(".//n:mappe", IN)
    told = {
        name: folder.findtext(f"n:{name}", namespaces=IN)
        for name in ("mappeID", "tittel", "offentligTittel", "saksaar")
    }
    assert told == {
        "mappeID": number,
        "tittel": "Attest <ny> & god",
        "offentligTittel": "Attest og bekreftelse på arbeid",
        "saksaar": str(opened.year),
    }
    objects = list(folder.iterfind(".//n:dokumentobjekt", IN))
    listed = {one.findtext("n:referanseDokumentfil", namespaces=IN): one for one in objects}
    assert set(listed) == {name for name in files if name.startswith("dokumenter/")}
    for path, one in listed.items():
        assert one.findtext("n:sjekksum", namespaces=IN) == sums[str(path)]
        assert one.findtext("n:filstoerrelse", namespaces=IN) == str(len(files[str(path)]))
    assert "æøå".encode() in files.values()
    happened = [orjson.loads(line) for line in files["hendelser.jsonl"].splitlines()]
    assert happened[0]["kind"] == "ticket.opened"
    assert happened[0]["by"]


async def test_a_case_is_packed_once_and_the_receipt_is_given_once(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    async with open_house(fresh_database, settings, shipped) as house:
        await closed_personnel_case(house)
        _package, package_id = await packed(house, settings)
        async with transaction(house.sessions) as session:
            actor = await archivist(session, house.cast.stein)
            assert await cases_to_pack(session, house.published) == []
            with pytest.raises(Conflict, match="nothing_to_pack"):
                await ask_for_package(session, house.published, archive_unit=ARCHIVE, by=actor)
            await receive(session, package_id, "2026/17", archive_unit=ARCHIVE, by=actor)
        async with transaction(house.sessions) as session:
            with pytest.raises(Conflict, match="received_before"):
                await receive(session, package_id, "2026/18", archive_unit=ARCHIVE, by=actor)
            kinds = await session.scalars(
                text("SELECT kind FROM audit_entries WHERE subject_kind = 'archive_package' ORDER BY id")
            )
            assert list(kinds) == ["cases.exported", "cases.exported", "data.exported", "cases.exported"]


async def test_the_file_goes_when_the_archive_has_had_it_a_while_or_a_case_in_it_is_destroyed(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    """Else every case that was destroyed would live on in the packages."""
    async with open_house(fresh_database, settings, shipped) as house:
        store = open_store(settings)
        assert settings.data is not None
        folder = settings.data / "attachments" / "packages"
        for gone in (
            "UPDATE archive_packages SET received_at = now() - interval '31 days' WHERE key IS NOT NULL",
            DESTROYED,
        ):
            await closed_personnel_case(house)
            _package, package_id = await packed(house, settings)
            assert await forget_next_file(house.sessions, store) == 0
            async with transaction(house.sessions) as session:
                actor = await archivist(session, house.cast.stein)
                await receive(session, package_id, "2026/17", archive_unit=ARCHIVE, by=actor)
            assert await forget_next_file(house.sessions, store) == 0
            assert list(folder.iterdir())
            async with transaction(house.sessions) as session:
                await session.execute(text(gone))
            assert [await forget_next_file(house.sessions, store) for _ in range(2)] == [1, 0]
            assert list(folder.iterdir()) == []
        page = await house.as_person(house.cast.stein).get(f"/kontroll/arkiv/{package_id}.zip")
        assert page.status_code in (403, 404)


async def test_only_the_archive_s_own_people_pack_and_fetch(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    async with open_house(fresh_database, settings, shipped) as house:
        await closed_personnel_case(house)
        _package, package_id = await packed(house, settings)
        async with transaction(house.sessions) as session:
            stranger = await load_actor(session, house.cast.petra.id)
            for attempt in (
                ask_for_package(session, house.published, archive_unit=ARCHIVE, by=stranger),
                fetched(session, package_id, archive_unit=ARCHIVE, by=stranger),
                receive(session, package_id, "x", archive_unit=ARCHIVE, by=stranger),
            ):
                with pytest.raises(Forbidden):
                    await attempt
            actor = await archivist(session, house.cast.stein)
            with pytest.raises(NotFound):
                await fetched(session, package_id + 1, archive_unit=ARCHIVE, by=actor)
            long_ago = replace(actor, signed_in_recently=False)
            with pytest.raises(NotRecent):
                await fetched(session, package_id, archive_unit=ARCHIVE, by=long_ago)


async def test_whoever_fetches_a_package_has_read_each_protected_case_in_it(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    async with open_house(fresh_database, settings, shipped) as house:
        number = await closed_personnel_case(house)
        asked = "SELECT count(*) FROM audit_entries WHERE kind = 'case.read' AND payload->>'part' = 'archive'"
        await packed(house, settings)
        alice, stein = house.cast.alice.id, house.cast.stein.id
        mine = f"{asked} AND concerns_id = {alice} AND actor_id = {stein} AND subject_id = {int(number[:-2])}"
        assert await house.scalar(mine) == await house.scalar(asked) == 1
        readers = await house.as_person(house.cast.alice).get("/mine-saker/lesere")
        assert "Stein Nes" in readers.text
        assert "Pakke til arkivet" in readers.text


async def test_an_open_case_and_one_without_archive_duty_stay_out(
    fresh_database: Database, settings: Settings, shipped: tuple[Catalogue, Sla]
) -> None:
    async with open_house(fresh_database, settings, shipped) as house:
        await personnel_case(house.as_person, house.cast)
        ticket = await open_ticket(house.as_person(house.cast.alice))
        async with transaction(house.sessions) as session:
            await close(session, ticket, date(2020, 1, 1))
            assert await cases_to_pack(session, house.published) == []
