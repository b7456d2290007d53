"""Signing in through an issuer: whose answer is taken, who it makes one, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.database.session import Sessions
from app.identity.models import BrowserSession, Identity, SignIn
from app.people.models import Membership, Person
from app.settings import Settings
from tests.cast import Cast
from tests.conftest import BASE_URL
from tests.identity.conftest import Traveller, known_as, opened, travelling, visiting
from tests.identity.issuer import RunningIssuer, running_issuer


async def units_of(session: AsyncSession, person: Person) -> set[tuple[str, bool]]:
    query = select(Membership.unit, Membership.lead).where(Membership.person_id == person.id)
    return {(row.unit, row.lead) for row in await session.execute(query)}


async def test_one_is_whoever_the_issuer_says_and_nothing_of_its_tokens_is_kept(
    traveller: Traveller, known: Cast, session: AsyncSession
) -> None:
    back = await traveller.sign_in("alice")
    assert (back.status_code, back.headers["location"]) == (303, "/mine-saker")
    assert await traveller.who() == known.alice.name
    row = (await session.scalars(select(BrowserSession))).one()
    assert (row.person_id, row.issuer_key) == (known.alice.id, "oidc")
    assert row.authenticated_at is None, "the issuer did not say when, so it is not recent"
    assert (await session.scalar(select(func.count()).select_from(SignIn))) == 0
    assert (await session.scalars(select(Identity.last_used_at).where(Identity.subject == "alice"))).one()


async def test_an_e_mail_address_makes_nobody_somebody(
    traveller: Traveller, cast: Cast, session: AsyncSession
) -> None:
    """The register's own key and address are not an identity: only issuer + subject is."""
    cast.alice.email = "stranger"
    await session.commit()
    refused = await traveller.sign_in("stranger")
    assert refused.status_code == 403
    assert "Vi kjenner deg ikke igjen" in refused.text
    assert await traveller.who() is None


async def test_another_browser_cannot_use_the_answer(traveller: Traveller, known: Cast, app: FastAPI) -> None:
    answer = await traveller.answer_for("alice")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as thief:
        refused = await thief.get(answer)
        assert refused.status_code == 403
        assert "__Host-skranke=" not in refused.headers.get("set-cookie", "")
    assert (await traveller.http.get(answer)).status_code == 303


async def test_an_answer_opens_once(traveller: Traveller, known: Cast) -> None:
    answer = await traveller.answer_for("alice")
    waiting = dict(traveller.http.cookies)
    assert (await traveller.http.get(answer)).status_code == 303
    traveller.http.cookies.clear()
    cookie = "; ".join(f"{name}={value}" for name, value in waiting.items())
    assert (await traveller.http.get(answer, headers={"cookie": cookie})).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("state=", "state=x"),
        lambda url: url.replace("/svar/oidc", "/svar/idporten"),
        lambda url: url.replace("iss=https", "iss=http"),
        lambda url: url.replace("code=", "code=x"),
        lambda url: url.partition("?")[0],
    ],
    ids=["state", "issuer in our address", "issuer in the answer", "code", "nothing"],
)
async def test_an_answer_that_was_changed_lets_nobody_in(
    traveller: Traveller, known: Cast, change: object
) -> None:
    answer = await traveller.answer_for("alice")
    refused = await traveller.http.get(change(answer))  # type: ignore[operator]
    assert refused.status_code == 403
    assert await traveller.who() is None


async def test_a_flow_begun_by_somebody_else_cannot_be_slipped_to_a_victim(
    traveller: Traveller, known: Cast, app: FastAPI, issuer: RunningIssuer
) -> None:
    """Login CSRF: the attacker's own good answer, opened by a browser that has begun a flow of its own."""
    attackers = await traveller.answer_for("alice")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as victim:
        await victim.get("/logg-inn/hos/oidc")
        assert (await victim.get(attackers)).status_code == 403


async def test_whoever_takes_too_long_begins_again(
    traveller: Traveller, known: Cast, session: AsyncSession
) -> None:
    answer = await traveller.answer_for("alice")
    await session.execute(update(SignIn).values(expires_at=func.now() - timedelta(seconds=1)))
    await session.commit()
    refused = await traveller.http.get(answer)
    assert "Innloggingen må begynne på nytt" in refused.text


async def test_signing_in_gives_a_new_session_and_ends_the_one_that_was(
    traveller: Traveller, known: Cast
) -> None:
    await traveller.sign_in("alice")
    first = traveller.http.cookies["__Host-skranke"]
    await traveller.sign_in("alice")
    second = traveller.http.cookies["__Host-skranke"]
    assert first != second
    old = await traveller.http.get(f"{BASE_URL}/mine-saker", headers={"cookie": f"__Host-skranke={first}"})
    assert old.status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "mine-saker"])
async def test_nobody_is_sent_on_to_another_site(traveller: Traveller, known: Cast, back: str) -> None:
    path = str(httpx.URL("/logg-inn/hos/oidc", params={"til": back}))
    assert (await traveller.sign_in("alice", path)).headers["location"] == "/"


