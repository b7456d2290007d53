"""Bringing a database to the newest version, and telling whether the models agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.settings import PROJECT

if TYPE_CHECKING:
    from alembic.config import Config


def _config(owner_url: str) -> Config:
    from alembic.config import Config

    config = Config(attributes={"owner_url": owner_url})
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
