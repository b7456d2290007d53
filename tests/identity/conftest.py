"""The sign-in server, and a traveller: a browser without a screen, between it and the product."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.database.session import Sessions
from app.events.log import database_now
from app.identity.models import Identity
from app.issuer_settings import Issuer, TokenIssuer
from app.people.models import Person
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import BASE_URL, build_app
from tests.identity.issuer import AUDIENCE, CLIENT_ID, CLIENT_SECRET, RunningIssuer, running_issuer

ACCOUNTS = {
    "alice": {},
    "bob": {"groups": ["g-it", "g-unknown"], "roles": ["Skranke.HR"]},
    "bob-in-many": {"hasgroups": True},
    "stranger": {},
}
RULES = """
- {group: g-it, unit: it}
- {group: g-it-leder, unit: it, lead: true}
- {group: Skranke.HR, unit: hr}
"""


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIssuer]:
    folder = tmp_path_factory.mktemp("issuer")
    with running_issuer(folder, public_url=BASE_URL, keys=("oidc", "idporten"), accounts=ACCOUNTS) as issuer:
        yield issuer


@pytest.fixture
def at_work(settings: Settings, issuer: RunningIssuer, tmp_path: Path) -> Settings:
    """A municipality whose people sign in at the issuer."""
    rules = tmp_path / "groups.yaml"
    rules.write_text(RULES, encoding="utf-8")
    ordinary = Issuer(
        authority=issuer.authority,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        ca_file=issuer.ca_file,
        graph_url="https://127.0.0.1:1",
    )
    return settings.model_copy(
        update={
            "oidc": ordinary,
            "idporten": ordinary.model_copy(update={"acr_values": "substantial"}),
            "systems": TokenIssuer(
                authority=issuer.authority, audience=AUDIENCE, ca_file=issuer.ca_file, scope="skranke"
            ),
            "groups_file": rules,
        }
    )


@asynccontextmanager
async def opened(settings: Settings, sessions: Sessions, published: Published) -> AsyncIterator[FastAPI]:
    app = build_app(settings, sessions, published)
    yield app
    await app.state.issuers.close()


@pytest.fixture
async def app(at_work: Settings, sessions: Sessions, published: Published) -> AsyncIterator[FastAPI]:
    async with opened(at_work, sessions, published) as app:
        yield app


@asynccontextmanager
async def visiting(
    settings: Settings, sessions: Sessions, published: Published
) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody in particular, at a house with these settings."""
    async with opened(settings, sessions, published) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            yield client


@dataclass
class Traveller:
    """Follows redirects between the product and the issuer, as a browser does, and signs in when it is asked to."""

    http: httpx.AsyncClient

    async def to_the_issuer(self, path: str = "/logg-inn/hos/oidc?til=/mine-saker") -> httpx.Response:
        """Ours, then the issuer's page, or straight back when the issuer knows them."""
        response = await self.http.get(f"{BASE_URL}{path}")
        while response.is_redirect and not response.headers["location"].startswith(BASE_URL):
            response = await self.http.get(response.next_request.url if response.next_request else "")
        return response

    async def sign_in(self, account: str, path: str = "/logg-inn/hos/oidc?til=/mine-saker") -> httpx.Response:
        """What we answer when the issuer has sent them back."""
        return await self.http.get(await self.answer_for(account, path))

    async def answer_for(self, account: str, path: str = "/logg-inn/hos/oidc?til=/mine-saker") -> str:
        """The address the issuer sends them back to, with its answer in it."""
        page = await self.to_the_issuer(path)
        if not page.is_redirect:
            page = await self.http.post(page.url, data={"account": account})
        while not page.headers["location"].startswith(BASE_URL):
            assert page.next_request is not None
            page = await self.http.get(page.next_request.url)
        return str(page.headers["location"])

    async def who(self) -> str | None:
        """Whose pages these are; None for nobody's."""
        page = await self.http.get(f"{BASE_URL}/meg/innlogging")
        found = re.search(r"Innlogget som ([^<]+)<", page.text)
        return found[1] if found else None


@asynccontextmanager
async def travelling(app: FastAPI, issuer: RunningIssuer) -> AsyncIterator[Traveller]:
    async with httpx.AsyncClient(
        verify=ssl.create_default_context(cafile=str(issuer.ca_file)),
        mounts={BASE_URL: httpx.ASGITransport(app)},
        headers={"sec-fetch-site": "same-origin"},
    ) as http:
        yield Traveller(http)


@pytest.fixture
async def traveller(app: FastAPI, issuer: RunningIssuer) -> AsyncIterator[Traveller]:
    async with travelling(app, issuer) as traveller:
        yield traveller


async def known_as(session: AsyncSession, person: Person, issuer: RunningIssuer, subject: str) -> None:
    """The issuer's `subject` is this person."""
    session.add(
        Identity(
            person_id=person.id,
            issuer=issuer.authority,
            subject=subject,
            created_at=await database_now(session),
            last_used_at=None,
        )
    )
    await session.commit()


@pytest.fixture
async def known(session: AsyncSession, cast: Cast, issuer: RunningIssuer) -> Cast:
    """Alice and Bob are known by the issuer's names for them."""
    await known_as(session, cast.alice, issuer, "alice")
    await known_as(session, cast.bob, issuer, "bob")
    return cast
