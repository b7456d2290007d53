"""Who the privacy officer is in these tests, and somebody at the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI, Request

from app.identity.actor import Actor, Office
from app.identity.me import Somebody, require_me, require_me_briefly
from app.people.models import Person
from tests.cast import Cast
from tests.conftest import AsPerson

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def officer(app: FastAPI, cast: Cast) -> Person:
    """Dagny, who leads the municipality; appointed at the door, for these tests."""

    def appointed(actor: Actor) -> Actor:
        holds = frozenset({(Office.PRIVACY_OFFICER, "")})
        return replace(actor, offices=holds) if actor.person_id == cast.dagny.id else actor

    async def me(request: Request, actor: Somebody) -> Actor:
        return appointed(await require_me(request, actor))

    async def me_briefly(request: Request) -> Actor:
        return appointed(await require_me_briefly(request))

    app.dependency_overrides |= {require_me: me, require_me_briefly: me_briefly}
    return cast.dagny


class AtThePages:
    """One person's browser, with the token of the page before."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client, self.token = client, ""

    async def get(self, path: str) -> httpx.Response:
        answer = await self.client.get(path)
        found = TOKEN.search(answer.text) if answer.headers["content-type"].startswith("text/html") else None
        self.token = found.group(1) if found else self.token
        return answer

    async def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        return await self.client.post(path, data={"csrf_token": self.token, **fields})


@pytest.fixture
def at_the_pages(in_browser: AsPerson) -> Callable[[Person], AtThePages]:
    return lambda person: AtThePages(in_browser(person))
