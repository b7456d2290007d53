"""What a browser does with a page's form: reads its fields, changes some, sends them back."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx

from tests.conftest import BASE_URL

Values = dict[str, str | list[str]]


class _Fields(HTMLParser):
    """The values of the form that posts to `action`, as they stand."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.values: Values = {}
        self.area: str | None = None
        self.in_template = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.inside = found.get("action") == self.action
        name = found.get("name")
        self.in_template = self.in_template or tag == "template"
        # What stands in a template is copied by script, and never sent.
        if not self.inside or self.in_template or name is None:
            return
        kind = found.get("type")
        if tag == "textarea":
            self.area = name
            self.values[name] = ""
        is_chosen = kind not in ("radio", "checkbox") or "checked" in found
        if tag == "input" and kind not in ("file", "submit") and is_chosen:
            self.values[name] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "template":
            self.in_template = False
        if tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.inside and self.area is not None:
            self.values[self.area] = str(self.values[self.area]) + data


def fields(page: httpx.Response, action: str) -> Values:
    parser = _Fields(action)
    parser.feed(page.text)
    return parser.values


async def fill(browser: httpx.AsyncClient, path: str, action: str, **changes: str | list[str]) -> Values:
    """The form at `path` with some fields changed; `__` in a name stands for a dot."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    return fields(page, action) | {name.replace("__", "."): value for name, value in changes.items()}


async def send(browser: httpx.AsyncClient, action: str, values: Values) -> httpx.Response:
    return await browser.post(action, data=values, headers={"origin": BASE_URL})
