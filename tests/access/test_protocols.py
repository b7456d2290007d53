"""The ways other systems are spoken to, against real servers: SCIM 2.0 from PyPI, and a receiver that checks signatures."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.access.provisioning import open_connection
from app.access.targets import Connection, Targets, UnreadableTargets, read_targets
from integrations.provisioning.calling import check, wait_of
from integrations.provisioning.graph import Graph, GraphApp
from integrations.provisioning.scim import Scim, ScimServer
from integrations.provisioning.target import (
    Away,
    Denied,
    Holder,
    Sort,
    Thing,
    Throttled,
    Unanswered,
    Who,
)
from integrations.provisioning.webhook import Receiver, Webhook
from service_catalog.schema import Catalogue

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALICE = Who("", "alice.1@fjordvik.example", "Alice Berg", "alice.1@fjordvik.example", "100001")
TEACHERS, ACCOUNT = "teachers", Thing(Sort.ACCOUNT)


@contextmanager
def scim_server() -> Iterator[str]:
    """As a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-c", "from scim2_server.testserver.cli import main; main()", "--bearer-token", "t"]
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
async def scim() -> AsyncIterator[Scim]:
    with scim_server() as url:
        async with httpx.AsyncClient(timeout=5) as http:
            for _ in range(200):
                try:
                    await http.get(url)
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
            yield Scim(ScimServer(url, "t", "userName"), http)


async def _group(scim: Scim) -> Thing:
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    made = await scim._send("POST", "/Groups", {"schemas": schemas, "displayName": TEACHERS})
    return Thing(Sort.GROUP, made.json()["id"])


async def test_a_scim_server_is_given_people_and_told_when_they_go(scim: Scim) -> None:
    """Twice changes nothing, and what is read back is what was done."""
    group = await _group(scim)
    assert await scim.account_of(ALICE) is None
    ref = await scim.give(ALICE, group, key="k1", at=AT)
    alice = Who(ref, ALICE.key, ALICE.name, ALICE.email, ALICE.employee_number)
    assert await scim.account_of(ALICE) == ref
    assert await scim.has(alice, group, at=AT)
    await scim.give(alice, group, key="k1", at=AT)
    for number in range(3):
        other = Who("", f"p{number}@fjordvik.example", f"P {number}", f"p{number}@fjordvik.example")
        await scim.give(other, ACCOUNT, key=f"p{number}", at=AT)
    held = await scim.holders([group, ACCOUNT], at=AT)
    assert held[group] == [Holder(ref, ALICE.key)]
    assert len(held[ACCOUNT]) == 4
    await scim.take(alice, group, key="k2", at=AT)
    await scim.take(alice, group, key="k2", at=AT)
    assert not await scim.has(alice, group, at=AT)
    await scim.take(alice, ACCOUNT, key="k3", at=AT)
    assert not await scim.has(alice, ACCOUNT, at=AT)
    assert await scim.account_of(ALICE) == ref, "shut, and not deleted"
    assert len((await scim.holders([ACCOUNT], at=AT))[ACCOUNT]) == 3
    with pytest.raises(Denied):
        await Scim(ScimServer(scim._server.url, "wrong", "userName"), scim._http).account_of(ALICE)


async def test_who_is_named_like_a_filter_is_only_a_name(scim: Scim) -> None:
    await scim.give(ALICE, ACCOUNT, key="k1", at=AT)
    assert await scim.account_of(Who("", 'x" or userName pr or userName eq "x')) is None


KEY = b"a-key-of-the-test"


