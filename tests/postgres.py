"""One PostgreSQL for all workers of a test run, one migrated template, one clone per worker."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url

from app.database.migrate import migrate
from app.settings import PROJECT

DATA = Path(tempfile.gettempdir()) / f"skranke-tests-{hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]}"
"""Kept between runs, so that only the first one makes a cluster and migrates. May be deleted at any time."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL where the tests may make databases, by the URL of a role that may."""

    admin_url: str

    def url(self, role: str, database: str) -> str:
        return _text(make_url(self.admin_url).set(username=role, database=database))

    def run(self, *statements: str) -> None:
        asyncio.run(self._run(statements))

    async def _run(self, statements: tuple[str, ...]) -> None:
        connection = await asyncpg.connect(self.admin_url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def databases(self) -> set[str]:
        async def names() -> set[str]:
            connection = await asyncpg.connect(self.admin_url)
            try:
                return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
            finally:
                await connection.close()

        return asyncio.run(names())


@dataclass(frozen=True)
class Database:
    """One clone. `app_url` is what the product gets: neither owner nor superuser."""

    name: str
    owner_url: str
    app_url: str


@contextmanager
def running_server() -> Iterator[Server]:
    """The server named by SKRANKE_TEST_POSTGRES (a superuser's URL), else the embedded one without fsync."""
    outside = os.environ.get("SKRANKE_TEST_POSTGRES")
    if outside:
        yield Server(outside)
        return
    from app.database.embedded import open_embedded

    with open_embedded(DATA, unsafe_fast=True) as embedded:
        yield Server(embedded.admin_url)


@contextmanager
def separate_server() -> Iterator[Server]:
    """A cluster where nobody else has a transaction open: one anywhere in it holds back readers of the log."""
    from app.database.embedded import open_embedded

    data = Path(tempfile.mkdtemp(prefix="skranke-own-"))
    data.chmod(0o755)  # As root the server runs as somebody else, who must get there.
    try:
        with open_embedded(data, unsafe_fast=True) as embedded:
            yield Server(embedded.admin_url)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def template(server: Server) -> str:
    """The name of the migrated template, made by whichever worker comes first. Nobody connects to it."""
    name = f"template_{_migrations_digest()}"
    with _only_one():
        if name in server.databases():
            return name
        making = f"{name}_{os.getpid()}"
        _make_roles(server)
        server.run(f"CREATE DATABASE {making} OWNER skranke_owner")
        migrate(server.url("skranke_owner", making))
        server.run(f"ALTER DATABASE {making} RENAME TO {name}")
    return name


@contextmanager
def clone(server: Server, template_name: str) -> Iterator[Database]:
    """A fresh database that is gone afterwards."""
    name = f"test_{os.getpid()}_{secrets.token_hex(4)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template_name} OWNER skranke_owner")
    try:
        yield Database(name, server.url("skranke_owner", name), server.url("skranke_app", name))
    finally:
        server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def drop_abandoned(server: Server) -> None:
    """Clones of runs that were killed."""
    for name in server.databases():
        made_by = name.split("_")[1] if name.startswith("test_") else ""
        if made_by.isdigit() and not Path(f"/proc/{made_by}").exists() and Path("/proc/self").exists():
            server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _make_roles(server: Server) -> None:
    for role in ("skranke_owner", "skranke_app"):
        server.run(
            f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        )


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((PROJECT / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _only_one() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / f"{DATA.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
