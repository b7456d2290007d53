"""Signing in as people do: a real browser, the product, and a certified OpenID Connect server over TLS."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import text

from app.database.session import make_engine, make_sessions, transaction
from app.identity.claims import kept_subject
from app.identity.models import Identity
from app.settings import Settings
from tests import postgres
from tests.axe import complaints, run_axe
from tests.cast import Cast, hire_cast
from tests.chromium import FLAGS
from tests.conftest import publish_shipped
from tests.identity.issuer import CLIENT_ID, CLIENT_SECRET, RunningIssuer, running_issuer
from tests.serving import listening, serving

ACCOUNTS = {
    "alice-1": {},
    "bob-2": {"groups": ["g-innsyn", "g-it-leder"]},
    "petra-9": {},
    "stranger": {},
    "carol-by-id": {"pid": "01019012345"},
    "leif-by-id": {"pid": "02029012345"},
    "weak-by-id": {"pid": "03039012345", "signs_in_at": "low"},
}
RULES = "- {group: g-it-leder, unit: it, lead: true}\n- {group: g-hr, unit: hr}\n"
PID_KEY = "a key that only the tests know of"


@dataclass(frozen=True)
class Site:
    url: str
    issuer: RunningIssuer
    database: postgres.Database

    def sql(self, statement: str, **values: Any) -> Any:
        async def run() -> Any:
            engine = make_engine(self.database.owner_url, pool_size=None)
            async with engine.begin() as connection:
                found = await connection.execute(text(statement), values)
                rows = found.all() if found.returns_rows else None
            await engine.dispose()
            return rows

        # In a thread of its own: Playwright has an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, run()).result()


@pytest.fixture(scope="module")
def site(
    server: postgres.Server, template: str, shipped: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("sign-in")
    rules = folder / "groups.yaml"
    rules.write_text(RULES, encoding="utf-8")
    with postgres.clone(server, template) as database, listening() as place:
        keys = ("oidc", "idporten")
        with running_issuer(folder, public_url=place.url, keys=keys, accounts=ACCOUNTS) as issuer:
            settings = _settings(issuer, rules)
            asyncio.run(_fill(database, shipped, issuer, settings))
            with serving(place, database.app_url, folder, **settings):
                yield Site(place.url, issuer, database)


def _settings(issuer: RunningIssuer, rules: Path) -> dict[str, str]:
    ordinary = {
        "AUTHORITY": issuer.authority,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "CA_FILE": str(issuer.ca_file),
    }
    by_id = ordinary | {
        "SUBJECT_CLAIM": "pid",
        "SUBJECT_KEY": PID_KEY,
        "ACR_VALUES": "substantial high",
    }
    return (
        {f"SKRANKE_OIDC_{name}": value for name, value in ordinary.items()}
        | {f"SKRANKE_IDPORTEN_{name}": value for name, value in by_id.items()}
        | {"SKRANKE_GROUPS_FILE": str(rules)}
    )


async def _fill(
    database: postgres.Database, shipped: Any, issuer: RunningIssuer, settings: dict[str, str]
) -> None:
    engine = make_engine(database.app_url, pool_size=None)
    sessions = make_sessions(engine)
    await publish_shipped(sessions, shipped)
    async with transaction(sessions) as session:
        cast = await hire_cast(session)
        cast.petra.active = False
        session.add_all(_identities(cast, issuer))
    await engine.dispose()


def _identities(cast: Cast, issuer: RunningIssuer) -> Iterator[Identity]:
    keyed = Settings.model_validate(
        {
            "idporten": {
                "authority": issuer.authority,
                "client_id": CLIENT_ID,
                "subject_claim": "pid",
                "subject_key": PID_KEY,
            }
        }
    ).idporten
    assert keyed is not None
    known = {
        "alice-1": cast.alice,
        "bob-2": cast.bob,
        "petra-9": cast.petra,
        kept_subject("01019012345", keyed): cast.carol,
        kept_subject("02029012345", keyed): cast.leif,
        kept_subject("03039012345", keyed): cast.truls,
    }
    for subject, person in known.items():
        yield Identity(
            person_id=person.id,
            issuer=issuer.authority,
            subject=subject,
            created_at=datetime.now(UTC),
            last_used_at=None,
        )


@pytest.fixture(scope="module")
def browser(chromium: str, site: Site) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


NewPage = Callable[[], Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Each call is another browser: nothing is shared between them."""
    opened: list[BrowserContext] = []

    def open_one() -> Page:
        opened.append(browser.new_context(ignore_https_errors=True, locale="nb-NO"))
        return opened[-1].new_page()

    yield open_one
    for context in opened:
        context.close()


