"""The accessibility statement: what was tried, when and with what, from the report that the browser tests wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse

from app.catalogue.published import Current
from app.identity.me import Somebody
from app.web.pages import render
from app.web.rooms import Room

REPORT = Path(__file__).with_name("accessibility_report.json")
"""Written by `make accessibility`, and only by it."""
NOT_PAGES = re.compile(
    r"^/(api|health|static|vedlegg|brand\.css|logo\.svg)|/(pdf|strom|liste|sak|fil)$|^/oppslag/|^/(desk|tjenesteniva)$"
)
"""Addresses that give files, parts of pages, answers to programs, or only lead on."""
router = Room(include_in_schema=False)


@dataclass(frozen=True)
class Deviation:
    """A rule that a page broke when it was tried."""

    page: str
    rule: str
    what: str


@dataclass(frozen=True)
class Report:
    tried_on: date
    axe: str
    """Version of axe-core."""
    rules: int
    """How many of its rules found something to judge, over all pages."""
    checks: int
    """Pages in each of their states, window sizes and languages."""
    widths: tuple[int, ...]
    """Windows in CSS pixels; 320 is 400 % of an ordinary one."""
    pages: tuple[str, ...]
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True)
class StatementView:
    report: Report
    not_tried: tuple[str, ...]
    statement_url: str
    email: str


@lru_cache
def report() -> Report:
    told = json.loads(REPORT.read_text(encoding="utf-8"))
    return Report(
        tried_on=date.fromisoformat(told["tried_on"]),
        axe=told["axe"],
        rules=told["rules"],
        checks=told["checks"],
        widths=tuple(told["widths"]),
        pages=tuple(told["pages"]),
        deviations=tuple(Deviation(**each) for each in told["deviations"]),
    )


def pages_of(routes: Iterable[Any]) -> Iterator[str]:
    """The paths of everything people look at, their parameters in braces."""
    for route in routes:
        if isinstance(route, APIRoute):
            if "GET" in (route.methods or ()) and not NOT_PAGES.search(route.path):
                yield route.path
        elif included := getattr(route, "original_router", None):
            yield from pages_of(included.routes)


@router.get("/tilgjengelighet")
async def accessibility(request: Request, actor: Somebody, published: Current) -> HTMLResponse:
    """Names also what was not tried: a page that is newer than the report."""
    municipality = published.catalogue.municipality
    tried = report()
    view = StatementView(
        report=tried,
        not_tried=tuple(sorted(set(pages_of(request.app.routes)) - set(tried.pages))),
        statement_url=municipality.accessibility_statement,
        email=municipality.email,
    )
    return render(request, "portal/accessibility.html", view)
