"""Reading what a page's form sent, refusing text that cannot be kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import FormData

from app.web.body import Malformed

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


async def read_form(request: Request) -> FormData:
    """The form, read once and kept on the request. Raises Malformed when it is broken."""
    try:
        return await request.form(max_files=20, max_fields=1000)
    except UnicodeError as error:
        raise Malformed("body.bad_encoding") from error


async def close_form(request: Request) -> AsyncIterator[None]:
    """On every route: the temporary files of a form go when the route is done, however it ended."""
    try:
        yield
    finally:
        await request.close()


async def check_form_text(request: Request) -> None:
    """Multipart forms stream past the body guard; their texts are checked here, before the route runs."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return
    for name, value in (await read_form(request)).multi_items():
        text = value if isinstance(value, str) else value.filename or ""
        if "\0" in name or "\0" in text or any("\ud800" <= c <= "\udfff" for c in name + text):
            raise Malformed("body.bad_character")
