"""Whoever came in by the second way (ID-porten) reaches what is their own, and makes nothing that opens more."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.issuers import IDPORTEN
from app.identity.models import ApiToken, BrowserSession
from app.people.models import Deputy
from app.tasks.actions import NewTask, place
from app.tasks.models import Consequence, Kind
from tests.cast import Cast
from tests.conftest import AsPerson


@pytest.fixture
async def leif(in_browser: AsPerson, session: AsyncSession, cast: Cast) -> httpx.AsyncClient:
    """A leader with something on his list, at home with ID-porten."""
    await place(
        session,
        [
            NewTask(
                key="a",
                kind=Kind.MEASURE,
                consequence=Consequence.SLIGHT,
                person_id=cast.leif.id,
                title="Se over vernerunden",
            )
        ],
    )
    await session.commit()
    client = in_browser(cast.leif)
    assert "Se over vernerunden" in (await client.get("/leder")).text
    await session.execute(update(BrowserSession).values(issuer_key=IDPORTEN))
    await session.commit()
    return client


async def csrf(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', (await client.get("/meg/innlogging")).text)
    assert found
    return found[1]


async def test_nothing_of_the_place_at_work_is_seen(leif: httpx.AsyncClient, cast: Cast) -> None:
    assert "Se over vernerunden" not in (await leif.get("/leder")).text
    assert (await leif.get("/api/v1/tasks")).json()["items"] == []
    for path in (f"/tilganger/{cast.alice.id}", "/leder/folk", "/leder/eksterne", "/leder/mulige-treff"):
        assert (await leif.get(path)).status_code in (403, 404), path


async def test_no_key_no_calendar_and_no_deputy_is_made(
    leif: httpx.AsyncClient, session: AsyncSession, cast: Cast
) -> None:
    token = {"csrf_token": await csrf(leif)}
    key = {"name": "Rapport", "may": "write", "days": "30", "idempotency_key": "one"}
    deputy = {
        "first": "2099-01-04",
        "last": "2099-01-08",
        "search.who": cast.alice.name,
        "deputy_id": str(cast.alice.id),
        "acting": "1",
    }
    for path, form in (
        ("/meg/innlogging/nokler", key),
        ("/leder/varsler/kalender", {}),
        ("/leder/borte", deputy),
    ):
        refused = await leif.post(path, data=form | token)
        assert refused.status_code == 403, path
        assert "Logg inn med kommunens pålogging" in refused.text, path
    by_api = await leif.post(
        "/api/v1/me/keys",
        json={"name": "Rapport", "scopes": ["read"], "days": 30},
        headers={"x-csrf-token": token["csrf_token"]},
    )
    assert by_api.status_code == 403
    assert (await session.scalars(select(ApiToken.id))).all() == []
    assert (await session.scalars(select(Deputy.id))).all() == []
