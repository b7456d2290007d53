"""A real server with the demo's municipality, and a real Chromium; every page a journey passes goes through axe."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select, update

from app.database.session import make_engine, make_sessions, transaction
from app.demo.fill import fill
from app.events.log import database_now
from app.identity.hashing import token_hash
from app.identity.models import BrowserSession
from app.identity.sessions import cookie_name, create_session
from app.people.models import Person
from app.settings import Settings
from tests import postgres
from tests.axe import complaints, run_axe
from tests.chromium import FLAGS
from tests.journeys.report import Tried
from tests.serving import listening, serving

TRIED = Tried()


@dataclass(frozen=True)
class Site:
    """The running product, filled with the demo."""

    url: str
    app_url: str
    """Its database, as the product's own role sees it."""


@pytest.fixture(scope="package")
def site(own_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """In a cluster of its own: what is told live follows the event cursor, which others' transactions hold back."""
    with postgres.clone(own_server, postgres.template(own_server)) as database:
        asyncio.run(fill(database.owner_url, "small", at=datetime.now(UTC)))
        with listening() as place:
            data = tmp_path_factory.mktemp("data")
            with serving(place, database.app_url, data, SKRANKE_DEMO="1"):
                yield Site(place.url, database.app_url)


@pytest.fixture(scope="package", autouse=True)
def _report() -> Iterator[None]:
    """`make accessibility` names the file that the statement is made from; an ordinary run writes nothing."""
    yield
    wanted = os.environ.get("SKRANKE_ACCESSIBILITY_REPORT")
    if wanted:
        TRIED.write(Path(wanted))


@pytest.fixture(scope="package")
def browser(chromium: str, site: Site) -> Iterator[Browser]:
    """Playwright holds an event loop of its own while it lives: begun after the site, and gone before other tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at a browser. `complaints` gathers what the console said."""

    page: Page
    site: Site
    complaints: list[str]

    def become(self, name: str) -> None:
        """With a session made as signing in makes it, in bokmål whatever language they have; no page is open yet."""
        settings = Settings(demo=True, public_url=self.site.url)
        with ThreadPoolExecutor(1) as aside:  # Playwright's own event loop runs in this thread
            token = aside.submit(asyncio.run, _session(self.site, name, settings)).result()
        cookie = {"name": cookie_name(settings), "value": token, "url": self.site.url}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def become_somebody(self, group: str) -> str:
        """The first whom the demo's chooser offers in a group («Personvernombud»); their name."""
        self.open("/logg-inn")
        button = self.page.get_by_role("region", name=group).get_by_role("button").first
        name = button.locator("b").inner_text()
        self.become(name)
        return name

    def choose(self, name: str) -> None:
        """Become somebody through the demo's chooser, like everybody; their first page is open."""
        self.open("/logg-inn")
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        self.speak_bokmal()

    def speak_bokmal(self) -> None:
        """In the menu, which is folded on a small screen."""
        menu, bokmal = self.page.locator("#meny"), self.page.get_by_role("button", name="Bokmål")
        if not menu.is_visible():
            self.page.get_by_role("button", name=re.compile("^(Meny|Menu|Språk|Language)")).click()
        bokmal.click()
        self.page.wait_for_load_state()

    def open(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def must_be_accessible(self) -> None:
        """axe-core finds nothing, and nothing runs out sideways. What was tried goes into the report."""
        found = run_axe(self.page)
        TRIED.add(self.page.url, (self.page.viewport_size or {"width": 0})["width"], found)
        told = complaints(self.page, found)
        assert not told, "\n".join(told)


async def _session(site: Site, name: str, settings: Settings) -> str:
    engine = make_engine(site.app_url, pool_size=None)
    try:
        async with transaction(make_sessions(engine)) as session:
            person = (await session.scalars(select(Person.id).where(Person.name == name))).one()
            at = await database_now(session)
            token = await create_session(session, person, settings, at=at, authenticated_at=at)
            mine = update(BrowserSession).where(BrowserSession.token_hash == token_hash(token))
            await session.execute(mine.values(language="nb"))
            return token
    finally:
        await engine.dispose()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Any]:
    """`visit(width=390, script=False)` opens a browser of its own; whatever its console complains of fails the test."""
    contexts: list[tuple[BrowserContext, Visitor]] = []

    def open_one(*, width: int = 1440, height: int = 1000, script: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            bypass_csp=script,
            locale="nb-NO",
            # What moves may move away between a button being pressed and let go of; a busy machine takes long over it.
            reduced_motion="reduce",
        )
        page = context.new_page()
        visitor = Visitor(page, site, [])
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        contexts.append((context, visitor))
        return visitor

    yield open_one
    for context, visitor in contexts:
        context.close()
        assert not visitor.complaints
