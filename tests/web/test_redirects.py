"""Nobody is sent to another site by an address that somebody else wrote."""

from __future__ import annotations

import ast
from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import PROJECT
from app.web.redirects import own_path

OURS = "https://skranke.fjordvik.example"
ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "?q=1",
    "",
    "/\u2028/evil.example",
    "/\x00/evil.example",
)


def as_browsers_read(address: str) -> str:
    """The WHATWG's reading: tabs and line ends skipped, spaces around too, and a backslash is a slash."""
    bare = address.strip(" \x00\x1f").replace("\t", "").replace("\n", "").replace("\r", "")
    return urljoin(OURS + "/logg-inn", bare.replace("\\", "/"))


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_elsewhere_becomes_the_front_page(address: str) -> None:
    assert own_path(address) == "/"


@pytest.mark.parametrize(
    "address", ["/", "/mine-saker?vis=alle", "/desk/ko?enhet=it#sak", "/sok?q=a\\b", "/a b"]
)
def test_an_address_of_ours_is_kept(address: str) -> None:
    assert own_path(address) == address


@given(st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("/\\:@?#.\t\n\r ")))
def test_whatever_is_given_the_browser_stays_with_us(address: str) -> None:
    location = quote(own_path(address), safe=":/%#?=@[]!$&'()*+,;")
    landed = urlsplit(as_browsers_read(location))
    assert (landed.scheme, landed.netloc) == urlsplit(OURS)[:2]


COMPUTED = {
    "app/account/own.py": "the page itself",
    "app/account/sign_in.py": "our own way to an issuer; the issuer that is configured; where one was going, by own_path",
    "app/account/sign_out.py": "our own page of having signed out; the issuer's, from its own description",
    "app/desk/queue.py": "QueueAddress.href is a path of the queue with its filters",
    "app/desk/register.py": "the address of the ticket that was registered, or of the form",
    "app/desk/ticket.py": "the ticket, or the queue it was opened from",
    "app/desk/payroll.py": "the page itself",
    "app/leader/changes.py": "the address of the journey that was ordered",
    "app/leader/hiring.py": "the address of the journey that was ordered",
    "app/leader/notices.py": "the page itself",
    "app/operations/access_pages.py": "the page itself",
    "app/portal/order.py": "the address of the ticket that was opened",
    "app/portal/ticket.py": "the ticket's own address",
}
"""Where the path is put together elsewhere, and what it is. To another site only an issuer may be named here."""


def is_written_out(node: ast.expr) -> bool:
    """A path that begins with one slash in the source, or one that has been looked at."""
    match node:
        case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text.startswith("/") and not text.startswith(("//", "/\\"))
        case ast.IfExp():
            return is_written_out(node.body) and is_written_out(node.orelse)
        case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="SIGN_IN")), *_]):
            return True
        case ast.Call(func=ast.Name(id="own_path" | "ticket_address")):
            return True
    return False


def test_every_redirect_goes_to_a_path_of_ours() -> None:
    unknown = []
    for path in sorted((PROJECT / "app").rglob("*.py")):
        name = str(path.relative_to(PROJECT))
        if "node_modules" in path.parts or name in COMPUTED:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            sends = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RedirectResponse"
            if isinstance(node, ast.Call) and sends and not is_written_out(node.args[0]):
                unknown.append(f"{name}:{node.lineno}")
    assert not unknown, f"A path that begins with «/», or own_path(…), or a reason in COMPUTED: {unknown}"
