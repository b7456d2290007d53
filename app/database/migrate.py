"""Bringing a database to the newest version, and telling whether the models agree with it."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING

import asyncpg

from app.settings import PROJECT

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = re.compile(r'^revision(?:: str)? = "([^"]+)"', re.MULTILINE)
FOLLOWS = re.compile(r'^down_revision(?:: [^=]+)? = "([^"]+)"', re.MULTILINE)


def _config(owner_url: str) -> Config:
    from alembic.config import Config

    # Alembic's own default is the stdout of the moment it was imported, which may be closed by now.
    config = Config(stdout=sys.stdout, attributes={"owner_url": owner_url})
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(owner_url: str) -> None:
    """Apply what is missing, in one transaction. Not from inside an event loop: use a thread there."""
    from alembic import command

    command.upgrade(_config(owner_url), "head")


def find_drift(owner_url: str) -> str | None:
    """What the models say and the database does not (or the reverse); None when they agree."""
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.check(_config(owner_url))
    except CommandError as difference:
        return str(difference)
    return None


def migrate_if_behind(owner_url: str) -> None:
    """The same, but a database that is up to date costs one query and not the import of alembic."""
    newest = _newest_revision()
    if newest is None or asyncio.run(_revision(owner_url)) != newest:
        migrate(owner_url)


def _newest_revision() -> str | None:
    """The revision no other follows, read from the files' names and first lines."""
    revisions, followed = set(), set()
    for path in (PROJECT / "migrations" / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if found := REVISION.search(text):
            revisions.add(found[1])
        if found := FOLLOWS.search(text):
            followed.add(found[1])
    heads = revisions - followed
    return heads.pop() if len(heads) == 1 else None


async def _revision(owner_url: str) -> str | None:
    connection = await asyncpg.connect(owner_url)
    try:
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
