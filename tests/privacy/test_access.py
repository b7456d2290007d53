"""Innsynskrav: found, assessed piece by piece, cut, answered; and what was cut is in nothing that leaves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.models import AuditEntry
from app.people.models import Membership, Person
from app.privacy.models import AccessAnswer, AccessDocument, DocumentKind
from app.tickets.models import Ticket
from tests.agreements.test_pdf import needs_pango, streams
from tests.tickets.asking import once, open_ticket

pytestmark = pytest.mark.anyio
SECRET = "Kari Nordmann"


@pytest.fixture
async def archivist(session: AsyncSession, truls: Person) -> Person:
    """Also an agent of IT, so that there is something to find."""
    session.add_all([Membership(person_id=truls.id, unit="arkiv"), Membership(person_id=truls.id, unit="it")])
    await session.flush()
    return truls


async def request_and_case(as_person, alice: Person, bob: Person) -> tuple[str, str]:
    case = await open_ticket(
        as_person(alice),
        subject="Skriveren til rådmannen",
        answers={
            "what": "computer",
            "description": f"Skriveren er treg. Spør {SECRET} på 400 00 123.",
            "hindrance": "slowed",
        },
    )
    url = f"/api/v1/tickets/{case['number']}/messages"
    await as_person(bob).post(url, json={"body": f"{SECRET} har lånt den."}, headers=once())
    await as_person(bob).post(url, json={"body": "Internt: kjøp en ny.", "kind": "internal"}, headers=once())
    asked = await open_ticket(
        as_person(alice), service="innsyn", subject="Innsyn", answers={"who": "press", "case": "Skrivere"}
    )
    return asked["number"], case["number"]


async def test_from_finding_to_the_answer(as_person, at_the_pages, session, alice, bob, archivist) -> None:
    asked, case = await request_and_case(as_person, alice, bob)
    page, here = at_the_pages(archivist), f"/desk/saker/{asked}/innsyn"
    assert here in (await page.get(f"/desk/saker/{asked}")).text
    found = await page.get(f"{here}?q=skriveren")
    assert case in found.text
    assert (await page.post(f"{here}/legg-til", number=case)).status_code == 303
    assert (await page.post(f"{here}/legg-til", number=case)).status_code == 303, "again changes nothing"
    documents = (await session.scalars(select(AccessDocument).order_by(AccessDocument.id))).all()
    assert len(documents) == 3
    assert not any("rådmannen" in each.title or SECRET in each.title for each in documents)
    whole, said, note = documents

    early = await page.post(f"{here}/svar", body="Her er det.")
    assert early.status_code == 409
    without = await page.post(f"{here}/{whole.id}", utfall="withhold", title=whole.title)
    assert without.status_code == 422, "what is held back has a provision"
    nowhere = await page.post(
        f"{here}/{whole.id}", utfall="give", title="Sak", grunn="offl-13", passasjer="Ola"
    )
    assert nowhere.status_code == 422
    cut = {"utfall": "give", "grunn": "offl-13", "passasjer": f"{SECRET}\n400 00 123\nrådmannen"}
    assert (await page.post(f"{here}/{whole.id}", title="Sak om skriver", **cut)).status_code == 303
    assert (
        await page.post(f"{here}/{said.id}", title=said.title, utfall="give", grunn="offl-13", sted="0-13")
    ).status_code == 303
    assert (
        await page.post(f"{here}/{note.id}", title=note.title, utfall="withhold", grunn="offl-14")
    ).status_code == 303
    done = await page.post(f"{here}/svar", body="Her er det vi gir ut.")
    assert done.status_code == 303, done.text

    answer = (await session.scalars(select(AccessAnswer))).one()
    given = await page.get(f"{here}/svar/{answer.id}")
    for hidden in (SECRET, "400 00 123", "rådmannen", "kjøp en ny"):
        assert hidden not in given.text
        assert hidden not in str(answer.content)
    assert "Skriveren er treg." in given.text
    assert "har lånt den." in given.text
    assert "offentleglova § 13" in given.text
    assert "Her er det vi gir ut." in (await as_person(alice).get(f"/api/v1/tickets/{asked}")).text
    logged = select(AuditEntry.payload).where(AuditEntry.kind == AuditKind.ACCESS_ANSWERED)
    assert list(await session.scalars(logged)) == [{"answer": answer.id, "give": 0, "part": 2, "withhold": 1}]


def words_in(made: bytes) -> str:
    """What a PDF of ours shows, letter by letter through its fonts' own tables; without the blanks between."""
    inside = streams(made)
    letters = {}
    for table in re.findall(rb"beginbfchar(.*?)endbfchar", inside, re.DOTALL):
        pairs = re.findall(rb"<([0-9a-f]+)>\s*<([0-9a-f]+)>", table)
        letters |= {glyph: bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs}
    shown = re.findall(rb"\[(.*?)\]\s*TJ", inside, re.DOTALL)
    glyphs = [glyph for run in shown for glyph in re.findall(rb"<([0-9a-f]{4})>", run)]
    return re.sub(r"[\s-]", "", "".join(letters[glyph] for glyph in glyphs))


