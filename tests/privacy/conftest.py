"""Who the privacy officer is in these tests, and somebody at the pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Office
from app.people.models import OfficeHolder, Person
from tests.cast import Cast
from tests.conftest import AsPerson

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
async def officer(session: AsyncSession, cast: Cast) -> Person:
    """Dagny, who leads the municipality."""
    session.add(OfficeHolder(person_id=cast.dagny.id, office=Office.PRIVACY_OFFICER))
    await session.flush()
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
