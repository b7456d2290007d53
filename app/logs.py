"""How this program writes its log: a line of JSON per event, with UTC and no content; for people at a terminal, words.

Nothing secret and nothing that people wrote stands in it: no local variables, no parameters of statements, no rows
that a database refused, and the installation's own secrets are taken out wherever they turn up.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
_SECRET_KEYS = re.compile(r"password|secret|token|authorization|cookie|api_?key", re.I)
_LOOKS_SECRET = re.compile(r"\bskranke_[\w-]{20,}|\bBearer\s+\S+|://[^\s/:@]*:[^\s/@]+@")
"""A token of ours, anybody's bearer token, the password in an address."""
_DATABASE = ("sqlalchemy.", "asyncpg.")
_never_logged: set[str] = set()

Event = MutableMapping[str, Any]


def never_log(secrets: Iterable[str]) -> None:
    """These values stand in no line that this process writes from now on."""
    _never_logged.update(secret for secret in secrets if len(secret) >= 4)


def trace_of(error: BaseException) -> str:
    """Where it went wrong and with what, the cause first.

    A database's own words are left out: they repeat parameters, and the whole row that a constraint refused.
    """
    parts = []
    for each in reversed(list(_chain(error))):
        name = f"{type(each).__module__}.{type(each).__qualname__}"
        words = f"sqlstate {_sqlstate(each)}" if _is_of_a_database(each, name) else str(each)
        parts.append("".join(traceback.format_tb(each.__traceback__)) + f"{name}: {words}\n")
    return "\n".join(parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _is_of_a_database(error: BaseException, name: str) -> bool:
    return name.startswith(_DATABASE) or hasattr(error, "sqlstate")


def _sqlstate(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "unknown")


def _with_trace(_logger: Any, _method: str, event: Event) -> Event:
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = trace_of(error)
    return event


def without_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """The last look before a line is written."""
    for key, value in event.items():
        event[key] = HIDDEN if _SECRET_KEYS.search(key) else _cleaned(value)
    return event


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            for secret in _never_logged:
                value = value.replace(secret, HIDDEN)
            return _LOOKS_SECRET.sub(HIDDEN, value)
        case dict():
            return {
                key: HIDDEN if _SECRET_KEYS.search(str(key)) else _cleaned(inner)
                for key, inner in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_cleaned(inner) for inner in value]
        case bool() | int() | float() | None:
            return value
    return _cleaned(str(value))


def write_logs() -> None:
    """Called once by every process that serves or works. What libraries log comes out in the same form."""
    at_terminal = sys.stderr.isatty()
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
    ]
    last = structlog.dev.ConsoleRenderer() if at_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*before, without_secrets, last],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_secrets, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