@needs_pango
async def test_the_pdf_holds_nothing_of_what_was_cut(
    as_person, at_the_pages, session, alice, bob, archivist
) -> None:
    asked, case = await request_and_case(as_person, alice, bob)
    page, here = at_the_pages(archivist), f"/desk/saker/{asked}/innsyn"
    await page.get(here)
    await page.post(f"{here}/legg-til", number=case)
    for document in (await session.scalars(select(AccessDocument))).all():
        cut = {"utfall": "withhold", "grunn": "offl-14"}
        if document.kind is DocumentKind.CASE:
            cut = {"utfall": "give", "grunn": "offl-13", "passasjer": SECRET}
        await page.post(f"{here}/{document.id}", title=document.title, **cut)
    assert (await page.post(f"{here}/svar", body="Her.")).status_code == 303
    answer = (await session.scalars(select(AccessAnswer))).one()
    made = await page.client.get(f"{here}/svar/{answer.id}/pdf")
    assert made.headers["content-type"] == "application/pdf"
    shown = words_in(made.content)
    assert "Skriverenertreg." in shown
    assert "Nordmann" not in shown
    assert SECRET.encode() not in streams(made.content)


async def test_what_one_may_not_see_is_not_found_and_what_changed_is_assessed_anew(
    as_person, at_the_pages, session, alice, bob, archivist
) -> None:
    asked, case = await request_and_case(as_person, alice, bob)
    page, here = at_the_pages(archivist), f"/desk/saker/{asked}/innsyn"
    await page.get(here)
    illness = {"who": "me", "about": "self", "description": "Hvor mange dager?"}
    hidden = await open_ticket(as_person(alice), service="sykefravaer", subject="Syk", answers=illness)
    assert (await page.post(f"{here}/legg-til", number=hidden["number"])).status_code == 422
    assert (await page.post(f"{here}/legg-til", number="999999-9")).status_code == 422
    await page.post(f"{here}/legg-til", number=case)
    for document in (await session.scalars(select(AccessDocument))).all():
        await page.post(f"{here}/{document.id}", title=document.title, utfall="give")
    ticket = (await as_person(bob).get(f"/api/v1/tickets/{case}")).json()
    match = {"if-match": f'"{ticket["version"]}"'}
    solved = await as_person(bob).put(
        f"/api/v1/tickets/{case}/resolution", json={"text": f"Gitt til {SECRET}"}, headers=match
    )
    assert solved.status_code == 200, solved.text
    changed = await page.post(f"{here}/svar", body="Her.")
    assert changed.status_code == 409
    assert (await session.scalars(select(AccessAnswer))).all() == []


async def test_it_is_a_page_of_requests_for_access_and_of_those_who_handle_them(
    as_person, at_the_pages, alice, bob, archivist
) -> None:
    asked, case = await request_and_case(as_person, alice, bob)
    assert (await at_the_pages(archivist).get(f"/desk/saker/{case}/innsyn")).status_code == 404
    assert (await at_the_pages(bob).get(f"/desk/saker/{asked}/innsyn")).status_code == 404
    assert (await at_the_pages(alice).get(f"/desk/saker/{asked}/innsyn")).status_code == 403


async def test_reading_a_protected_case_here_is_kept_like_any_reading(
    as_person, at_the_pages, session, alice, bob, archivist
) -> None:
    asked, case = await request_and_case(as_person, alice, bob)
    await session.execute(update(Ticket).values(confidentiality="personnel"))
    await session.commit()
    page, here = at_the_pages(archivist), f"/desk/saker/{asked}/innsyn"
    await page.get(here)
    await page.post(f"{here}/legg-til", number=case)
    assert "Skriveren er treg." in (await page.get(here)).text
    read = select(AuditEntry).where(
        AuditEntry.kind == AuditKind.CASE_READ, AuditEntry.payload["part"].astext == "access"
    )
    [entry] = await session.scalars(read)
    assert (entry.actor_id, entry.concerns_id) == (archivist.id, alice.id)


async def test_notes_in_ones_own_case_are_not_read_by_way_of_a_request(
    as_person, at_the_pages, session, alice, bob, carol, archivist
) -> None:
    _asked, case = await request_and_case(as_person, alice, bob)
    asked = (
        await open_ticket(as_person(carol), service="innsyn", answers={"who": "press", "case": "Skrivere"})
    )["number"]
    session.add(Membership(person_id=alice.id, unit="arkiv"))
    await session.commit()
    here = f"/desk/saker/{asked}/innsyn"
    theirs, own = at_the_pages(archivist), at_the_pages(alice)
    await theirs.get(here)
    await theirs.post(f"{here}/legg-til", number=case)
    assert "kjøp en ny" in (await theirs.get(here)).text
    shown = (await own.get(here)).text
    assert "Skriveren er treg." in shown
    assert "kjøp en ny" not in shown
    note = (await session.scalars(select(AccessDocument.id).order_by(AccessDocument.id.desc()))).first()
    assert (await own.post(f"{here}/{note}", title="Notat", utfall="give")).status_code == 404
