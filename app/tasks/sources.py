"""Which other systems tasks come from: `SKRANKE_TASK_SOURCES_FILE`.

The file holds addresses and the names of files with secrets; the catalogue holds neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from app.settings import LOOPBACK
from integrations.graph.planner import GRAPH, LOGIN
from service_catalog.values import Key

A_DAY_AND_TWO_HOURS = 26
"""A system that tells everything once a night is late by then."""


class Pull(BaseModel):
    """How Planner and To Do are read over Graph; the addresses are for national clouds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: Annotated[str, Field(min_length=1)]
    app_id: Annotated[str, Field(min_length=1)]
    secret_file: Path
    url: str = GRAPH
    login_url: str = LOGIN

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        for url in (self.url, self.login_url):
            _check_address(url)
        return self


class Source(BaseModel):
    """One system: it pushes by its `client_id`, or is read by `pull`. Without `callback_url` it is not told that a task
    is done, and asks for itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """As people call it: «Planner», «Elements»."""
    client_id: str = ""
    """Of the registered system (`skranke identity system`) that may push its tasks, and nobody else's."""
    callback_url: str = ""
    secret_file: Path | None = None
    """The key of the callback's signature."""
    pull: Pull | None = None
    silent_after_hours: Annotated[int, Field(ge=1, le=24 * 90)] = A_DAY_AND_TWO_HOURS

    @model_validator(mode="after")
    def _is_signed_and_safe(self) -> Self:
        if bool(self.client_id) is (self.pull is not None):
            raise ValueError("either its client_id, or how it is read (pull)")
        if not self.callback_url:
            return self
        if self.secret_file is None:
            raise ValueError("a callback is signed: name the secret_file")
        _check_address(self.callback_url)
        return self


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("an address is https")
    if parts.username or parts.password:
        raise ValueError("an address holds no secret")


def topic_of(source: str) -> str:
    """Of the deliveries that tell it so."""
    return f"task.done.{source}"


class UnreadableSources(ValueError):
    """The file is no list of sources; the message says where."""


def read_sources(path: Path) -> Mapping[str, Source]:
    """Raises UnreadableSources, and OSError when there is no such file."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = TypeAdapter(dict[Key, Source]).validate_python(read or {})
    except (ValidationError, yaml.YAMLError) as wrong:
        raise UnreadableSources(f"{path}: {wrong}") from wrong
    if "skranke" in found:
        raise UnreadableSources(f"{path}: «skranke» is ours")
    return found


@lru_cache
def sources_in(path: Path | None) -> Mapping[str, Source]:
    """Read once; none without a file."""
    return {} if path is None else read_sources(path)
