"""Breaking the glass: for a reason, for some hours, only to read, and those it concerns are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.deliveries.effect import Due
from app.deliveries.models import Delivery
from app.identity.actor import Office
from app.identity.models import GlassOpening
from app.people.offices import appoint
from app.settings import Settings
from app.tickets.glass import TOPIC, effects
from app.tickets.models import Ticket
from integrations.mail.client import MailServer
from tests.cast import APPOINTING, Cast
from tests.conftest import AsPerson
from tests.tickets.asking import match, once, open_ticket

REASON = {"reason": "Ansatt er innlagt, og HR svarer ikke."}
SICK = {"who": "me", "about": "self", "description": "Hemmelig."}


@pytest.fixture
async def case(as_person: AsPerson, cast: Cast) -> dict[str, Any]:
    return await open_ticket(as_person(cast.alice), service="sykefravaer", subject="Sykmelding", answers=SICK)


async def smash(client: httpx.AsyncClient, case: dict[str, Any], **body: str) -> httpx.Response:
    return await client.post(f"/api/v1/tickets/{case['number']}/glass", json=body or REASON, headers=once())


async def test_the_case_is_read_and_not_handled(
    as_person: AsPerson, cast: Cast, case: dict[str, Any]
) -> None:
    url = f"/api/v1/tickets/{case['number']}"
    bob = as_person(cast.bob)
    assert (await bob.get(url)).status_code == 404
    assert (await smash(bob, case)).status_code == 204
    seen = await bob.get(url)
    assert seen.status_code == 200
    assert seen.json()["may"] == []
    refused = await bob.put(f"{url}/resolution", json={"text": "x"}, headers=match(seen.json()))
    assert refused.status_code == 403
    kinds = [event["kind"] for event in (await as_person(cast.alice).get(f"{url}/events")).json()]
    assert kinds[-1] == "ticket.glass_broken"
    assert (await as_person(cast.carol).get(url)).status_code == 404


async def test_it_ends_by_itself(
    as_person: AsPerson, session: AsyncSession, cast: Cast, case: dict[str, Any]
) -> None:
    bob = as_person(cast.bob)
    await smash(bob, case)
    opening = (await session.scalars(select(GlassOpening))).one()
    assert opening.ends_at - opening.opened_at == timedelta(hours=4)
    over = GlassOpening(
        ticket_id=opening.ticket_id,
        person_id=cast.carol.id,
        reason="Haster",
        opened_at=opening.opened_at - timedelta(hours=9),
        ends_at=opening.opened_at - timedelta(hours=5),
    )
    session.add(over)
    await session.commit()
    assert (await as_person(cast.carol).get(f"/api/v1/tickets/{case['number']}")).status_code == 404


async def test_a_reason_is_needed(as_person: AsPerson, cast: Cast, case: dict[str, Any]) -> None:
    for reason in ("", "   ", "x" * 501):
        assert (await smash(as_person(cast.bob), case, reason=reason)).status_code == 422
    assert (await as_person(cast.bob).get(f"/api/v1/tickets/{case['number']}")).status_code == 404


async def test_only_agents_and_never_for_those_who_lead_or_stand_near(
    as_person: AsPerson, session: AsyncSession, cast: Cast, case: dict[str, Any]
) -> None:
    for nobody in (cast.leif, cast.oda, cast.truls):
        assert (await smash(as_person(nobody), case)).status_code == 403
    of_bob = await open_ticket(as_person(cast.bob), service="sykefravaer", subject="x", answers=SICK)
    # Stein leads Bob and is an agent: to him it does not exist.
    assert (await smash(as_person(cast.stein), of_bob)).status_code == 404
    assert (await smash(as_person(cast.carol), of_bob)).status_code == 204


async def test_what_one_sees_already_needs_no_breaking(
    as_person: AsPerson, cast: Cast, case: dict[str, Any]
) -> None:
    answer = await smash(as_person(cast.petra), case)
    assert (answer.status_code, answer.json()["code"]) == (409, "glass.not_needed")


async def test_the_person_and_the_officer_are_told_and_read_why(
    as_person: AsPerson,
    in_browser: AsPerson,
    session: AsyncSession,
    settings: Settings,
    cast: Cast,
    case: dict[str, Any],
) -> None:
    await appoint(session, cast.truls.id, Office.PRIVACY_OFFICER, by=APPOINTING)
    await smash(as_person(cast.bob), case)
    row = (await session.scalars(select(Delivery).where(Delivery.topic == TOPIC))).one()
    effect = effects(settings, MailServer(host="127.0.0.1", port=25))[TOPIC]
    told = await effect.recipients(session, row.payload)
    assert set(told) == {cast.alice.id, cast.truls.id}
    for person_id in told:
        assert (
            await effect.prepare(session, Due("k", TOPIC, row.payload, person_id, row.created_at)) is not None
        )
    assert await effect.prepare(session, Due("k", TOPIC, row.payload, cast.leif.id, row.created_at)) is None
    await session.commit()
    for reader in (cast.alice, cast.truls):
        page = (await in_browser(reader).get("/nodtilgang")).text
        assert REASON["reason"] in page
        assert "Bob Dahl" in page
    for other in (cast.leif, cast.petra, cast.bob):
        assert REASON["reason"] not in (await in_browser(other).get("/nodtilgang")).text
        assert (await as_person(other).get("/api/v1/glass-openings")).json()["items"] == []
    assert (await as_person(cast.truls).get(f"/api/v1/tickets/{case['number']}")).status_code == 404


async def test_the_desk_has_a_form_for_it(as_person: AsPerson, cast: Cast, case: dict[str, Any]) -> None:
    bob = as_person(cast.bob)
    assert (await bob.get("/desk/nodtilgang")).status_code == 200
    sent = {"number": case["number"], "reason": ""}
    empty = await bob.post("/desk/nodtilgang", data=sent)
    assert empty.status_code == 422
    assert 'href="#reason"' in empty.text
    assert 'href="#number"' not in empty.text
    assert 'href="#number"' in (await bob.post("/desk/nodtilgang", data={"number": "", "reason": ""})).text
    opened = await bob.post("/desk/nodtilgang", data=sent | REASON)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/desk/saker/{case['number']}")
    page = (await bob.get(opened.headers["location"])).text
    assert "Sykmelding" in page
    assert "Du leser saken med nødtilgang" in page
    assert (
        "Du leser saken med nødtilgang"
        not in (await as_person(cast.petra).get(opened.headers["location"])).text
    )


async def test_what_was_written_about_it_stays(
    as_person: AsPerson, session: AsyncSession, cast: Cast, case: dict[str, Any]
) -> None:
    await smash(as_person(cast.bob), case)
    for change in ("UPDATE glass_openings SET reason = 'x'", "DELETE FROM glass_openings"):
        async with session.begin_nested() as mine:
            with pytest.raises(DBAPIError):
                await session.execute(text(change))
            await mine.rollback()


async def test_a_whistleblowing_class_is_never_opened(
    as_person: AsPerson, session: AsyncSession, cast: Cast, case: dict[str, Any]
) -> None:
    """No ticket is one any more; one that is left from before is nobody's."""
    await session.execute(update(Ticket).values(confidentiality="whistleblowing"))
    await session.commit()
    assert (await smash(as_person(cast.bob), case)).status_code == 404
    for somebody in (cast.alice, cast.petra, cast.frida):
        assert (await as_person(somebody).get(f"/api/v1/tickets/{case['number']}")).status_code == 404
