"""Every address that takes parameters, each with a value that it accepts: found in the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args, get_origin
from urllib.parse import unquote, urlencode

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.tickets.lifecycle import number_of
from tests.web.test_routes import routes_of
from tests.web.test_security import STREAMS

CURSORS = ("after", "etter")
VALUES = {
    "q": "pc",
    "om": "pc",
    "finnes": "pc",
    "unit": "it",
    "enhet": "it",
    "limit": "1",
    "felt": "person_id",
    "til": "/mine-saker",
    "vis": "alle",
    "service": "noe-virker-ikke-pa-pc",
    "tjeneste": "noe-virker-ikke-pa-pc",
    "gjort": "svar",
    "kind": "need",
    "slag": "need",
    "gruppe": "lesing",
    "person": "berg",
    "sted": "",
    "aar": "2026",
}
"""What a parameter of this name is given first; the tools change it from there."""
REFUSED = {400, 422}


@dataclass(frozen=True)
class Aim:
    path: str
    values: Mapping[str, str]

    @property
    def address(self) -> str:
        return f"{self.path}?{urlencode(self.values)}" if self.values else self.path

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(self.values)


def aims(app: FastAPI, ticket_id: int) -> Iterator[Aim]:
    """All routes that read, those of pages and of the API. Cursors wait for a page that has a next one."""
    number = number_of(ticket_id)
    for route in routes_of(app):
        if "GET" in route.methods and route.path not in STREAMS:
            yield Aim(_filled(route.path, number), dict(_values(route, number)))


def _filled(path: str, number: str) -> str:
    given = {
        "number": number,
        "key": "bestille-pc",
        "name": "it-brukerstotte",
        "kind": "person",
        "secret": "s" * 40,
    }
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: given.get(found[1], "1"), path)


def _values(route: APIRoute, number: str) -> Iterator[tuple[str, str]]:
    for name, wanted in _parameters(route.dependant):
        if name in ("sak", "registrert", "bestilt"):
            yield name, number
        elif date in (wanted, *get_args(wanted)):
            yield name, "2026-11-01"
        elif get_origin(wanted) is Literal:
            yield name, str(get_args(wanted)[0])
        elif name not in CURSORS:
            yield name, VALUES.get(name, "1")


def _parameters(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for each in dependant.dependencies:
        yield from _parameters(each)


def tried(found: Iterable[Aim], ask: Callable[[str], tuple[int, str]]) -> list[Aim]:
    """The same, with a true cursor where a list has a next page.

    Raises RuntimeError when an address is refused as it stands: an attack on it would only meet the refusal.
    """
    answers = [(aim, *ask(aim.address)) for aim in found]
    refused = [aim.address for aim, status, _ in answers if status in REFUSED]
    if refused:
        raise RuntimeError(f"give their parameters values that they accept: {refused}")
    return [_with_cursor(aim, body) for aim, _, body in answers]


def _with_cursor(aim: Aim, body: str) -> Aim:
    found = re.search(r"[?&;](after|etter)=([^\"&<]+)", body)
    return replace(aim, values={**aim.values, found[1]: unquote(found[2])}) if found else aim
