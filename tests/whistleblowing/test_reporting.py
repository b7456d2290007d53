"""Varsling stands apart: the named mottak reads it, whoever reports stays unknown, and nobody else learns of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.identity.actor import Office
from app.identity.codes import new_code, read_code
from app.people.models import Person
from app.people.offices import appoint
from app.settings import Settings
from app.whistleblowing.effects import effects
from app.whistleblowing.models import Report
from app.whistleblowing.reporting import TOPIC
from integrations.mail.client import MailServer
from tests.cast import APPOINTING, Cast
from tests.conftest import BASE_URL, AsPerson
from tests.tickets.asking import PC_BROKEN, once

SECRET = "Sjefen tar av kassa på lageret"
CODE = re.compile(r'secret-code numeric">([0-9A-Z-]{29})<')
OWN_PAGE = {"origin": BASE_URL, "sec-fetch-site": "same-origin"}
FORM_CODE = re.compile(r'name="code" value="([^"]+)"')
FORM_KEY = re.compile(r'name="key" value="([^"]+)"')


@dataclass
class Room:
    """Somebody without a name at the door, and the two of the mottak."""

    anybody: httpx.AsyncClient
    mona: Person
    morten: Person


@pytest.fixture
async def room(app: FastAPI, session: AsyncSession, cast: Cast) -> AsyncIterator[Room]:
    for member in (cast.petra, cast.dagny):
        await appoint(session, member.id, Office.WHISTLEBLOWING_RECIPIENT, by=APPOINTING)
    await session.commit()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=BASE_URL, headers=OWN_PAGE
    ) as anybody:
        yield Room(anybody, cast.petra, cast.dagny)


async def report(room: Room, **more: str) -> str:
    """File one; the code it is read with."""
    form = (await room.anybody.get("/varsling")).text
    found = FORM_CODE.search(form)
    assert found
    sent = {"code": found[1], "body": SECRET, "about": "Lageret", "signature": ""} | more
    receipt = await room.anybody.post("/varsling", data=sent)
    assert receipt.status_code == 200, receipt.text
    shown = CODE.search(receipt.text)
    assert shown
    return shown[1]


async def reference_of(session: AsyncSession) -> str:
    return (await session.scalars(select(Report.reference))).one()


async def test_two_who_do_not_know_each_other_talk(
    room: Room, as_person: AsPerson, session: AsyncSession
) -> None:
    code = await report(room)
    reference = await reference_of(session)
    mona = as_person(room.mona)
    page = await mona.get(f"/varsling/mottak/{reference}")
    assert SECRET in page.text
    assert "Anonym" in page.text
    key = FORM_KEY.search(page.text)
    assert key
    answer = {"body": "Takk. Når så du det?", "kind": "recipient", "key": key[1]}
    for _twice in range(2):
        assert (await mona.post(f"/varsling/mottak/{reference}/svar", data=answer)).status_code == 303
    note = {"body": "Ring revisjonen.", "kind": "note", "key": "another"}
    await mona.post(f"/varsling/mottak/{reference}/svar", data=note)
    talk = (await room.anybody.post("/varsling/samtale", data={"code": code.lower().replace("-", " ")})).text
    assert talk.count("Takk. Når så du det?") == 1
    assert "Ring revisjonen." not in talk
    assert room.mona.name not in talk
    assert "Undersøkes" in talk
    more = {"code": code, "body": "I mai.", "key": "mine"}
    assert "I mai." in (await room.anybody.post("/varsling/samtale/svar", data=more)).text
    assert "I mai." in (await mona.get(f"/varsling/mottak/{reference}")).text


async def test_nobody_else_reads_it_or_learns_that_it_is_there(
    room: Room, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await appoint(session, cast.truls.id, Office.PRIVACY_OFFICER, by=APPOINTING)
    await appoint(session, cast.oda.id, Office.TECHNICAL_ADMINISTRATOR, by=APPOINTING)
    await session.commit()
    await report(room)
    reference = await reference_of(session)
    for other in (cast.alice, cast.bob, cast.frida, cast.leif, cast.stein, cast.truls, cast.oda):
        client = as_person(other)
        answers = [await client.get(f"/varsling/mottak/{named}") for named in (reference, "0000-0000")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text.replace(reference, "0000-0000") == answers[1].text
        assert (await client.get("/varsling/mottak")).status_code == 404
        assert (
            await client.post(f"/varsling/mottak/{reference}/svar", data={"body": "x"})
        ).status_code == 404
        found = await client.get("/api/v1/tickets/search", params={"q": "kassa lageret"})
        assert found.json()["items"] == []
        for url in ("/", "/mine-saker", "/desk/sok?q=kassa"):
            assert SECRET not in (await client.get(url)).text


async def test_whom_the_reporter_fears_does_not_read_it(
    room: Room, as_person: AsPerson, session: AsyncSession
) -> None:
    await report(room, withheld=str(room.morten.id))
    reference = await reference_of(session)
    assert (await as_person(room.mona).get(f"/varsling/mottak/{reference}")).status_code == 200
    assert (await as_person(room.morten).get(f"/varsling/mottak/{reference}")).status_code == 404
    assert reference not in (await as_person(room.morten).get("/varsling/mottak")).text
    told = (await session.scalars(select(Delivery.recipient_id).where(Delivery.topic == TOPIC))).all()
    assert told == [room.mona.id]


async def test_somebody_must_read_it(room: Room) -> None:
    sent = {"body": SECRET, "code": new_code(), "withheld": [str(room.mona.id), str(room.morten.id)]}
    answer = await room.anybody.post("/varsling", data=sent)
    assert answer.status_code == 422
    assert "Minst én i mottaket" in answer.text
    assert SECRET in answer.text


async def test_nothing_kept_tells_who_or_at_what_time(
    room: Room, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    """Also when whoever reports is signed in."""
    signed_in = as_person(cast.alice)
    sent = {"body": SECRET, "code": new_code()}
    page = await signed_in.post("/varsling", data=sent)
    assert page.status_code == 200
    assert cast.alice.name not in page.text
    columns = await session.scalars(
        text(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_name LIKE 'whistleblowing%' AND data_type LIKE 'timestamp%'"
        )
    )
    assert columns.all() == []
    row = (await session.scalars(text("SELECT row_to_json(r)::text FROM whistleblowing_reports r"))).one()
    assert f":{cast.alice.id}" not in row
    assert sent["code"] not in row
    for table in ("events", "deliveries", "tickets", "messages", "idempotency_keys"):
        kept = await session.scalars(text(f"SELECT row_to_json(r)::text FROM {table} r"))
        assert not [found for found in kept if "kassa" in found or f'"actor_id":{cast.alice.id}' in found]


async def test_the_mottak_is_told_without_a_word_of_it(
    room: Room, session: AsyncSession, settings: Settings
) -> None:
    code = await report(room)
    rows = (await session.scalars(select(Delivery).where(Delivery.topic == TOPIC))).all()
    assert {row.recipient_id for row in rows} == {room.mona.id, room.morten.id}
    assert all(row.payload == {} for row in rows)
    effect = effects(settings, MailServer(host="127.0.0.1", port=25))[TOPIC]
    assert await effect.recipients(session, {}) == ()
    assert await effect.prepare(session, Due("k", TOPIC, {}, room.mona.id, datetime.now(UTC))) is not None
    await session.execute(text("DELETE FROM office_holders"))
    assert await effect.prepare(session, Due("k", TOPIC, {}, room.mona.id, datetime.now(UTC))) is None
    assert code


async def test_a_code_opens_its_report_and_every_other_opens_nothing(
    room: Room, session: AsyncSession
) -> None:
    code = await report(room)
    answers = [
        await room.anybody.post("/varsling/samtale", data={"code": wrong})
        for wrong in ("", "x", new_code(), code[:-1], code + "0", "Ø" * 25, "0" * 10_000)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all(SECRET not in answer.text for answer in answers)
    assert SECRET in (await room.anybody.post("/varsling/samtale", data={"code": code})).text
    assert (await session.scalars(select(Report.code_hash))).one() != code.encode()


async def test_a_refusal_at_this_door_leaves_no_trace(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    refused = await client.post("/varsling", data={"body": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert (
        await session.scalars(text("SELECT count(*) FROM audit_entries WHERE kind LIKE 'request.%'"))
    ).one() == 0


async def test_sent_twice_it_is_one_report(room: Room, session: AsyncSession) -> None:
    sent = {"code": new_code(), "body": SECRET}
    for _twice in range(2):
        assert CODE.search((await room.anybody.post("/varsling", data=sent)).text)
    assert len((await session.scalars(select(Report))).all()) == 1
    assert len((await session.scalars(select(Delivery).where(Delivery.topic == TOPIC))).all()) == 2


async def test_what_reads_like_a_report_becomes_no_ticket(
    room: Room, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    alice = as_person(cast.alice)
    free_text = {
        "service": "spor-servicesenteret",
        "subject": "Jeg vil varsle om trakassering",
        "answers": {},
    }
    by_service = PC_BROKEN | {"service": "varsling", "answers": {"description": "x", "contact": "here"}}
    for asked in (by_service, free_text):
        answer = await alice.post("/api/v1/tickets", json=asked, headers=once())
        assert answer.status_code in (404, 422), answer.text
    assert (await session.scalars(text("SELECT count(*) FROM tickets"))).one() == 0
    form = await alice.get("/tjenester/varsling/bestill")
    assert (form.status_code, form.headers["location"]) == (303, "/varsling")


async def test_without_a_mottak_the_page_says_where_else(client: httpx.AsyncClient) -> None:
    page = await client.get("/varsling")
    assert page.status_code == 200
    assert "Arbeidstilsynet" in page.text
    assert 'name="body"' not in page.text
    sent = {"body": "x", "code": new_code()}
    assert (await client.post("/varsling", data=sent, headers=OWN_PAGE)).status_code == 422


@pytest.mark.parametrize("typed", ["{code}", "{lower}", " {spaced} ", "{alike}"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    code = "01ABC-DEFGH-JKMNP-QRSTV-WXYZ0"
    forms = {
        "code": code,
        "lower": code.lower(),
        "spaced": code.replace("-", " "),
        "alike": code.replace("0", "O").replace("1", "l"),
    }
    assert read_code(typed.format(**forms)) == code
