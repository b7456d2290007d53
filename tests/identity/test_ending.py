"""Whoever is disabled is out: at the next click, the next request, and within a minute of any open stream (P10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.desk.stream import COMES_BACK_AFTER, LIVES_FOR
from app.errors import NotFound
from app.identity.actor import system_actor
from app.identity.ending import end_access, open_access
from tests.cast import Cast
from tests.conftest import AsPerson

TERMINAL = system_actor("terminal")
STREAM = "/desk/strom?enhet=it"


async def test_sessions_keys_and_streams_of_somebody_disabled_open_nothing(
    in_browser: AsPerson, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    browser, program = in_browser(cast.bob), as_person(cast.bob)
    assert (await browser.get("/mine-saker")).status_code == 200
    assert (await program.get("/api/v1/me")).status_code == 200
    await end_access(session, cast.bob.id, by=TERMINAL)
    await session.commit()
    for path in ("/mine-saker", STREAM):
        gone = await browser.get(path, headers={"accept": "application/json"})
        assert gone.status_code == 401, path
    assert (await program.get("/api/v1/me")).status_code == 401


def test_a_stream_that_is_open_ends_and_asks_again_within_a_minute() -> None:
    assert timedelta(seconds=60) >= LIVES_FOR + COMES_BACK_AFTER


async def test_letting_somebody_in_again_does_not_bring_back_what_was_revoked(
    in_browser: AsPerson, as_person: AsPerson, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    browser, program = in_browser(cast.bob), as_person(cast.bob)
    await browser.get("/mine-saker")
    await program.get("/api/v1/me")
    await end_access(session, cast.bob.id, by=TERMINAL)
    await open_access(session, cast.bob.id, by=TERMINAL)
    await session.commit()
    assert (await browser.get("/mine-saker")).status_code == 303
    assert (await program.get("/api/v1/me")).status_code == 401
    assert (await as_person(cast.bob).get("/api/v1/me")).status_code == 200


async def test_nobody_cannot_be_ended(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await end_access(session, 999_999_999, by=TERMINAL)
