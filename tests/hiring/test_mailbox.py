"""Innsyn in a mailbox: HR's own yes, never the leader's, and nothing is asked for without its ground and notice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import Approval
from app.people.models import Delegation, Membership, Person
from app.tickets.lifecycle import id_of
from service_catalog.schema import Authority
from tests.approvals.test_recent_sign_in import press
from tests.cast import SINCE, Cast, person
from tests.conftest import AsPerson
from tests.tickets.asking import match, once


@pytest.fixture
async def hr_s(session: AsyncSession, cast: Cast) -> Person:
    """Who answers for HR's field, beside the lead who handles the case."""
    head = person("Hege Rud", 40)
    session.add(head)
    await session.flush()
    session.add(Membership(person_id=head.id, unit="hr"))
    session.add(Delegation(person_id=head.id, authority=Authority.PROFESSIONAL, scope="hr", valid_from=SINCE))
    await session.flush()
    return head


def asked(cast: Cast, **more: Any) -> dict[str, Any]:
    answers = {
        "state": "away",
        "employee": str(cast.alice.id),
        "what": ["mailbox"],
        "ground": "operations",
        "justification": "Tilbudet fra leverandøren, kommet i uke 46.",
        "notified": "hr",
    }
    return {"service": "innsyn-i-postkasse", "subject": "Tilbud i postkassen", "answers": answers | more}


async def test_hr_says_yes_and_never_a_leader(
    as_person: AsPerson, session: AsyncSession, cast: Cast, hr_s: Person
) -> None:
    answer = await as_person(cast.leif).post("/api/v1/tickets", json=asked(cast), headers=once())
    assert answer.status_code == 201, answer.text
    ticket = answer.json()
    assert (ticket["unit"], ticket["confidentiality"], ticket["waiting_for"]) == (
        "hr",
        "personnel",
        "approval",
    )
    found = select(Approval).where(Approval.subject_id == id_of(ticket["number"]))
    asked_of = (await session.scalars(found)).one()
    assert (asked_of.approver_id, asked_of.authority, asked_of.scope) == (
        hr_s.id,
        Authority.PROFESSIONAL,
        "hr",
    )
    url = f"/api/v1/approvals/{asked_of.id}/decision"
    for leader in (cast.leif, cast.liv, cast.dagny):
        refused = await as_person(leader).put(url, json={"outcome": "approved"}, headers=once())
        assert refused.status_code in (403, 404)


async def test_it_is_not_solved_before_everything_the_regulation_asks_is_accounted_for(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast, hr_s: Person
) -> None:
    number = (await as_person(cast.leif).post("/api/v1/tickets", json=asked(cast), headers=once())).json()[
        "number"
    ]
    (approval_id,) = await session.scalars(select(Approval.id).where(Approval.subject_id == id_of(number)))
    assert (await press(in_browser(hr_s), f"godkjenn:{approval_id}")).status_code == 303
    petra, url = as_person(cast.petra), f"/api/v1/tickets/{number}/resolution"
    seen = match((await petra.get(f"/api/v1/tickets/{number}")).json())
    page = (await petra.get(f"/desk/saker/{number}")).text
    assert "Grunnlag og vurdering (§ 2): \nVarsel og uttalelse før (§ 3): " in page, "the solution begins so"
    lines = [
        "Grunnlag og vurdering (§ 2): nødvendig for driften",
        "Varsel og uttalelse før (§ 3): varslet 3. mars, ingen merknad",
        "Til stede: Alice, tillitsvalgt, to fra HR",
        "Hva ble åpnet: ett tilbud",
        "Skriftlig underretning etterpå (§ 3):",
    ]
    refused = await petra.put(url, json={"text": "\n".join(lines)}, headers=seen)
    assert refused.status_code == 422
    assert "Skriftlig underretning etterpå (§ 3)" in refused.json()["errors"][0]["detail"]
    assert "Til stede" not in refused.json()["errors"][0]["detail"]
    lines[-1] += " sendt 4. mars"
    solved = await petra.put(url, json={"text": "\n".join(lines)}, headers=seen)
    assert solved.status_code == 200, solved.text


@pytest.mark.usefixtures("hr_s")
@pytest.mark.parametrize(
    ("missing", "more"),
    [
        ("ground", {"ground": None}),
        ("justification", {"justification": ""}),
        ("notified", {"notified": None}),
        ("notified_on", {"notified": "done", "wishes": "present"}),
        ("wishes", {"notified": "done", "notified_on": "2026-01-05"}),
        ("why_not_notified", {"notified": "impossible"}),
    ],
)
async def test_nothing_is_asked_without_ground_and_notice(
    as_person: AsPerson, cast: Cast, missing: str, more: dict[str, Any]
) -> None:
    answer = await as_person(cast.leif).post("/api/v1/tickets", json=asked(cast, **more), headers=once())
    assert answer.status_code == 422
    assert f"answers.{missing}" in {each["field"] for each in answer.json()["errors"]}
