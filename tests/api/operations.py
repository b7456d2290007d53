"""Every operation of the OpenAPI document, with a request that fits it: new operations join by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.main import create_app
from app.settings import Settings
from tests.tickets.asking import PC_BROKEN

JSON = "application/json"
BY_HAND: dict[str, dict[str, Any]] = {"TicketIn": PC_BROKEN}
"""Bodies whose examples alone do not fit the shipped catalogue."""


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    path_parameters: tuple[str, ...]
    query_parameters: tuple[str, ...]
    headers: tuple[str, ...]
    content_type: str | None
    body_schema: dict[str, Any]
    responses: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def has_json_body(self) -> bool:
        return self.content_type == JSON

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body_schema.get("properties", {})
        return found

    def good_body(self) -> dict[str, Any]:
        """The required fields, from the document's own examples."""
        title = self.body_schema.get("title", "")
        if title in BY_HAND:
            return dict(BY_HAND[title])
        required = self.body_schema.get("required", [])
        return {name: _example(self.properties[name]) for name in required}

    def url(self, values: dict[str, str]) -> str:
        path = self.path
        for name in self.path_parameters:
            path = path.replace(f"{{{name}}}", values[name])
        return path


def _example(schema: dict[str, Any]) -> Any:
    schema = resolved(schema)
    if "examples" in schema:
        return schema["examples"][0]
    for key in ("enum", "anyOf"):
        if key in schema:
            return schema[key][0] if key == "enum" else _example(schema[key][0])
    return {"string": "Tekst", "integer": 1, "boolean": True, "array": [], "object": {}}[schema["type"]]


@cache
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself instead of a reference to it."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: dict[str, Any] = document()["components"]["schemas"][reference.rpartition("/")[2]]
    return found


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(
        _operation(method.upper(), path, described)
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    )


def _operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    places: dict[str, list[str]] = {"path": [], "query": [], "header": [], "cookie": []}
    for parameter in described.get("parameters", []):
        places[parameter["in"]].append(parameter["name"])
    content = described.get("requestBody", {}).get("content", {})
    content_type = next(iter(content), None)
    schema = resolved(content[content_type].get("schema", {})) if content_type else {}
    return Operation(
        method=method,
        path=path,
        path_parameters=tuple(places["path"]),
        query_parameters=tuple(places["query"]),
        headers=tuple(places["header"]),
        content_type=content_type,
        body_schema=schema,
        responses=described["responses"],
    )