async def test_the_directory_decides_about_the_units_it_is_asked_about_and_no_others(
    traveller: Traveller, known: Cast, session: AsyncSession
) -> None:
    session.add_all(
        [
            Membership(person_id=known.bob.id, unit="lonn", lead=False),
            Membership(person_id=known.alice.id, unit="hr", lead=True),
        ]
    )
    await session.execute(update(Membership).where(Membership.unit == "it").values(lead=True))
    await session.commit()
    await traveller.sign_in("bob")
    assert await units_of(session, known.bob) == {("it", False), ("hr", False), ("lonn", False)}
    traveller.http.cookies.clear()
    await traveller.sign_in("alice")
    assert await units_of(session, known.alice) == set()


async def test_proving_anew_who_one_is_must_be_asked_of_the_person_and_counts_as_recent(
    traveller: Traveller, known: Cast, session: AsyncSession
) -> None:
    await traveller.sign_in("alice")
    page = await traveller.http.get(f"{BASE_URL}/meg/innlogging")
    assert "Bekreft at det er deg" in page.text
    form = await traveller.to_the_issuer("/logg-inn/igjen?til=/meg/innlogging")
    assert form.status_code == 200, "the issuer asks although it knows them"
    back = await traveller.sign_in("alice", "/logg-inn/igjen?til=/meg/innlogging")
    assert back.headers["location"] == "/meg/innlogging"
    page = await traveller.http.get(f"{BASE_URL}/meg/innlogging")
    assert "Lag en ny nøkkel" in page.text
    await session.execute(update(BrowserSession).values(authenticated_at=func.now() - timedelta(minutes=16)))
    await session.commit()
    page = await traveller.http.get(f"{BASE_URL}/meg/innlogging")
    assert "Lag en ny nøkkel" not in page.text


class Graph(BaseHTTPRequestHandler):
    groups: ClassVar[list[str]] = ["g-it-leder", "g-of-no-meaning"]
    heard: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.heard.append(f"{self.path} {self.headers['authorization'][:7]}")
        body = httpx.Response(200, json={"value": self.groups}).content
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def graph() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Graph) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_groups_that_had_no_room_in_the_token_are_asked_for(
    known: Cast,
    session: AsyncSession,
    sessions: Sessions,
    at_work: Settings,
    issuer: RunningIssuer,
    published: Published,
    graph: str,
) -> None:
    await known_as(session, known.bob, issuer, "bob-in-many")
    assert at_work.oidc is not None
    here = at_work.model_copy(update={"oidc": at_work.oidc.model_copy(update={"graph_url": graph})})
    async with opened(here, sessions, published) as app, travelling(app, issuer) as traveller:
        await traveller.sign_in("bob-in-many")
    assert await units_of(session, known.bob) == {("it", True)}
    assert Graph.heard == ["/me/getMemberGroups Bearer "]


async def test_nobody_comes_in_with_half_their_groups(
    traveller: Traveller, known: Cast, session: AsyncSession, issuer: RunningIssuer
) -> None:
    await known_as(session, known.bob, issuer, "bob-in-many")
    before = await units_of(session, known.bob)
    refused = await traveller.sign_in("bob-in-many")
    assert refused.status_code == 503
    assert "retry-after" in refused.headers
    assert await units_of(session, known.bob) == before
    assert await traveller.who() is None


async def test_an_issuer_that_does_not_answer_is_told_so(
    sessions: Sessions, at_work: Settings, published: Published
) -> None:
    assert at_work.oidc is not None
    nowhere = at_work.oidc.model_copy(update={"authority": "https://127.0.0.1:1/nowhere"})
    here = at_work.model_copy(update={"oidc": nowhere})
    async with visiting(here, sessions, published) as client:
        away = await client.get("/logg-inn/hos/oidc")
    assert away.status_code == 503
    assert "Innloggingen svarer ikke" in away.text


async def test_an_issuer_whose_certificate_is_not_good_is_not_believed(
    sessions: Sessions, at_work: Settings, published: Published
) -> None:
    assert at_work.oidc is not None
    unknown = at_work.oidc.model_copy(update={"ca_file": None})
    here = at_work.model_copy(update={"oidc": unknown})
    async with visiting(here, sessions, published) as client:
        assert (await client.get("/logg-inn/hos/oidc")).status_code == 503


async def test_an_issuer_that_is_not_configured_has_no_address(client: httpx.AsyncClient) -> None:
    for path in ("/logg-inn/hos/google", "/logg-inn/svar/google", "/logg-ut/hos/google"):
        assert (await client.get(path)).status_code == 404


async def test_an_issuer_without_a_path_is_an_issuer_too(
    tmp_path: Path,
    known: Cast,
    session: AsyncSession,
    sessions: Sessions,
    at_work: Settings,
    published: Published,
) -> None:
    """As ID-porten's, which MSAL by itself refuses."""
    accounts: dict[str, dict[str, object]] = {"alice": {}}
    with running_issuer(tmp_path, public_url=BASE_URL, keys=("oidc",), accounts=accounts, path="") as bare:
        await known_as(session, known.alice, bare, "alice")
        assert at_work.oidc is not None
        there = at_work.oidc.model_copy(update={"authority": bare.authority, "ca_file": bare.ca_file})
        here = at_work.model_copy(update={"oidc": there})
        async with opened(here, sessions, published) as app, travelling(app, bare) as traveller:
            await traveller.sign_in("alice")
            assert await traveller.who() == known.alice.name
