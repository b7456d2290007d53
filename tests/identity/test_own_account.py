"""«Innlogging og nøkler», and the same by API."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.log import database_now
from app.identity.device import device_of
from app.identity.models import ApiToken, BrowserSession
from app.identity.tokens import Scope, create_token
from tests.cast import Cast
from tests.conftest import AsPerson

KEYS = "/api/v1/me/keys"
GOOD = {"name": "Rapport", "scopes": ["read"], "days": 30}


async def csrf(client: httpx.AsyncClient, path: str = "/meg/innlogging") -> dict[str, str]:
    page = await client.get(path)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return {"csrf_token": found[1]}


async def header(client: httpx.AsyncClient) -> dict[str, str]:
    return {"x-csrf-token": (await csrf(client))["csrf_token"]}


async def test_one_sees_ones_own_sessions_and_ends_one_of_them(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    here, there, other = in_browser(cast.alice), in_browser(cast.alice), in_browser(cast.bob)
    for browser in (there, other, here):
        assert (await browser.get("/meg/innlogging")).status_code == 200
    page = (await here.get("/meg/innlogging")).text
    assert page.count("Denne nettleseren") == 1
    [ending] = re.findall(r'action="(/meg/innlogging/okter/\d+/slutt)"', page)
    assert (await here.post(ending, data=await csrf(here))).status_code == 303
    assert (await there.get("/mine-saker")).status_code == 303
    assert (await here.get("/mine-saker")).status_code == 200
    assert (await other.get("/mine-saker")).status_code == 200


async def test_somebody_elses_session_and_key_cannot_be_ended(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    alice, bob = in_browser(cast.alice), in_browser(cast.bob)
    await bob.get("/meg/innlogging")
    token = await create_token(
        session, cast.bob.id, "hans", {Scope.READ}, at=await database_now(session), expires_at=None
    )
    await session.commit()
    bobs = (await session.scalars(select(BrowserSession.id))).one()
    key = (await session.scalars(select(ApiToken.id))).one()
    for path in (f"/meg/innlogging/okter/{bobs}/slutt", f"/meg/innlogging/nokler/{key}/tilbakekall"):
        assert (await alice.post(path, data=await csrf(alice))).status_code == 404
    assert (await bob.get("/mine-saker")).status_code == 200
    assert (await bob.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})).status_code == 200


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    alice = in_browser(cast.alice)
    made = await alice.post(KEYS, json=GOOD, headers=await header(alice))
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    assert made.json()["hint"] == key[-4:]
    listed = (await alice.get(KEYS)).text
    assert key not in listed
    row = (await session.scalars(select(ApiToken))).one()
    assert key.encode() not in row.token_hash
    assert row.expires_at == row.created_at + timedelta(days=30)


async def test_the_form_sent_twice_makes_one_key(
    in_browser: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    alice = in_browser(cast.alice)
    form = {"name": "Rapport", "may": "write", "days": "90", "idempotency_key": "en"} | await csrf(alice)
    first = await alice.post("/meg/innlogging/nokler", data=form)
    again = await alice.post("/meg/innlogging/nokler", data=form)
    assert (first.status_code, again.status_code) == (201, 303)
    assert len(re.findall(r"skranke_[\w-]{43}", first.text)) == 1
    assert (await session.scalars(select(ApiToken.scopes))).all() == [["read", "write"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"days": "forever"}, "days"),
    ],
)
async def test_a_key_that_is_wrong_is_not_made(
    in_browser: AsPerson, session: AsyncSession, cast: Cast, change: dict[str, Any], field: str
) -> None:
    await session.commit()
    alice = in_browser(cast.alice)
    refused = await alice.post(KEYS, json=GOOD | change, headers=await header(alice))
    assert refused.status_code == 422
    assert [wrong["field"].partition(".")[0] for wrong in refused.json()["errors"]] == [field]
    form = {"name": "", "may": "", "days": "1e9", "idempotency_key": "k"} | await csrf(alice)
    page = await alice.post("/meg/innlogging/nokler", data=form)
    assert page.status_code == 422
    assert "Skriv hva nøkkelen skal brukes til." in page.text
    assert (await session.scalar(select(func.count()).select_from(ApiToken))) == 0


async def test_a_key_cannot_make_keys(as_person: AsPerson, session: AsyncSession, cast: Cast) -> None:
    await session.commit()
    refused = await as_person(cast.alice).post(KEYS, json=GOOD)
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_in.not_recent")


async def test_a_key_can_revoke_itself(as_person: AsPerson, session: AsyncSession, cast: Cast) -> None:
    await session.commit()
    program = as_person(cast.alice)
    [own] = (await program.get(KEYS)).json()
    assert (await program.delete(f"{KEYS}/{own['id']}")).status_code == 204
    assert (await program.get(KEYS)).status_code == 401


async def test_when_a_key_was_last_used_is_kept_but_seldom_written(
    as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    program = as_person(cast.alice)
    await program.get(KEYS)
    used = (await session.scalars(select(ApiToken.last_used_at))).one()
    assert used is not None
    await program.get(KEYS)
    assert (await session.scalars(select(ApiToken.last_used_at))).one() == used
    await session.execute(update(ApiToken).values(last_used_at=used - timedelta(minutes=6)))
    await session.commit()
    await program.get(KEYS)
    assert (await session.scalars(select(ApiToken.last_used_at))).one() > used - timedelta(minutes=6)


async def test_signing_out_everywhere_leaves_the_keys(
    in_browser: AsPerson, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    here, there, program = in_browser(cast.alice), in_browser(cast.alice), as_person(cast.alice)
    await there.get("/mine-saker")
    out = await here.post("/logg-ut/overalt", data=await csrf(here))
    assert out.headers["location"].startswith("/logg-ut/ferdig")
    assert (await there.get("/mine-saker")).status_code == 303
    assert (await program.get("/api/v1/me")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Mac",
        ),
        ("curl/8.9", ""),
        ("", ""),
        ("<script>" * 1000, ""),
    ],
)
def test_a_browser_is_known_by_few_words(agent: str, device: str) -> None:
    assert device_of(agent) == device
