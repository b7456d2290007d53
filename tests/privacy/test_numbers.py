"""A hidden number is shown to whoever handles the case and needs it, and that it was shown is recorded."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.audit.kinds import AuditKind
from app.audit.models import AuditEntry
from app.identity.models import BrowserSession
from app.masking.hiding import MARK
from tests.masking.numbers import some
from tests.tickets.asking import open_ticket

pytestmark = pytest.mark.anyio
NUMBER = some()
PAY = {"service": "lonnsslipp", "subject": f"Feil på slippen til {NUMBER}"}
PC = {"subject": f"PC-en til {NUMBER}"}


async def pay_case(client, published) -> tuple[str, str]:
    """Number and mark of a case of payroll, whose work needs the number (personopplysningsloven § 12)."""
    service = published.catalogue.services["lonnsslipp"]
    answers = {
        field.key: field.choices[0].value if field.choices else f"Gjelder {NUMBER}"
        for field in service.form.fields
        if field.required and not field.when
    }
    ticket = await open_ticket(client, **PAY, answers=answers)
    mark = MARK.search(ticket["subject"]).group(1).strip()
    return ticket["number"], mark


async def shown(session) -> list[tuple[int, int]]:
    query = select(AuditEntry.actor_id, AuditEntry.subject_id)
    return [
        tuple(row)
        for row in await session.execute(query.where(AuditEntry.kind == AuditKind.IDENTITY_NUMBER_SHOWN))
    ]


async def test_the_agent_who_needs_it_sees_it_and_it_is_recorded(
    as_person, at_the_pages, session, published, alice, carol
) -> None:
    number, mark = await pay_case(as_person(alice), published)
    page = at_the_pages(carol)
    case = await page.get(f"/desk/saker/{number}")
    assert NUMBER not in case.text
    link = f"/desk/saker/{number}/fodselsnummer/{mark}"
    assert link in case.text
    asked = await page.get(link)
    assert NUMBER[:6] not in asked.text
    assert await shown(session) == []
    answer = await page.post(link)
    assert f"{NUMBER[:6]} {NUMBER[6:]}" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    api = await page.get(f"/api/v1/tickets/{number}/identity-numbers/{mark}")
    assert api.json() == {"mark": mark, "identity_number": NUMBER}
    assert [actor for actor, _ in await shown(session)] == [carol.id, carol.id]


async def test_where_the_work_does_not_need_it_nobody_sees_it(
    as_person, at_the_pages, session, alice, bob
) -> None:
    ticket = await open_ticket(as_person(alice), **PC)
    mark = MARK.search(ticket["subject"]).group(1).strip()
    page = await at_the_pages(bob).get(f"/desk/saker/{ticket['number']}")
    assert "fodselsnummer" not in page.text
    assert "fødselsnummer skjult" in page.text
    answer = await as_person(bob).get(f"/api/v1/tickets/{ticket['number']}/identity-numbers/{mark}")
    assert (answer.status_code, answer.json()["code"]) == (403, "privacy.number_not_needed")
    assert await shown(session) == []


async def test_who_may_not_see_the_case_learns_nothing_of_its_numbers(
    as_person, at_the_pages, session, published, alice, bob, truls
) -> None:
    number, mark = await pay_case(as_person(alice), published)
    for person in (bob, truls):
        for wanted in (mark, "AAAAAAAA"):
            answer = await as_person(person).get(f"/api/v1/tickets/{number}/identity-numbers/{wanted}")
            assert answer.status_code == 404
    assert await shown(session) == []
    own = await at_the_pages(alice).get(f"/api/v1/tickets/{number}/identity-numbers/{mark}")
    assert own.status_code == 200, "it is her own case"


async def test_a_number_is_shown_to_somebody_who_has_just_signed_in_and_never_to_a_key(
    as_person, at_the_pages, session, published, alice, carol
) -> None:
    number, mark = await pay_case(as_person(alice), published)
    key = await as_person(carol).get(f"/api/v1/tickets/{number}/identity-numbers/{mark}")
    assert (key.status_code, key.json()["code"]) == (403, "sign_in.not_recent")
    page = at_the_pages(carol)
    link = f"/desk/saker/{number}/fodselsnummer/{mark}"
    await page.get(link)
    await session.execute(update(BrowserSession).values(authenticated_at=None))
    await session.commit()
    refused = await page.post(link)
    assert refused.status_code == 403
    assert "/logg-inn/igjen" in refused.text
    assert NUMBER[:6] not in refused.text
    assert await shown(session) == []
