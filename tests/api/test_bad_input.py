"""No input makes a 5xx, and what is refused changes nothing: a directed list over every operation there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import orjson
import pytest

from tests.api import nasty
from tests.api.door import Door
from tests.api.operations import JSON, Operation, operations

EVERY = pytest.mark.parametrize("operation", operations(), ids=str)
WITH_JSON = pytest.mark.parametrize("operation", [o for o in operations() if o.has_json_body], ids=str)
WITHOUT_JSON = pytest.mark.parametrize("operation", [o for o in operations() if not o.has_json_body], ids=str)
WITH_PATH = pytest.mark.parametrize("operation", [o for o in operations() if o.path_parameters], ids=str)
LISTS = pytest.mark.parametrize("operation", [o for o in operations() if o.query_parameters], ids=str)


class Watched:
    """Sends one bad request at a time. Refused means refused: the whole database is as it was."""

    def __init__(self, door: Door, before: str) -> None:
        self.door = door
        self.before = before

    async def ask(self, what: str, operation: Operation, *, refused: bool, **sent: Any) -> httpx.Response:
        """`refused`: this can only be wrong. Otherwise it may be right, and what it then did is undone."""
        may_change = not refused and operation.method != "GET"
        mine = await self.door.connection.begin_nested() if may_change else None
        response = await self.door.send(operation, **sent)
        what = f"{what}: {response.status_code} {response.text[:300]}"
        assert response.status_code < 500, what
        assert not refused or response.status_code >= 400, what
        if response.status_code >= 400 and operation.path.startswith("/api/"):
            _check_problem(what, response)
        if mine is not None and response.status_code >= 400:
            await self.check_unchanged(what)
        if mine is not None:
            await mine.rollback()
        return response

    async def check_unchanged(self, what: str) -> None:
        assert await self.door.fingerprint() == self.before, f"something changed. {what}"


def _check_problem(what: str, response: httpx.Response) -> None:
    assert response.headers["content-type"] == "application/problem+json", what
    told = response.json()
    assert told["status"] == response.status_code, what
    assert told["title"], what
    assert told["code"], what
    assert told["type"] == f"urn:skranke:problem:{told['code']}", what


@pytest.fixture
async def watched(door: Door) -> AsyncIterator[Watched]:
    watched = Watched(door, await door.fingerprint())
    yield watched
    await watched.check_unchanged("one of these")


def with_field(good: dict[str, Any], name: str, raw: str) -> bytes:
    """The good body with one field as the given bytes, which no serializer would write."""
    rest = {key: value for key, value in good.items() if key != name}
    written = ",".join(
        f"{orjson.dumps(key).decode()}:{orjson.dumps(value).decode()}" for key, value in rest.items()
    )
    return ("{" + f'"{name}":{raw}' + ("," + written if written else "") + "}").encode()


def bodies(operation: Operation, good: dict[str, Any], values: Any) -> Iterator[tuple[str, bytes]]:
    """Each field of the body with each value: bare, and inside a list or an object where one belongs."""
    for name in operation.properties:
        for raw in values:
            yield f"{name} = {raw[:40]}", with_field(good, name, raw)
            if operation.properties[name].get("type") == "array":
                yield f"{name} = [{raw[:40]}]", with_field(good, name, f"[{raw}]")
            if operation.properties[name].get("type") == "object":
                for key in (*good.get(name, {}), "picture", "unknown"):
                    yield (
                        f"{name}.{key} = {raw[:40]}",
                        with_field(good, name, with_field(good.get(name, {}), key, raw).decode()),
                    )


@EVERY
async def test_what_the_bad_requests_are_made_from_is_good(
    operation: Operation, door: Door, watched: Watched
) -> None:
    """Else everything would be refused for another reason than the one that is meant."""
    response = await watched.ask("good", operation, refused=False, url=f"{operation.url(door.values)}?q=pc")
    # Seen and understood; some verbs do not suit a ticket that is new, or are not an agent's.
    assert response.status_code in (200, 201, 204, 403, 409), response.text


@WITH_JSON
async def test_no_body_that_is_not_ours_is_taken(operation: Operation, door: Door, watched: Watched) -> None:
    for name, body in nasty.BAD_BODIES.items():
        await watched.ask(name, operation, refused=True, body=body)
    unknown = orjson.dumps(door.good_body(operation) | {"is_admin": True})
    await watched.ask("unknown field beside the right ones", operation, refused=True, body=unknown)


@WITHOUT_JSON
async def test_a_body_that_nobody_asked_for_does_no_harm(
    operation: Operation, door: Door, watched: Watched
) -> None:
    for name in ("not UTF-8", "unclosed deep list", "oversized", "huge number", "many duplicate keys"):
        await watched.ask(
            name, operation, refused=False, body=nasty.BAD_BODIES[name], headers={"content-type": JSON}
        )


@WITH_JSON
async def test_no_field_takes_what_cannot_be_kept(operation: Operation, door: Door, watched: Watched) -> None:
    for name, body in bodies(operation, door.good_body(operation), nasty.BAD_JSON.values()):
        await watched.ask(name, operation, refused=True, body=body)


@WITH_JSON
async def test_no_field_breaks_on_what_is_merely_odd(
    operation: Operation, door: Door, watched: Watched
) -> None:
    for name, body in bodies(operation, door.good_body(operation), nasty.SUSPECT_JSON):
        await watched.ask(name, operation, refused=False, body=body)


NAMED_BY_THE_CALLER = "task_key"
"""What another system calls its own task: what is not there yet is made by that name."""


@WITH_PATH
async def test_no_path_names_anything_by_accident(operation: Operation, door: Door, watched: Watched) -> None:
    for name in operation.path_parameters:
        for value in nasty.BAD_PATHS:
            url = operation.url(door.values | {name: value})
            is_theirs = operation.method == "PUT" and name == NAMED_BY_THE_CALLER
            await watched.ask(f"{name} = {value[:40]}", operation, refused=not is_theirs, url=url)


@EVERY
async def test_no_query_carries_what_is_not_text(operation: Operation, door: Door, watched: Watched) -> None:
    for value in nasty.BAD_QUERIES:
        url = f"{operation.url(door.values)}?unknown={value}"
        await watched.ask(value[:40], operation, refused="%" in value, url=url)


@LISTS
async def test_no_list_breaks_on_its_filters(operation: Operation, door: Door, watched: Watched) -> None:
    for name in operation.query_parameters:
        url = f"{operation.url(door.values)}?{'' if name == 'q' else 'q=pc&'}{name}="
        for value in nasty.BAD_QUERIES:
            await watched.ask(f"{name} = {value[:40]}", operation, refused=True, url=url + value)
        for value in nasty.SUSPECT_QUERIES:
            await watched.ask(f"{name} = {value}", operation, refused=False, url=url + value)
        await watched.ask(f"{name} three times", operation, refused=False, url=f"{url}a&{name}=1&{name}=")
        for value in nasty.cursors() if name == "after" else ():
            await watched.ask(f"{name} = {value}", operation, refused=value != "", url=url + value)


@EVERY
async def test_no_header_breaks_anything(operation: Operation, door: Door, watched: Watched) -> None:
    always = ("authorization", "content-length") if operation.path.startswith("/api/") else ()
    for name, value in nasty.BAD_HEADERS:
        if name in (*operation.headers, *always):
            await watched.ask(f"{name}: {value[:40]!r}", operation, refused=True, headers={name: value})
    if operation is not _first_like(operation):
        return
    for name, value in nasty.SUSPECT_HEADERS:
        await watched.ask(f"{name}: {value[:40]!r}", operation, refused=False, headers={name: value})


def _first_like(operation: Operation) -> Operation:
    """Headers that no operation names are read by what stands before them all: one of each sort is enough."""

    def sort(of: Operation) -> tuple[Any, ...]:
        return of.method, of.content_type, of.headers

    return next(other for other in operations() if sort(other) == sort(operation))


@EVERY
async def test_nobody_is_told_anything_without_saying_who_they_are(
    operation: Operation, door: Door, watched: Watched
) -> None:
    if not operation.path.startswith("/api/"):
        return
    for nobody in ("", "Bearer skranke_x"):
        response = await watched.ask("nobody", operation, refused=True, headers={"authorization": nobody})
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_method_that_is_not_there_is_told_so(door: Door) -> None:
    for operation in operations():
        for method in ("PATCH", "TRACE", "PROPFIND"):
            url = operation.url(door.values)
            response = await door.client.request(method, url, headers=door.headers)
            if operation.path.startswith("/api/"):
                assert response.status_code == 405, f"{method} {operation}: {response.text[:200]}"
                assert response.headers["content-type"].startswith("application/problem+json")
