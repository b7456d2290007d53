"""One HTTP call to another system, with its failures sorted into what they say about whether it was done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from integrations.provisioning.target import Away, Denied, Throttled, Unanswered

ASKED_TO_WAIT = timedelta(seconds=30)
MOST_WAITS, LONGEST_PAUSE = 5, timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=1)
"""What we believe of a Retry-After."""
TIMEOUT = httpx.Timeout(8.0, connect=4.0)
"""A question and a change must both end within what a delivery is given."""


def open_http(timeout: httpx.Timeout = TIMEOUT) -> httpx.AsyncClient:
    """No redirects: what is secret goes to the address that was configured and nowhere else."""
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False)


async def call(
    http: httpx.AsyncClient,
    name: str,
    method: str,
    url: str,
    *,
    quiet: Mapping[int, None] | None = None,
    **more: Any,
) -> httpx.Response:
    """The answer, when it is one of success or one that the caller understands (`quiet`)."""
    try:
        response = await http.request(method, url, **more)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as away:
        raise Away(f"{name} connection") from away
    except httpx.TimeoutException as late:
        raise Unanswered(f"{name} timeout") from late
    except httpx.HTTPError as broken:
        raise Unanswered(f"{name} broken") from broken
    if response.status_code not in (quiet or {}):
        check(name, response.status_code, response.headers)
    return response


async def call_patiently(
    http: httpx.AsyncClient, name: str, method: str, url: str, **more: Any
) -> httpx.Response:
    """For reading page after page: what asks us to wait is waited for, so that the pages before are not lost.

    Raises Throttled when it asks for longer than that, or again and again.
    """
    for _ in range(MOST_WAITS):
        try:
            return await call(http, name, method, url, **more)
        except Throttled as throttled:
            if throttled.wait > LONGEST_PAUSE:
                raise
            await asyncio.sleep(throttled.wait.total_seconds())
    return await call(http, name, method, url, **more)


def check(name: str, status: int, headers: Mapping[str, str]) -> None:
    """Source: RFC 9110, 15 and 10.2.3. 503 with Retry-After was turned away at the door; any other 5xx may have
    happened after it was done."""
    code = f"{name} {status}"
    told = {key.lower(): value for key, value in headers.items()}
    after = told.get("retry-after")
    if status == 429 or (status == 503 and after is not None):
        raise Throttled(code, wait_of(after, told.get("date")))
    if status >= 500:
        raise Unanswered(code)
    if not 200 <= status < 300:
        raise Denied(code)


def wait_of(after: str | None, date: str | None) -> timedelta:
    """Seconds, or the instant, counted from the other system's own `date`; half a minute when it says neither."""
    if after is None:
        return ASKED_TO_WAIT
    try:
        wait = timedelta(seconds=float(after))
    except (ValueError, OverflowError):
        try:
            wait = _instant(after) - _instant(date or "")
        except (ValueError, TypeError):
            return ASKED_TO_WAIT
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _instant(written: str) -> datetime:
    return parsedate_to_datetime(written)


def read(name: str, response: httpx.Response) -> dict[str, Any]:
    """The body of an answer. One that is no JSON object came from something in between: nothing is known."""
    try:
        body = response.json()
    except ValueError as odd:
        raise Unanswered(f"{name} body") from odd
    if not isinstance(body, dict):
        raise Unanswered(f"{name} body")
    return body