def sign_in(page: Page, site: Site, account: str, *, to: str = "/", way: str = "Kommunens pålogging") -> None:
    """From our own page, through the issuer's, to wherever that leads."""
    page.goto(site.url + to)
    page.get_by_role("link", name=way).click()
    at_the_issuer(page, account)


def at_the_issuer(page: Page, account: str) -> None:
    expect(page.get_by_role("heading", name="Directory")).to_be_visible()
    page.get_by_label("Account").fill(account)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def title(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_one_comes_in_where_one_was_going_with_a_cookie_that_only_we_are_sent(
    new_page: NewPage, site: Site
) -> None:
    page = new_page()
    sign_in(page, site, "alice-1", to="/mine-saker?vis=alle")
    assert page.url == f"{site.url}/mine-saker?vis=alle"
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(site.url)}
    ours = cookies["__Host-skranke"]
    assert (ours["httpOnly"], ours["secure"], ours["sameSite"], ours["path"]) == (True, True, "Lax", "/")
    assert "__Host-skranke_inn" not in cookies
    page.goto(f"{site.url}/meg/innlogging")
    expect(page.get_by_text("Denne nettleseren")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_signing_in_are_accessible(browser: Browser, site: Site, width: int) -> None:
    context = browser.new_context(
        ignore_https_errors=True, locale="nb-NO", bypass_csp=True, viewport={"width": width, "height": 900}
    )
    page, told = context.new_page(), list[str]()
    page.goto(f"{site.url}/logg-inn")
    told += complaints(page, run_axe(page))
    sign_in(page, site, "stranger", to="/mine-saker")
    told += complaints(page, run_axe(page))
    page.get_by_role("link", name="Logg inn med en annen konto").click()
    at_the_issuer(page, "alice-1")
    page.goto(f"{site.url}/meg/innlogging")
    page.get_by_text("Lag en ny nøkkel").click()
    told += complaints(page, run_axe(page))
    page.get_by_role("button", name="Logg ut alle steder").click()
    assert title(page) == "Du er logget ut"
    told += complaints(page, run_axe(page))
    context.close()
    assert not told, "\n".join(told)


def test_making_a_key_asks_who_one_is_again_and_the_key_opens_the_api_until_it_is_revoked(
    new_page: NewPage, site: Site
) -> None:
    page = new_page()
    sign_in(page, site, "alice-1", to="/meg/innlogging")
    page.get_by_role("link", name="Bekreft at det er deg").click()
    at_the_issuer(page, "alice-1")
    page.get_by_text("Lag en ny nøkkel").click()
    page.get_by_label("Hva skal den brukes til?").fill("Rapport")
    page.get_by_role("button", name="Lag nøkkelen").click()
    key = page.locator("code").first.inner_text()
    assert re.fullmatch(r"skranke_[\w-]{43}", key)
    bearer = {"authorization": f"Bearer {key}"}
    me = httpx.get(f"{site.url}/api/v1/me", headers=bearer)
    assert me.json()["name"].startswith("Alice")
    page.goto(f"{site.url}/meg/innlogging")
    assert key not in page.content()
    expect(page.get_by_text("Sist brukt i dag")).not_to_have_count(0)
    page.get_by_role("button", name="Tilbakekall Rapport").click()
    expect(page.get_by_text("Du har ingen nøkler.")).to_be_visible()
    assert httpx.get(f"{site.url}/api/v1/me", headers=bearer).status_code == 401


def test_whoever_proves_anew_who_they_are_must_be_the_same_person(new_page: NewPage, site: Site) -> None:
    page = new_page()
    sign_in(page, site, "alice-1", to="/meg/innlogging")
    page.get_by_role("link", name="Bekreft at det er deg").click()
    at_the_issuer(page, "bob-2")
    assert title(page) == "Det var en annen som logget inn"
    page.goto(f"{site.url}/meg/innlogging")
    expect(page.get_by_role("link", name="Bekreft at det er deg")).to_be_visible()


def test_groups_make_somebody_an_agent(new_page: NewPage, site: Site) -> None:
    page = new_page()
    sign_in(page, site, "bob-2", to="/desk")
    assert page.url.startswith(f"{site.url}/desk")
    rows = site.sql(
        "SELECT unit, lead FROM memberships JOIN persons ON persons.id = person_id WHERE subject = 'bob-2'"
    )
    assert [tuple(row) for row in rows] == [("it", True)]


@pytest.mark.parametrize(
    ("account", "told"),
    [("stranger", "Vi kjenner deg ikke igjen"), ("petra-9", "Du har ikke tilgang lenger")],
)
def test_somebody_unknown_or_ended_is_told_so_and_may_come_as_another(
    new_page: NewPage, site: Site, account: str, told: str
) -> None:
    page = new_page()
    sign_in(page, site, account, to="/mine-saker")
    assert title(page) == told
    expect(page.get_by_text("55 00 12 00").first).to_be_visible()
    page.get_by_role("link", name="Logg inn med en annen konto").click()
    at_the_issuer(page, "alice-1")
    assert page.url == f"{site.url}/"


def test_whoever_changes_their_mind_is_not_let_in(new_page: NewPage, site: Site) -> None:
    page = new_page()
    page.goto(f"{site.url}/logg-inn")
    page.get_by_role("link", name="Kommunens pålogging").click()
    page.get_by_role("button", name="Stop").click()
    assert title(page) == "Innloggingen ble avbrutt"
    page.goto(f"{site.url}/mine-saker")
    assert title(page) == "Logg inn"


def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(new_page: NewPage, site: Site) -> None:
    page, thief = new_page(), new_page()
    answers: list[str] = []
    page.on("request", lambda sent: answers.append(sent.url) if "/logg-inn/svar/" in sent.url else None)
    sign_in(page, site, "alice-1")
    for anybody in (thief, page):
        anybody.goto(answers[0])
        assert title(anybody) == "Innloggingen må begynne på nytt"


def test_the_second_way_in_is_for_ones_own_matters(new_page: NewPage, site: Site) -> None:
    page = new_page()
    sign_in(page, site, "leif-by-id", to="/mine-saker", way="ID-porten")
    assert page.url == f"{site.url}/mine-saker"
    expect(page.get_by_role("link", name="Mine godkjenninger")).to_have_count(0)
    stored = site.sql("SELECT subject FROM identities WHERE subject LIKE '%02029012345%'")
    assert stored == []


def test_a_sign_in_at_a_lower_level_than_was_asked_for_is_not_enough(new_page: NewPage, site: Site) -> None:
    page = new_page()
    sign_in(page, site, "weak-by-id", way="ID-porten")
    assert title(page) == "Innloggingen er ikke sikker nok"


def test_signing_out_ends_the_session_here_and_with_the_issuer(new_page: NewPage, site: Site) -> None:
    page = new_page()
    sign_in(page, site, "alice-1")
    page.locator(".person-menu summary").click()
    page.get_by_role("button", name="Logg ut").click()
    assert title(page) == "Du er logget ut"
    page.get_by_role("link", name="Logg ut der også").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{site.url}/logg-ut/ferdig**")
    sign_in(page, site, "alice-1")
    assert page.url == f"{site.url}/"


def test_signing_out_everywhere_ends_the_other_browser_too(new_page: NewPage, site: Site) -> None:
    here, there = new_page(), new_page()
    for page in (here, there):
        sign_in(page, site, "alice-1", to="/meg/innlogging")
    here.get_by_role("button", name="Logg ut alle steder").click()
    assert title(here) == "Du er logget ut"
    there.reload()
    assert title(there) == "Logg inn"


def test_somebody_disabled_is_out_at_their_next_click_and_does_not_come_back(
    new_page: NewPage, site: Site
) -> None:
    page = new_page()
    sign_in(page, site, "carol-by-id", to="/mine-saker", way="ID-porten")
    assert page.url == f"{site.url}/mine-saker"
    site.sql("UPDATE persons SET active = false WHERE name LIKE 'Carol%'")
    page.reload()
    page.get_by_role("link", name="ID-porten").click()
    page.wait_for_load_state()
    assert title(page) == "Du har ikke tilgang lenger"
