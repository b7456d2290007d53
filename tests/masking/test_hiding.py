"""A number that somebody writes anywhere is kept in one table, and stands in clear nowhere else."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.database.model import Base, WrittenText
from app.masking.hiding import MARK, Hidden
from app.masking.models import HiddenNumber
from app.people.models import Person
from tests.approvals.ordering import decide, order, waiting
from tests.conftest import AsPerson
from tests.masking.numbers import some
from tests.tickets.asking import once, open_ticket, put

pytestmark = pytest.mark.anyio
NUMBER = some()
SPACED = f"{NUMBER[:6]} {NUMBER[6:]}"


async def tables_with(session: AsyncSession, *needles: str) -> dict[str, int]:
    """How many rows of each table hold one of the texts in any of their columns."""
    found = {}
    for table in Base.metadata.sorted_tables:
        holds = " OR ".join(f"t::text LIKE '%{needle}%'" for needle in needles)
        count = (
            await session.execute(text(f"SELECT count(*) FROM {table.name} t WHERE {holds}"))
        ).scalar_one()
        if count:
            found[table.name] = count
    return found


async def test_wherever_it_is_written_it_is_kept_in_one_place(
    as_person: AsPerson, session: AsyncSession, alice: Person, bob: Person, carol: Person
) -> None:
    asking, solving = as_person(alice), as_person(bob)
    file = await asking.post(
        "/api/v1/attachments",
        content=b"\x89PNG\r\n\x1a\n" + bytes(64),
        headers={"content-type": "image/png", "x-filename": f"{NUMBER}.png"} | once(),
    )
    assert file.status_code == 201, file.text
    ticket = await open_ticket(
        asking,
        subject=f"Feil på {SPACED}",
        description=f"Nummeret er {NUMBER}.",
        answers={"what": "computer", "description": f"Se {SPACED}", "hindrance": "slowed"},
        attachment_ids=[file.json()["id"]],
    )
    url = f"/api/v1/tickets/{ticket['number']}"
    ticket = await put(solving, ticket, "assignee", person_id=bob.id)
    for body in ({"body": f"Gjelder {NUMBER}"}, {"body": SPACED, "kind": "internal"}):
        said = await solving.post(f"{url}/messages", json=body, headers=once())
        assert said.status_code == 201, said.text
    ticket = await put(solving, said.json(), "handover", unit="lonn", reason=f"For {NUMBER}")
    receiving = as_person(carol)
    ticket = (await receiving.get(url)).json()
    await put(receiving, ticket, "handover/return", reason=SPACED)
    ticket = (await solving.get(url)).json()
    ticket = await put(solving, ticket, "resolution", text=f"Ordnet for {NUMBER}")
    answer = await asking.get(url)
    assert NUMBER not in answer.text
    assert SPACED not in answer.text
    assert set(await tables_with(session, NUMBER, SPACED)) == {"hidden_numbers"}


async def test_a_search_for_it_finds_nothing(as_person: AsPerson, alice: Person, bob: Person) -> None:
    await open_ticket(as_person(alice), subject=f"Feil på {NUMBER}")
    found = await as_person(bob).get("/api/v1/tickets/search", params={"q": NUMBER})
    assert found.status_code == 200, found.text
    assert found.json()["items"] == []


async def test_the_same_number_has_the_same_mark_in_one_request(
    as_person: AsPerson, session: AsyncSession, alice: Person
) -> None:
    ticket = await open_ticket(as_person(alice), subject=f"Feil på {NUMBER}", description=f"{SPACED}!")
    marks = {
        found.group(1) for each in (ticket["subject"], ticket["description"]) for found in MARK.finditer(each)
    }
    assert len(marks) == 1
    (row,) = (await session.scalars(select(HiddenNumber))).all()
    assert (row.number, row.subject_kind, {f" {row.mark}"}) == (NUMBER, "ticket", marks)


async def test_an_approver_s_words_are_read_too(
    as_person: AsPerson, session: AsyncSession, alice: Person, leif: Person
) -> None:
    await order(as_person(alice), alice)
    approver = as_person(leif)
    (asked,) = await waiting(approver)
    answer = await decide(approver, asked["id"], "rejected", f"Ikke til {NUMBER}")
    assert answer.status_code == 200, answer.text
    assert set(await tables_with(session, NUMBER)) == {"hidden_numbers"}


async def test_what_nobody_hid_is_caught_by_the_last_net(session: AsyncSession, alice: Person) -> None:
    """A writer that forgets `hide` loses the number, rather than keep it in clear."""
    written = WrittenText().process_bind_param(f"Feil på {NUMBER}", session.get_bind().dialect)
    assert written == "Feil på [fødselsnummer skjult]"


async def test_opening_a_ticket_takes_as_many_statements_with_a_number_as_without(
    as_person: AsPerson, session: AsyncSession, engine: AsyncEngine, alice: Person
) -> None:
    said: list[str] = []
    listen = lambda *args: said.append(args[2])  # noqa: E731
    client: httpx.AsyncClient = as_person(alice)
    await open_ticket(client)
    counts = []
    for subject in ("PC-en starter ikke", f"PC-en til {NUMBER} starter ikke"):
        event.listen(engine.sync_engine, "before_cursor_execute", listen)
        said.clear()
        await open_ticket(client, subject=subject)
        counts.append(len(said))
        event.remove(engine.sync_engine, "before_cursor_execute", listen)
    assert counts[0] == counts[1]


def test_a_mark_can_be_found_again_in_any_text() -> None:
    hidden = Hidden(("ticket", 1))
    masked = hidden.out_of({"a": f"Se {NUMBER}", "b": [SPACED, 3, None]})
    assert MARK.findall(masked["a"]) == MARK.findall(masked["b"][0]) != []
    assert masked["b"][1:] == [3, None]
