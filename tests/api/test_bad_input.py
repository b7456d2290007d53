"""No input makes a 5xx, and what is refused changes nothing: a directed list over every operation there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.catalogue.published import Published
from app.events.log import database_now
from app.identity.tokens import Scope, create_token
from app.people.models import Person
from app.settings import Settings
from tests.api import nasty
from tests.api.operations import JSON, Operation, operations
from tests.approvals.ordering import order
from tests.cast import hire_cast
from tests.conftest import BASE_URL, build_app, signed_in
from tests.tickets.asking import once, open_ticket

MEANT_TO_PASS = frozenset({"alembic_version", "api_tokens", "browser_sessions", "catalogue_versions"})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
EVERY = pytest.mark.parametrize("operation", operations(), ids=str)
WITH_JSON = pytest.mark.parametrize("operation", [o for o in operations() if o.has_json_body], ids=str)
WITHOUT_JSON = pytest.mark.parametrize("operation", [o for o in operations() if not o.has_json_body], ids=str)
WITH_PATH = pytest.mark.parametrize("operation", [o for o in operations() if o.path_parameters], ids=str)
LISTS = pytest.mark.parametrize("operation", [o for o in operations() if o.query_parameters], ids=str)


@dataclass
class Door:
    """One who may do most things, and what the paths can name."""

    client: httpx.AsyncClient
    connection: AsyncConnection
    values: dict[str, str]
    headers: dict[str, str]
    fingerprint_sql: str

    async def fingerprint(self) -> Any:
        return (await self.connection.execute(text(self.fingerprint_sql))).scalar_one()

    async def send(
        self,
        operation: Operation,
        *,
        url: str | None = None,
        body: bytes | None = None,
        headers: dict[str, Any] | None = None,
    ) -> httpx.Response:
        """The operation as it should be, but for what is given."""
        sent: dict[str, Any] = self.headers | once()
        content = body
        if operation.content_type is not None:
            sent["content-type"] = operation.content_type
            sent["x-filename"] = "bilde.png"
            if body is None:
                content = orjson.dumps(operation.good_body()) if operation.has_json_body else PNG
        return await self.client.request(
            operation.method,
            url or operation.url(self.values),
            content=content,
            headers=sent | (headers or {}),
        )


@pytest.fixture(scope="module")
async def one_connection(
    engine: AsyncEngine, published: Published, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[AsyncConnection, Settings]]:
    """One outer transaction for the module: hiring everybody for each of a hundred tests would take minutes."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield connection, Settings(data=tmp_path_factory.mktemp("data"), public_url=BASE_URL, smtp_host=None)
        await outer.rollback()


@pytest.fixture(scope="module")
async def wide_door(
    one_connection: tuple[AsyncConnection, Settings], published: Published
) -> AsyncIterator[Door]:
    connection, settings = one_connection
    sessions = async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
    )
    app = build_app(settings, sessions, published)
    async with sessions() as session:
        cast = await hire_cast(session)
        token = await create_token(
            session,
            cast.bob.id,
            "bad input",
            {Scope.READ, Scope.WRITE},
            at=await database_now(session),
            expires_at=None,
        )
        await session.commit()
        asking = signed_in(app, sessions, settings, cast.alice, browser=False)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
            yield Door(
                client,
                connection,
                await _things(asking, cast.alice, session),
                {"authorization": f"Bearer {token}", "if-match": "*"},
                await _fingerprint_sql(session),
            )


async def _things(asking: httpx.AsyncClient, alice: Person, session: AsyncSession) -> dict[str, str]:
    """One of each thing that a path can name."""
    ticket = await open_ticket(asking)
    upload = {"x-filename": "a.png", "content-type": "application/octet-stream"} | once()
    file = await asking.post("/api/v1/attachments", content=PNG, headers=upload)
    await order(asking, alice)
    approval = (await session.execute(text("SELECT max(id) FROM approvals"))).scalar_one()
    return {
        "number": ticket["number"],
        "key": "bestille-pc",
        "approval_id": str(approval),
        "attachment_id": str(file.json()["id"]),
    }


async def _fingerprint_sql(session: AsyncSession) -> str:
    tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    hashes = (
        f"coalesce((SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t), '')"
        for table in sorted(set(tables) - MEANT_TO_PASS)
    )
    return f"SELECT md5({' || '.join(hashes)})"


@pytest.fixture
async def door(wide_door: Door) -> AsyncIterator[Door]:
    """As it was before the test, whatever a value that happened to be right has done."""
    mine = await wide_door.connection.begin_nested()
    yield wide_door
    await mine.rollback()


