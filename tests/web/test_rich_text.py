"""What people and catalogues write never runs, and links only go where they say."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.people.models import Person
from app.web.rich_text import clean, linked, markdown
from tests.conftest import AsPerson
from tests.tickets.asking import once, open_ticket

ALLOWED_ADDRESS = re.compile(r"(https?:|mailto:|tel:|/|#|\?|[^:/?#]*([/?#]|$))", re.I)
NASTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jAvAsCrIpT&colon;alert(1)">x</a>',
    '<a href=" \tjavascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<p style="position:fixed;inset:0">x</p>',
    '<form action="https://evil.example"><input name=p></form>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
    '<base href="https://evil.example">',
    '<img src="https://evil.example/pixel.gif">',
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/pixel.gif)",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
)


class Reader(HTMLParser):
    """What a browser would see: every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def must_be_harmless(html: str) -> None:
    for tag, attributes in Reader(html).elements:
        assert tag not in {
            "script",
            "style",
            "img",
            "svg",
            "math",
            "iframe",
            "form",
            "input",
            "meta",
            "base",
        }, html
        assert set(attributes) <= {"href", "title", "rel", "start", "scope"}, html
        if "href" in attributes:
            assert ALLOWED_ADDRESS.match((attributes["href"] or "").strip()), html
            assert "noopener" in (attributes["rel"] or ""), html


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_runs_or_fetches_is_left(text: str) -> None:
    must_be_harmless(clean(text))
    must_be_harmless(markdown(text))
    must_be_harmless(linked(text))


PIECES = st.lists(
    st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=("Cs",)), max_size=20), max_size=4
)


@given(PIECES.map("".join))
def test_nor_when_the_pieces_are_put_together(text: str) -> None:
    must_be_harmless(markdown(text))
    must_be_harmless(clean(text))


@given(PIECES.map(" https://a.example/ ".join))
def test_a_message_reads_exactly_as_it_was_written(text: str) -> None:
    html = linked(text)
    assert Markup(re.sub(r"</?a[^>]*>", "", html)).unescape() == text.replace("\x00", "\x00")
    for tag, attributes in Reader(html).elements:
        assert tag == "a"
        assert re.match("https?://", attributes["href"] or "", re.I)


def test_an_article_keeps_its_form() -> None:
    html = markdown(
        "## Slik gjør du\n\n1. Ring [oss](tel:+4755000000)\n2. **Vent**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert "<h2>Slik gjør du</h2>" in html
    assert '<a href="tel:+4755000000" rel="noopener noreferrer">oss</a>' in html
    assert all(f"<{tag}>" in html for tag in ("ol", "li", "strong", "table", "th", "td"))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Se https://fjordvik.example/hjelp.", ["https://fjordvik.example/hjelp"]),
        ("(se http://a.example/b_(c))", ["http://a.example/b_(c)"]),
        ("https://a.example, https://b.example!", ["https://a.example", "https://b.example"]),
        ("https://a.example/?q=1&r=2#x", ["https://a.example/?q=1&amp;r=2#x"]),
        ("https://nav.no@evil.example/", []),
        ("https:// ", []),
        ("javascript:alert(1) ftp://a.example file:///etc/passwd", []),
        ("https://a.example/\u202egnp.exe", ["https://a.example/"]),
    ],
)
def test_an_address_becomes_a_link_to_itself(text: str, addresses: list[str]) -> None:
    assert re.findall(r'href="([^"]*)"', linked(text)) == addresses


async def test_what_is_written_in_a_case_is_shown_as_text_on_both_sides(
    in_browser: AsPerson, as_person: AsPerson, alice: Person, bob: Person
) -> None:
    body = f"Se https://a.example/x {' '.join(NASTY)}"
    ticket = await open_ticket(as_person(alice), subject="<img src=x onerror=alert(1)>")
    url = f"/api/v1/tickets/{ticket['number']}/messages"
    sent = await as_person(alice).post(url, json={"body": body}, headers=once())
    assert sent.status_code == 201, sent.text
    for reader, path in ((alice, "/saker"), (bob, "/desk/saker")):
        page = await in_browser(reader).get(f"{path}/{ticket['number']}")
        assert page.status_code == 200
        assert '<a href="https://a.example/x" rel="noopener noreferrer nofollow">' in page.text
        must_run_nothing(page)


def must_run_nothing(page: httpx.Response) -> None:
    for tag, attributes in Reader(page.text).elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc")], (
            attributes
        )
        assert tag not in {"iframe", "object", "embed", "base"}
        if tag == "script":
            assert (attributes.get("src") or "").startswith("/static/")
        for name in ("href", "src", "action", "formaction"):
            assert not re.match(r"\s*(javascript|data|vbscript):", attributes.get(name) or "", re.I), (
                attributes
            )
