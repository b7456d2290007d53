"""Every address that takes parameters, each with values that let it do its work: found in the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant

from app.tickets.lifecycle import number_of
from tests.web.test_routes import routes_of
from tests.web.test_security import STREAMS

VALUES = {
    "q": "pc",
    "unit": "it",
    "enhet": "it",
    "limit": "20",
    "felt": "person_id",
    "til": "/mine-saker",
    "kind": "person",
}
"""What a parameter of this name is given first; the tools change it from there."""


@dataclass(frozen=True)
class Aim:
    path: str
    parameters: tuple[str, ...]
    values: Mapping[str, str]

    @property
    def address(self) -> str:
        return f"{self.path}?{urlencode(self.values)}" if self.values else self.path


def aims(app: FastAPI, ticket_id: int) -> list[Aim]:
    """All routes that read, those of pages and of the API."""
    number = number_of(ticket_id)
    found = []
    for route in routes_of(app):
        if "GET" not in route.methods or route.path in STREAMS:
            continue
        parameters = tuple(dict.fromkeys(_parameters(route.dependant)))
        values = {name: VALUES.get(name, number if name == "sak" else "1") for name in parameters}
        found.append(Aim(_filled(route.path, number), parameters, values))
    return found


def _filled(path: str, number: str) -> str:
    given = {"number": number, "key": "bestille-pc", "name": "it-brukerstotte", "kind": "person"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: given.get(found[1], "1"), path)


def _parameters(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for each in dependant.dependencies:
        yield from _parameters(each)