class Watched:
    """Refused means refused: after each answer of 4xx the whole database is as it was."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.before: Any = None

    async def check(self, what: str, response: httpx.Response, *, refused: bool) -> None:
        what = f"{what}: {response.status_code} {response.text[:300]}"
        assert response.status_code < 500, what
        assert not refused or response.status_code >= 400, what
        if response.status_code >= 400 and response.request.url.path.startswith("/api/"):
            assert response.headers["content-type"] == "application/problem+json", what
            told = response.json()
            assert told["status"] == response.status_code, what
            assert told["title"], what
            assert told["code"], what
        after = await self.door.fingerprint()
        assert response.status_code < 400 or after == self.before, f"something changed. {what}"
        self.before = after


@pytest.fixture
async def watched(door: Door) -> Watched:
    watched = Watched(door)
    watched.before = await door.fingerprint()
    return watched


def with_field(good: dict[str, Any], name: str, raw: str) -> bytes:
    """The good body with one field as the given bytes, which no serializer would write."""
    rest = {key: value for key, value in good.items() if key != name}
    written = ",".join(
        f"{orjson.dumps(key).decode()}:{orjson.dumps(value).decode()}" for key, value in rest.items()
    )
    return ("{" + f'"{name}":{raw}' + ("," + written if written else "") + "}").encode()


def bodies(operation: Operation, values: Any) -> Iterator[tuple[str, bytes]]:
    """Each field of the body with each value: bare, and inside a list or an object where one belongs."""
    good = operation.good_body()
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


@WITH_JSON
async def test_no_body_that_is_not_ours_is_taken(operation: Operation, door: Door, watched: Watched) -> None:
    for name, body in nasty.BAD_BODIES.items():
        await watched.check(name, await door.send(operation, body=body), refused=True)
    unknown = orjson.dumps(operation.good_body() | {"is_admin": True})
    response = await door.send(operation, body=unknown)
    await watched.check("unknown field beside the right ones", response, refused=True)


@WITHOUT_JSON
async def test_a_body_that_nobody_asked_for_does_no_harm(
    operation: Operation, door: Door, watched: Watched
) -> None:
    for name in ("not UTF-8", "unclosed deep list", "oversized", "huge number", "many duplicate keys"):
        response = await door.send(operation, body=nasty.BAD_BODIES[name], headers={"content-type": JSON})
        await watched.check(name, response, refused=False)


@WITH_JSON
async def test_no_field_takes_what_cannot_be_kept(operation: Operation, door: Door, watched: Watched) -> None:
    for name, body in bodies(operation, nasty.BAD_JSON.values()):
        await watched.check(name, await door.send(operation, body=body), refused=True)


@WITH_JSON
async def test_no_field_breaks_on_what_is_merely_odd(
    operation: Operation, door: Door, watched: Watched
) -> None:
    for name, body in bodies(operation, nasty.SUSPECT_JSON):
        await watched.check(name, await door.send(operation, body=body), refused=False)


@WITH_PATH
async def test_no_path_names_anything_by_accident(operation: Operation, door: Door, watched: Watched) -> None:
    for name in operation.path_parameters:
        for value in nasty.BAD_PATHS:
            url = operation.url(door.values | {name: value})
            await watched.check(f"{name} = {value[:40]}", await door.send(operation, url=url), refused=True)


@EVERY
async def test_no_query_carries_what_is_not_text(operation: Operation, door: Door, watched: Watched) -> None:
    for value in nasty.BAD_QUERIES:
        url = f"{operation.url(door.values)}?unknown={value}"
        await watched.check(value[:40], await door.send(operation, url=url), refused="%" in value)


@LISTS
async def test_no_list_breaks_on_its_filters(operation: Operation, door: Door, watched: Watched) -> None:
    for name in operation.query_parameters:
        url = f"{operation.url(door.values)}?{'' if name == 'q' else 'q=pc&'}{name}="
        for value in nasty.BAD_QUERIES:
            response = await door.send(operation, url=url + value)
            await watched.check(f"{name} = {value[:40]}", response, refused=True)
        for value in nasty.SUSPECT_QUERIES:
            response = await door.send(operation, url=url + value)
            await watched.check(f"{name} = {value}", response, refused=False)
        response = await door.send(operation, url=f"{url}a&{name}=1&{name}=")
        await watched.check(f"{name} three times", response, refused=False)
        for value in nasty.cursors() if name == "after" else ():
            response = await door.send(operation, url=url + value)
            await watched.check(f"{name} = {value}", response, refused=value != "")


@EVERY
async def test_no_header_breaks_anything(operation: Operation, door: Door, watched: Watched) -> None:
    always = ("authorization", "content-length") if operation.path.startswith("/api/") else ()
    for name, value in nasty.BAD_HEADERS:
        if name in (*operation.headers, *always):
            response = await door.send(operation, headers={name: value})
            await watched.check(f"{name}: {value[:40]!r}", response, refused=True)
    if operation is not _first_like(operation):
        return
    for name, value in nasty.SUSPECT_HEADERS:
        response = await door.send(operation, headers={name: value})
        await watched.check(f"{name}: {value[:40]!r}", response, refused=False)


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
        response = await door.send(operation, headers={"authorization": nobody})
        await watched.check("nobody", response, refused=True)
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
