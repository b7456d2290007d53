"""Secrets never leave (P24): planted in a real server's settings, cookies and tokens, then looked for everywhere."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.events.log import database_now
from app.identity.sessions import HOST_COOKIE, create_session
from app.identity.tokens import Scope, create_token
from app.settings import PROJECT, Settings
from tests.cast import hire_cast
from tests.conftest import OwnDatabase, publish_shipped
from tests.web.test_routes import routes_of
from tests.web.test_security import STREAMS

PLANTED = "planted-{}-7Hq2vX-0123456789-abcdefghij-klmnop"


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[str]:
    """One web worker as it is run, its log in a file."""
    with socket.socket() as listener, log.open("wb") as written:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "app.worker", str(listener.fileno())]
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment, "SKRANKE_PUBLIC_URL": url},
            cwd=PROJECT,
            pass_fds=[listener.fileno()],
            stdout=written,
            stderr=written,
        )
        try:
            yield url
        finally:
            process.terminate()
            process.wait(10)


def planted_settings(database_url: str, folder: Path) -> tuple[dict[str, str], list[str]]:
    """The environment with a secret in every setting that holds one, by turns in itself and in a file."""
    environment, secrets = {"SKRANKE_DATA": str(folder)}, []
    for number, (name, field) in enumerate(Settings.model_fields.items()):
        if field.repr and "SecretStr" not in str(field.annotation):
            continue
        secret = PLANTED.format(name.replace("_", ""))
        value = secret
        if name.endswith("database_url"):
            value = re.sub(r"//([^@/]*)@", rf"//\1:{secret}@", database_url)
        variable = f"SKRANKE_{name.upper()}"
        if number % 2:
            (folder / name).write_text(value)
            environment[f"{variable}_FILE"] = str(folder / name)
        else:
            environment[variable] = value
        secrets.append(secret)
    assert len(secrets) >= 3
    return environment, secrets


async def test_no_secret_is_in_any_answer_log_or_row(
    own_database: OwnDatabase, shipped: Any, tmp_path: Path
) -> None:
    await publish_shipped(own_database.sessions, shipped)
    async with own_database.transaction() as session:
        cast = await hire_cast(session)
        at = await database_now(session)
        cookie = await create_session(session, cast.bob.id, Settings(), at=at)
        token = await create_token(session, cast.bob.id, "robot", {Scope.READ}, at=at, expires_at=None)
    environment, secrets = planted_settings(own_database.app_url, tmp_path)
    secrets += [cookie, token]
    log = tmp_path / "log"
    with serving(environment, log) as url:
        answers = await ask_for_everything(url, cookie, token)
    assert len(answers) > 100
    for asked, answer in answers.items():
        assert not [secret for secret in secrets if secret in answer], asked
    written = log.read_text(encoding="utf-8")
    assert '"refused"' in written, "the log is not where it is looked for"
    assert not [secret for secret in secrets if secret in written]
    async with own_database.transaction() as session:
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.all():
            rows = await session.scalars(text(f'SELECT to_jsonb(t)::text FROM "{table}" t'))
            assert not [secret for row in rows for secret in secrets if secret in row], table


async def ask_for_everything(url: str, cookie: str, token: str) -> dict[str, str]:
    """Headers and body of every route that reads, as a page and as JSON, and of requests that are refused."""
    from app.main import create_app

    paths = [
        re.sub(r"\{[^}]*\}", "1", route.path)
        for route in routes_of(create_app(Settings()))
        if "GET" in route.methods and route.path not in STREAMS
    ]
    browser = {"cookie": f"{HOST_COOKIE}={cookie}", "accept": "text/html"}
    program = {"authorization": f"Bearer {token}", "accept": "application/json"}
    wrong = {"authorization": f"Bearer x{token}", "accept": "application/json"}
    asked: list[tuple[str, str, dict[str, str], bytes]] = [
        ("GET", path, who, b"") for path in paths for who in (browser, program, wrong)
    ]
    for who in (browser, program, wrong):
        json = who | {"content-type": "application/json", "idempotency-key": "k"}
        asked += [
            ("POST", "/logg-ut", who | {"sec-fetch-site": "cross-site"}, b""),
            ("POST", "/api/v1/tickets", json, f'{{"service": "{token}", "{cookie}": 1'.encode()),
            ("POST", "/api/v1/tickets", json, f'{{"service": "{token}", "{cookie}": 1}}'.encode()),
            ("PUT", "/api/v1/tickets/1/unit", json, b"{}"),
        ]
    answers = {}
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        await until_ready(client)
        for number, (method, path, headers, body) in enumerate(asked):
            response = await client.request(method, path, headers=headers, content=body)
            assert response.status_code < 500, f"{method} {path}: {response.text}"
            answers[f"{number}: {method} {path}"] = f"{response.headers}\n{response.text}"
    return answers


async def until_ready(client: httpx.AsyncClient) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            if (await client.get("/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)  # noqa: ASYNC251 - nothing else runs meanwhile
