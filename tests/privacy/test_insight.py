"""Everything about a person: gathered, looked through, let go to that person alone, and forgotten again."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.kinds import AuditKind
from app.audit.models import AuditEntry
from app.database.session import Sessions
from app.people.models import Person
from app.privacy.insight import gather_due
from app.privacy.insight_file import build_due, forget_due
from app.privacy.models import InsightItem, InsightRequest, InsightState, ItemKind
from app.settings import Settings
from app.tickets.attachments import open_store
from tests.conftest import AsPerson
from tests.masking.numbers import some
from tests.tickets.asking import once, open_ticket, put
from tests.told import told

pytestmark = pytest.mark.anyio


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("insight-*") if path.is_file()]


async def a_life(as_person: AsPerson, alice: Person, bob: Person, leif: Person) -> dict[str, str]:
    """Alice asks with a file; Bob answers and leaves a note; her leader orders something that names her."""
    asking, solving = as_person(alice), as_person(bob)
    file = await asking.post(
        "/api/v1/attachments",
        content=b"\x89PNG\r\n\x1a\n" + b"the bytes of a picture",
        headers={"content-type": "image/png", "x-filename": "../kari bilde.png".replace("/", "_")} | once(),
    )
    ticket = await open_ticket(asking, subject="PC-en min", attachment_ids=[file.json()["id"]])
    url = f"/api/v1/tickets/{ticket['number']}"
    await put(solving, ticket, "assignee", person_id=bob.id)
    await solving.post(f"{url}/messages", json={"body": "Vi ser på den."}, headers=once())
    note = {"body": "Kollegaen Carol Eide sier Alice er sur.", "kind": "internal"}
    await solving.post(f"{url}/messages", json=note, headers=once())
    about = await open_ticket(
        as_person(leif),
        service="sykefravaer",
        subject="Spørsmål om oppfølging",
        answers={
            "who": "employee",
            "employee": str(alice.id),
            "about": "follow_up",
            "description": f"Gjelder {some()}",
        },
    )
    return {"own": ticket["number"], "about": about["number"]}


async def ask_and_gather(person, session: AsyncSession) -> InsightRequest:
    await person.get("/personvern/innsyn")
    answer = await person.post("/personvern/innsyn")
    assert answer.status_code == 303, answer.text
    assert await gather_due(session) == 1
    await session.flush()
    return (await session.scalars(select(InsightRequest).order_by(InsightRequest.id.desc()))).first()


async def test_from_asking_to_the_file(
    as_person, at_the_pages, session, sessions: Sessions, settings: Settings, alice, bob, leif, officer
) -> None:
    numbers = await a_life(as_person, alice, bob, leif)
    me, reviewing = at_the_pages(alice), at_the_pages(officer)
    request = await ask_and_gather(me, session)
    assert request.state is InsightState.REVIEW
    items = (await session.scalars(select(InsightItem).where(InsightItem.needs_review))).all()
    assert {item.kind for item in items} == {ItemKind.NOTE, ItemKind.ABOUT}

    page = await reviewing.get(f"/personvern/ombud/{request.id}")
    assert "Carol Eide" in page.text
    refused = await reviewing.post(f"/personvern/ombud/{request.id}/frigi")
    assert refused.status_code == 409

    note, about = (
        next(item for item in items if item.kind is kind) for kind in (ItemKind.NOTE, ItemKind.ABOUT)
    )
    cut = {"utfall": "give", "grunn": "pol-16-f", "passasjer": "Carol Eide"}
    assert (await reviewing.post(f"/personvern/ombud/{request.id}/{note.id}", **cut)).status_code == 303
    held = {"utfall": "withhold", "grunn": "pol-16-d"}
    assert (await reviewing.post(f"/personvern/ombud/{request.id}/{about.id}", **held)).status_code == 303
    assert (await reviewing.post(f"/personvern/ombud/{request.id}/frigi")).status_code == 303

    store = open_store(settings)
    assert await build_due(sessions, store) == 1
    assert await build_due(sessions, store) == 0
    page = await me.get("/personvern/innsyn")
    assert f"/personvern/innsyn/{request.id}/fil" in page.text
    by_key = await as_person(alice).get(f"/api/v1/insights/{request.id}/file")
    assert (by_key.status_code, by_key.json()["code"]) == (403, "sign_in.not_recent")
    file = await me.get(f"/personvern/innsyn/{request.id}/fil")
    assert file.status_code == 200
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        names = set(archive.namelist())
        readable = archive.read("index.html").decode()
        data = json.loads(archive.read("opplysninger.json"))
        (attachment,) = (name for name in names if name.startswith("vedlegg/"))
        assert archive.read(attachment).endswith(b"the bytes of a picture")
    everything = readable + json.dumps(data, ensure_ascii=False)
    assert "Vi ser på den." in readable
    assert "sier Alice er sur." in readable
    assert "Carol Eide" not in everything
    assert some() not in everything
    assert "Spørsmål om oppfølging" not in everything
    assert [one["number"] for one in data["withheld"]] == [numbers["about"]]
    assert "bokstav d" in data["withheld"][0]["ground"]
    assert {fact["what"]: fact["value"] for fact in data["person"]}["name"] == "Alice Berg"
    assert data["handling"]

    kinds = list(await session.scalars(select(AuditEntry.kind).order_by(AuditEntry.id)))
    assert AuditKind.INSIGHT_RELEASED in kinds
    assert AuditKind.INSIGHT_FETCHED in kinds
    read = select(AuditEntry.concerns_id).where(
        AuditEntry.kind == AuditKind.CASE_READ, AuditEntry.actor_id == officer.id
    )
    assert set(await session.scalars(read)) == {alice.id}
    said = await told(session, settings, "insight.released")
    assert [mail and mail.to for mail in said.values()] == [alice.email]


async def test_nobody_else_gets_the_file_and_it_is_forgotten(
    as_person, at_the_pages, session, sessions, settings: Settings, tmp_path: Path, alice, bob, officer
) -> None:
    me = at_the_pages(alice)
    request = await ask_and_gather(me, session)
    assert request.state is InsightState.APPROVED, "nothing of hers concerns anybody else"
    store = open_store(settings)
    await build_due(sessions, store)
    for other in (bob, officer):
        assert (await at_the_pages(other).get(f"/personvern/innsyn/{request.id}/fil")).status_code == 404
    assert len(files_in(tmp_path)) == 1
    month = InsightRequest.expires_at - timedelta(days=31)
    await session.execute(update(InsightRequest).values(expires_at=month))
    await session.flush()
    assert (await me.get(f"/personvern/innsyn/{request.id}/fil")).status_code == 409
    assert await forget_due(sessions, store) == 1
    assert files_in(tmp_path) == []


async def test_one_at_a_time_and_only_the_officer_for_others(
    at_the_pages, session, alice, bob, officer
) -> None:
    me = at_the_pages(alice)
    await me.get("/personvern/innsyn")
    assert (await me.post("/personvern/innsyn")).status_code == 303
    assert (await me.post("/personvern/innsyn")).status_code == 409
    stranger = at_the_pages(bob)
    await stranger.get("/personvern/innsyn")
    assert (await stranger.get("/personvern/ombud")).status_code == 404
    assert (await stranger.post("/personvern/ombud", person=alice.email)).status_code == 404
    making = at_the_pages(officer)
    await making.get("/personvern/ombud")
    assert (await making.post("/personvern/ombud", person=bob.email)).status_code == 303
    assert (await making.post("/personvern/ombud", person="ingen@fjordvik.example")).status_code == 409
    rows = (await session.scalars(select(InsightRequest).order_by(InsightRequest.id))).all()
    assert [(row.person_id, row.asked_by_id) for row in rows] == [(alice.id, alice.id), (bob.id, officer.id)]


async def test_nobody_looks_through_their_own(as_person, at_the_pages, session, bob, officer) -> None:
    ticket = await open_ticket(as_person(officer))
    url = f"/api/v1/tickets/{ticket['number']}/messages"
    await as_person(bob).post(url, json={"body": "Et notat", "kind": "internal"}, headers=once())
    me = at_the_pages(officer)
    request = await ask_and_gather(me, session)
    assert request.state is InsightState.REVIEW
    assert (await me.get(f"/personvern/ombud/{request.id}")).status_code == 403


async def test_withdrawn_it_is_never_built(at_the_pages, session, sessions, settings, alice) -> None:
    me = at_the_pages(alice)
    request = await ask_and_gather(me, session)
    assert (await me.post(f"/personvern/innsyn/{request.id}/trekk")).status_code == 303
    assert await build_due(sessions, open_store(settings)) == 0


async def test_whoever_has_left_gets_it_by_the_officer_s_hand(
    as_person, at_the_pages, session, sessions, settings, alice, bob, officer
) -> None:
    """They cannot come in; and while they work here the officer never has the file."""
    await session.execute(update(Person).where(Person.id == alice.id).values(active=False))
    await session.commit()
    page = at_the_pages(officer)
    await page.get("/personvern/ombud")
    assert (await page.post("/personvern/ombud", person=alice.employee_number)).status_code == 303
    await gather_due(session)
    await session.commit()
    await build_due(sessions, open_store(settings))
    request = (await session.scalars(select(InsightRequest))).one()
    file = f"/personvern/innsyn/{request.id}/fil"
    assert file in (await page.get("/personvern/ombud")).text
    assert (await at_the_pages(bob).get(file)).status_code == 404
    assert (await as_person(officer).get(file)).status_code == 403, "a key has not just signed in"
    got = await page.get(file)
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    fetched = select(AuditEntry.actor_id, AuditEntry.concerns_id).where(
        AuditEntry.kind == AuditKind.INSIGHT_FETCHED
    )
    assert (await session.execute(fetched)).one() == (officer.id, alice.id)
    await session.execute(update(Person).where(Person.id == alice.id).values(active=True))
    await session.commit()
    assert (await page.get(file)).status_code == 404
