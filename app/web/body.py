"""What no request may carry, refused before anything reads it: too much, too deep, or not text at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Problem, TooLarge
from app.settings import Settings

MAX_DEPTH = 32
MAX_FIELDS = 2000
INT64 = 2**63
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Malformed(Problem):
    """The request cannot be read at all."""

    status: ClassVar[int] = 400


class BodyGuard:
    """Checks path, query and body. JSON and plain forms are read whole; files only counted."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        check_url(scope)
        check_host(scope)
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        whole = kind in ("", "application/x-www-form-urlencoded") or kind.endswith(("/json", "+json"))
        limit = self.settings.body_max_bytes + (0 if whole else self.settings.attachment_max_bytes)
        _check_length(headers.get("content-length"), limit)
        counted = _counting(receive, limit)
        if not whole or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, counted, send)
            return
        body = await _whole(counted)
        if kind.endswith(("/json", "+json")):
            check_json(body)
        elif kind:
            check_form(body)
        await self.app(scope, _replay(body, receive), send)


def check_url(scope: Scope) -> None:
    """Raises Malformed for a path or query with NUL or with bytes that are not UTF-8."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    _check_text(unquote_to_bytes(raw.partition(b"?")[0]), "url.bad")
    if scope["query_string"]:
        _check_text(unquote_to_bytes(scope["query_string"].replace(b"+", b" ")), "url.bad")


def check_host(scope: Scope) -> None:
    """Raises Malformed unless exactly one Host says for whom it is: two are two answers to it (RFC 9112 section 3.2)."""
    hosts = sum(1 for name, _value in scope["headers"] if name == b"host")
    if hosts > 1 or (hosts == 0 and scope.get("http_version") != "1.0"):
        raise Malformed("request.bad")


def _check_text(raw: bytes, code: str) -> None:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed(code) from error
    if b"\0" in raw:
        raise Malformed(code)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        "body.too_large", max=f"{limit // 1024} kB" if limit < 1024**2 else f"{limit // 1024**2} MB"
    )


def _check_length(header: str | None, limit: int) -> None:
    if header is None:
        return
    if not header.isascii() or not header.isdigit():
        raise Malformed("request.bad")
    if len(header) > 15 or int(header) > limit:
        raise _too_large(limit)


def _counting(receive: Receive, limit: int) -> Receive:
    """The same stream, which breaks off when it grows over the limit, whatever Content-Length said."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _too_large(limit)
        return message

    return counted


async def _whole(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Malformed("request.bad")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hands the body on once; later calls wait for the disconnect, as a server's own `receive` does."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def check_form(body: bytes) -> None:
    """Looks at the bytes: `parse_qsl` would refuse every letter outside ASCII when it is given bytes."""
    if body.count(b"&") >= MAX_FIELDS:
        raise Malformed("body.bad_form")
    _check_text(unquote_to_bytes(body.replace(b"+", b" ")), "body.bad_character")


def check_json(body: bytes) -> None:
    """Raises Malformed for JSON that parsers read differently or PostgreSQL cannot keep."""
    if not body:
        return
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("body.bad_encoding") from error
    _check_depth(body)
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_int=_int64, parse_float=_finite, parse_constant=_finite
        )
    except json.JSONDecodeError as error:
        raise Malformed("body.bad_json") from error
    if "\\u" in text and any(_unkeepable(string) for string in _strings(value)):
        raise Malformed("body.bad_character")


def _check_depth(body: bytes) -> None:
    """Before parsing: a parser that recurses must not meet ten thousand brackets."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in re.findall(rb"[\[\]{}]", _STRINGS.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed("body.too_deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("body.duplicate_key")
    return found


def _int64(digits: str) -> int:
    if len(digits) > 20 or not -INT64 <= (number := int(digits)) < INT64:
        raise Malformed("body.bad_number")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if number != number or number in (float("inf"), float("-inf")):
        raise Malformed("body.bad_number")
    return number


def _unkeepable(text: str) -> bool:
    """NUL, or half a surrogate pair: PostgreSQL has no place for either."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