async def test_a_webhook_is_signed_so_that_nobody_else_can_have_sent_it() -> None:
    """As standardwebhooks.com says it; the receiver checks with nothing of ours."""
    told: list[dict[str, str]] = []

    def receive(request: httpx.Request) -> httpx.Response:
        headers, body = request.headers, request.content
        signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
        wanted = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        if headers["webhook-signature"] != f"v1,{wanted}":
            return httpx.Response(401)
        told.append(json.loads(body) | {"id": headers["webhook-id"], "at": headers["webhook-timestamp"]})
        return httpx.Response(200, json={"has": True, "holders": ["100001"]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(receive)) as http:
        door = Webhook(Receiver("https://door.example/hook", KEY, True), http)
        who, thing = Who("", "100001"), Thing(Sort.GROUP, "door-1")
        await door.give(who, thing, key="access:7", at=AT)
        assert await door.has(who, thing, at=AT)
        assert (await door.holders([thing], at=AT))[thing] == [Holder("100001", "100001")]
        with pytest.raises(Denied):
            await Webhook(Receiver("https://door.example/hook", b"x", True), http).give(
                who, thing, key="access:8", at=AT
            )
    first = {"do": "give", "sort": "group", "what": "door-1", "who": "100001", "id": "access:7"}
    assert told[0] == first | {"at": str(int(AT.timestamp()))}
    assert [each["do"] for each in told] == ["give", "has", "holders"]


def test_what_a_failure_says_of_whether_it_was_done() -> None:
    kinds = {429: Throttled, 500: Unanswered, 502: Unanswered, 503: Unanswered, 403: Denied, 302: Denied}
    for status, kind in kinds.items():
        with pytest.raises(kind):
            check("graph", status, {})
    with pytest.raises(Throttled) as asked:
        check("graph", 503, {"Retry-After": "7"})
    assert asked.value.wait == timedelta(seconds=7)
    later, now = "Sun, 22 Nov 2026 12:00:30 GMT", "Sun, 22 Nov 2026 12:00:00 GMT"
    assert wait_of(later, now) == timedelta(seconds=30)
    assert wait_of("99999999", None) == timedelta(hours=1), "as much as we believe"
    assert wait_of("soon", None) == wait_of(None, None) == wait_of(later, None)


async def test_a_token_goes_nowhere_but_where_it_was_meant_for() -> None:
    """Neither by a redirect nor by a link to the next page."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if "token" in request.url.path:
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        if request.url.path.endswith("group"):
            return httpx.Response(302, headers={"location": "https://evil.example/"})
        return httpx.Response(200, json={"value": [], "@odata.nextLink": "https://evil.example/next"})

    app = GraphApp("t", "c", "s", "employeeId", "https://graph.example", "https://login.example")
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        graph = Graph(app, http)
        for thing in (Thing(Sort.GROUP, "g"), Thing(Sort.LICENCE, "sku")):
            with pytest.raises(Denied):
                await graph.holders([thing], at=AT)
    assert set(asked) == {"graph.example", "login.example"}


async def test_who_is_not_there_was_asked_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        read = {
            "how": "scim",
            "url": url,
            "secret_file": tmp_path / "secret",
            "gives": {"a": {"account": True}},
        }
        scim = open_connection(Connection.model_validate(read))
        with pytest.raises(Away):
            await scim.account_of(ALICE)
        await scim.close()


FILE = """
skole:
  how: scim
  url: {url}
  secret_file: /run/secrets/skole
  gives: {gives}
"""


def test_the_file_of_targets_is_checked_as_it_is_read(
    tmp_path: Path, shipped: tuple[Catalogue, object]
) -> None:
    path = tmp_path / "targets.yaml"
    wrong = (
        {"url": "http://school.example/scim"},
        {"url": "https://user:secret@school.example/scim"},
        {"gives": "{}"},
        {"gives": "{skole-laerer: {group: a, account: true}}"},
        {"gives": "{skole-laerer: {licence: a}}"},
    )
    right = {"url": "https://school.example/scim", "gives": "{skole-laerer: {group: a}}"}
    for each in wrong:
        path.write_text(FILE.format(**(right | each)))
        with pytest.raises(UnreadableTargets):
            read_targets(path)
    path.write_text(FILE.format(**right))
    targets = read_targets(path)
    access = shipped[0].access
    assert list(targets.problems(access)) == []
    assert targets.thing(access.entitlements["skole-laerer"]) == Thing(Sort.GROUP, "a")
    assert targets.thing(access.entitlements["skole-leder"]) is None, "not named: people do it"
    assert Targets().thing(access.entitlements["skole-laerer"]) is None
    path.write_text(
        FILE.format(**(right | {"gives": "{lonn-kjoring: {group: a}, skole-laerer: {group: b}}"}))
    )
    assert len(list(read_targets(path).problems(access))) == 1
