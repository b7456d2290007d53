"""In a real browser, under the real policy: the pages ask for nothing it forbids, and a foreign page gets nowhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser
AGENT = "Amina Farah"


@contextmanager
def strict(browser: Browser, site: Site) -> Iterator[Visitor]:
    """A browser that obeys the policy. Its complaints are what the console said of it."""
    context = browser.new_context(locale="nb-NO", viewport={"width": 1440, "height": 1000})
    visitor = Visitor(context.new_page(), site, [])
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on(
        "console",
        lambda said: visitor.complaints.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield visitor
    context.close()


def test_no_page_asks_for_what_the_policy_forbids(browser: Browser, site: Site) -> None:
    with strict(browser, site) as agent:
        agent.choose(AGENT)
        for path in (
            "/",
            "/tjenester/bestille-pc/bestill",
            "/mine-saker",
            "/avtaler",
            "/desk/lofter",
            "/logo.svg",
        ):
            agent.open(path)
        agent.open("/desk")
        # Things that scripts do: a ticket beside the list by htmx, the live status, the menu.
        agent.page.locator("a[data-preview]").first.click()
        expect(agent.page.locator("#preview h2, #preview h3").first).to_be_visible()
        agent.page.locator(".person-menu summary").click()
        expect(agent.page.get_by_role("button", name="Logg ut")).to_be_visible()
        assert not agent.complaints


def test_the_policy_stops_what_slips_in(browser: Browser, site: Site) -> None:
    """As if escaping had failed: an inline script, a handler, a style, a picture and a frame from elsewhere."""
    with strict(browser, site) as agent:
        agent.choose(AGENT)
        agent.page.evaluate(
            """() => {
              const put = (html) => document.body.append(document.createRange().createContextualFragment(html));
              put('<script>window.ran = "script"</' + 'script>');
              put('<img src="data:image/png;base64,x" onerror="window.ran = \\'handler\\'">');
              put('<a id="bad" href="javascript:window.ran = \\'address\\'">x</a>');
              put('<iframe srcdoc="x"></iframe>');
              document.querySelector('#bad').click();
            }"""
        )
        agent.page.wait_for_timeout(200)
        assert agent.page.evaluate("window.ran") is None
        assert len(agent.complaints) >= 3


@contextmanager
def foreign_page(html: str) -> Iterator[str]:
    """A page on another site: another port is another origin, and `localhost` another site than 127.0.0.1."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_foreign_page_signs_nobody_out_and_shows_nothing_in_a_frame(browser: Browser, site: Site) -> None:
    html = (
        f'<form method="post" action="{site.url}/logg-ut"><button>Vinn en iPad</button></form>'
        f'<iframe src="{site.url}/mine-saker"></iframe>'
    )
    with strict(browser, site) as agent, foreign_page(html) as elsewhere:
        agent.choose(AGENT)
        page: Page = agent.page
        page.goto(elsewhere)
        frame = page.frames[-1]
        assert "Mine saker" not in frame.content()
        with page.expect_navigation() as arrived:
            page.get_by_role("button", name="Vinn en iPad").click()
        assert arrived.value is not None
        assert arrived.value.status == 403
        agent.open("/mine-saker")
        expect(page.get_by_role("heading", name="Mine saker")).to_be_visible()
