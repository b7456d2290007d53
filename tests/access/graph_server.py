"""A server that speaks as Microsoft Graph does, as far as we ask it, and misbehaves when it is told to.

It throttles, answers nothing after it has done it, fails half of a batch, and counts what it was asked.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import listening

TOKEN, SECRET = "token-of-the-test", "secret-of-the-test"
Answered = tuple[int, dict[str, str], dict[str, Any]]
NOTHING: dict[str, str] = {}


@dataclass
class Directory:
    """What it holds: users by id with their employee number, and who has what."""

    url: str = ""
    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    licences: dict[str, set[str]] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    """Writes by method, path and user, and «$batch»."""
    throttle: int = 0
    """So many batches are answered with 429."""
    retry_after: str = "1"
    silent: int = 0
    """So many batches are done, and not answered."""
    half: int = 0
    """Of so many batches every other item is answered with 503, and not done."""
    denies: set[str] = field(default_factory=set)
    """Groups that nobody may be put in."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    page_size: int = 2

    def has(self, group: str, number: str) -> bool:
        return any(self.users[ref] == number for ref in self.groups[group])


async def answer(directory: Directory, method: str, url: str, body: dict[str, Any]) -> Answered:
    path, _, query = url.partition("?")
    if method != "GET" and "checkMember" not in path:
        directory.calls[f"{method} {path} {json.dumps(body, sort_keys=True)}"] += 1
    for pattern, verb in VERBS:
        found = re.fullmatch(pattern, f"{method} {path}")
        if found:
            return verb(directory, query, body, *found.groups())
    return 404, NOTHING, {}


def find(directory: Directory, query: str, _: dict[str, Any]) -> Answered:
    wanted = re.search(r"employeeId%20eq%20%27(.*?)%27", query)
    return (
        200,
        NOTHING,
        {"value": [{"id": r} for r, n in directory.users.items() if wanted and n == wanted[1]]},
    )


def check(directory: Directory, _: str, body: dict[str, Any], user: str) -> Answered:
    if user not in directory.users:
        return 404, NOTHING, {}
    return 200, NOTHING, {"value": [g for g in body["groupIds"] if user in directory.groups[g]]}


def add(directory: Directory, _: str, body: dict[str, Any], group: str) -> Answered:
    user = body["@odata.id"].rpartition("/")[2]
    if group in directory.denies:
        return 403, NOTHING, {"error": {"code": "Authorization_RequestDenied"}}
    if user not in directory.users or group not in directory.groups:
        return 404, NOTHING, {}
    if user in directory.groups[group]:
        return 400, NOTHING, {"error": {"code": "Request_BadRequest"}}
    directory.groups[group].add(user)
    return 204, NOTHING, {}


def remove(directory: Directory, _: str, __: dict[str, Any], group: str, user: str) -> Answered:
    if user not in directory.groups[group]:
        return 404, NOTHING, {}
    directory.groups[group].discard(user)
    return 204, NOTHING, {}


def license_(directory: Directory, _: str, body: dict[str, Any], user: str) -> Answered:
    for each in body["addLicenses"]:
        directory.licences[each["skuId"]].add(user)
    for sku in body["removeLicenses"]:
        directory.licences[sku].remove(user)
    return 200, NOTHING, {"id": user}


def licences(directory: Directory, _: str, __: dict[str, Any], user: str) -> Answered:
    return 200, NOTHING, {"value": [{"skuId": s} for s, who in directory.licences.items() if user in who]}


def read(directory: Directory, _: str, __: dict[str, Any], user: str) -> Answered:
    return 200, NOTHING, {"accountEnabled": user not in directory.shut}


def change(directory: Directory, _: str, body: dict[str, Any], user: str) -> Answered:
    (directory.shut.discard if body["accountEnabled"] else directory.shut.add)(user)
    return 204, NOTHING, {}


def sign_out(_: Directory, __: str, ___: dict[str, Any], ____: str) -> Answered:
    return 200, NOTHING, {}


VERBS: tuple[tuple[str, Any], ...] = (
    (r"GET /users", find),
    (r"POST /users/([^/]+)/checkMemberGroups", check),
    (r"POST /groups/([^/]+)/members/\$ref", add),
    (r"DELETE /groups/([^/]+)/members/([^/]+)/\$ref", remove),
    (r"POST /users/([^/]+)/assignLicense", license_),
    (r"GET /users/([^/]+)/licenseDetails", licences),
    (r"POST /users/([^/]+)/revokeSignInSessions", sign_out),
    (r"GET /users/([^/]+)", read),
    (r"PATCH /users/([^/]+)", change),
)


def graph(directory: Directory) -> Starlette:
    async def token(request: Request) -> Response:
        form = await request.form()
        if form["client_secret"] != SECRET:
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": TOKEN, "expires_in": 3600})

    async def batch(request: Request) -> Response:
        directory.calls["$batch"] += 1
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({}, 401)
        if directory.throttle:
            directory.throttle -= 1
            return JSONResponse({}, 429, {"retry-after": directory.retry_after})
        requests = (await request.json())["requests"]
        assert len(requests) <= 20
        halved = directory.half > 0
        directory.half -= halved
        responses = []
        for number, one in enumerate(requests):
            if halved and number % 2:
                responses.append({"id": one["id"], "status": 503, "headers": {}, "body": {}})
                continue
            status, headers, body = await answer(directory, one["method"], one["url"], one.get("body", {}))
            responses.append({"id": one["id"], "status": status, "headers": headers, "body": body})
        if directory.silent:
            directory.silent -= 1
            await directory.closing.wait()
        return JSONResponse({"responses": responses})

    async def listed(request: Request) -> Response:
        """Members of a group, or everybody whose account is open."""
        path, start = request.url.path, int(request.query_params.get("$skip", 0))
        if directory.throttle:
            directory.throttle -= 1
            return JSONResponse({}, 429, {"retry-after": directory.retry_after})
        group = request.path_params.get("group")
        everybody = sorted(directory.groups[group] if group else directory.users.keys() - directory.shut)
        here = everybody[start : start + directory.page_size]
        page: dict[str, Any] = {"value": [{"id": r, "employeeId": directory.users[r]} for r in here]}
        if start + directory.page_size < len(everybody):
            page["@odata.nextLink"] = f"{directory.url}{path}?$skip={start + directory.page_size}"
        return JSONResponse(page)

    return Starlette(
        routes=[
            Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
            Route("/$batch", batch, methods=["POST"]),
            Route("/groups/{group}/transitiveMembers/microsoft.graph.user", listed),
            Route("/users", listed),
        ]
    )


@asynccontextmanager
async def open_directory() -> AsyncIterator[Directory]:
    """On loopback, in this process: what is killed runs in another."""
    directory = Directory()
    with listening() as place:
        directory.url = place.url
        config = uvicorn.Config(
            graph(directory), lifespan="off", log_level="error", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.capture_signals = _no_signals  # type: ignore[method-assign]
        running = asyncio.create_task(server.serve(sockets=[place.listener]))
        try:
            yield directory
        finally:
            directory.closing.set()
            server.should_exit = True
            await running


def _no_signals() -> Any:
    from contextlib import nullcontext

    return nullcontext()
