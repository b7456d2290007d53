"""A yes to access is taken only from somebody who has just shown who they are."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import BrowserSession
from service_catalog.schema import Catalogue
from tests.approvals.ordering import decide, order, waiting
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.tickets.asking import open_ticket


async def access_for(client: httpx.AsyncClient, cast: Cast) -> dict[str, Any]:
    answers = {
        "for_person": str(cast.alice.id),
        "kind": "system",
        "name": "Gerica",
        "level": "read",
        "justification": "Ny på avdelingen.",
        "from_date": "2027-01-04",
    }
    return await open_ticket(client, service="tilgang-til-system", subject="Gerica", answers=answers)


async def press(browser: httpx.AsyncClient, answer: str, **more: Any) -> httpx.Response:
    page = (await browser.get("/leder")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    headers = {"referer": "https://testserver/leder?godkjent=1"}
    form = {"csrf_token": token[1], "answer": answer} | more
    return await browser.post("/leder", data=form, headers=headers)


async def long_ago(session: AsyncSession) -> None:
    old = func.now() - timedelta(minutes=16)
    await session.execute(update(BrowserSession).values(authenticated_at=old))
    await session.commit()


async def test_whoever_signed_in_long_ago_is_asked_to_do_it_again_and_comes_back(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await access_for(as_person(cast.alice), cast)
    [question] = await waiting(as_person(cast.leif))
    leif = in_browser(cast.leif)
    await leif.get("/leder")
    await long_ago(session)
    refused = await press(leif, f"godkjenn:{question['id']}")
    assert refused.status_code == 403
    assert f'href="/logg-inn/igjen?til=%2Fleder%3Fvalgt%3D{question["id"]}"' in refused.text
    assert len(await waiting(as_person(cast.leif))) == 1
    await session.execute(update(BrowserSession).values(authenticated_at=func.now()))
    await session.commit()
    assert (await press(leif, f"godkjenn:{question['id']}")).status_code == 303
    assert await waiting(as_person(cast.leif)) == []


async def test_what_was_chosen_is_still_chosen_and_the_others_are_answered(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await access_for(as_person(cast.alice), cast)
    await order(as_person(cast.alice), cast.alice)
    access, screen = [question["id"] for question in await waiting(as_person(cast.leif))]
    leif = in_browser(cast.leif)
    await leif.get("/leder")
    await long_ago(session)
    refused = await press(leif, "godkjenn", approval=[str(access), str(screen)])
    assert refused.status_code == 403
    assert [one["id"] for one in await waiting(as_person(cast.leif))] == [access]
    [back] = re.findall(r'/logg-inn/igjen\?til=([^"]+)"', refused.text)
    assert unquote(back) == f"/leder?godkjent=1&valgt={access}"
    assert "Dette hadde du valgt" not in (await leif.get(unquote(back))).text
    await session.execute(update(BrowserSession).values(authenticated_at=func.now()))
    await session.commit()
    page = (await leif.get(unquote(back))).text
    assert re.search(r"Dette hadde du valgt: Gerica\.", " ".join(page.split()))
    assert f'name="approval" value="{access}" checked' in page
    for wrong in ("x", "1,", "1;2", "9" * 19):
        assert (await leif.get(f"/leder?valgt={wrong}")).status_code == 422


async def test_a_no_needs_no_new_sign_in(
    as_person: AsPerson, in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await access_for(as_person(cast.alice), cast)
    [question] = await waiting(as_person(cast.leif))
    leif = in_browser(cast.leif)
    await leif.get("/leder")
    await long_ago(session)
    why = {f"comment.{question['id']}": "Ikke nå."}
    assert (await press(leif, f"avsla:{question['id']}", **why)).status_code == 303


async def test_a_key_can_approve_a_purchase_but_never_access(as_person: AsPerson, cast: Cast) -> None:
    await order(as_person(cast.alice), cast.alice)
    await access_for(as_person(cast.alice), cast)
    program = as_person(cast.leif)
    codes = {}
    for question in await waiting(program):
        answer = await decide(program, question["id"], "approved")
        codes[question["subject"]] = (answer.status_code, answer.json().get("code"))
    assert codes == {"Skjerm": (200, None), "Gerica": (403, "sign_in.not_recent")}


def test_every_service_that_gives_access_asks_for_it(shipped: tuple[Catalogue, object]) -> None:
    services = shipped[0].services
    asked = {
        key for key, service in services.items() if any(rule.recent_sign_in for rule in service.approvals)
    }
    assert asked == {
        "tilgang-til-system",
        "arkivsystem-tilgang",
        "attestant-og-anviser",
        "bestille-nokkelkort",
        "innsyn-i-postkasse",
    }
