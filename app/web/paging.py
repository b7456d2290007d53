"""Keyset paging: a page, and an opaque cursor that says where the next one begins."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query, Request

from app.errors import Invalid

T = TypeVar("T")
MAX_CURSOR = 400


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next` is None on the last page."""

    items: list[T]
    next: str | None


After = Annotated[str | None, Query(max_length=MAX_CURSOR, description="The cursor of a `next` link.")]
Limit = Annotated[int, Query(ge=1, le=200)]


def encode_cursor(*values: datetime | date | int | str | bool | None) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).rstrip(b"=").decode()


def decode_cursor(text: str, *types: type) -> tuple[Any, ...]:
    """The values `encode_cursor` was given. Raises Invalid("bad_cursor") for anything else."""
    try:
        if len(text) > MAX_CURSOR:
            raise ValueError("too long")
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError("another list's cursor")
        return tuple(_typed(value, wanted) for value, wanted in zip(values, types, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid("bad_cursor") from error


def _typed(value: Any, wanted: type) -> Any:
    if issubclass(wanted, date):
        read = wanted.fromisoformat(value)
        if isinstance(read, datetime) and read.tzinfo is None:
            raise ValueError("an instant has a zone")
        return read
    # A bool is an int in Python; a cursor that mixes them up is not ours.
    if (
        type(value) is not wanted
        or (isinstance(value, int) and abs(value) >= 2**63)
        or (isinstance(value, str) and "\x00" in value)
    ):
        raise ValueError(f"not a {wanted.__name__}")
    return value


def next_link(request: Request, page: Page[Any]) -> str | None:
    """Path and query of the next page, with the filters kept; None on the last one."""
    if page.next is None:
        return None
    url = request.url.include_query_params(after=page.next)
    return f"{url.path}?{url.query}"
