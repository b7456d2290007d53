"""Asking for things as people do, for tests that begin with a ticket."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

PC_BROKEN: dict[str, Any] = {
    "service": "noe-virker-ikke-pa-pc",
    "subject": "PC-en starter ikke",
    "answers": {"what": "computer", "description": "Svart skjerm siden i morges.", "hindrance": "slowed"},
}


def once() -> dict[str, str]:
    return {"idempotency-key": uuid4().hex}


def match(ticket: dict[str, Any]) -> dict[str, str]:
    """If-Match of what was read."""
    return {"if-match": f'"{ticket["version"]}"'}


async def open_ticket(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await client.post("/api/v1/tickets", json=PC_BROKEN | changes, headers=once())
    assert response.status_code == 201, response.text
    ticket: dict[str, Any] = response.json()
    return ticket


async def put(client: httpx.AsyncClient, ticket: dict[str, Any], what: str, **body: Any) -> dict[str, Any]:
    """A verb on the ticket as last read; the ticket afterwards (empty when the verb tells nothing back)."""
    url = f"/api/v1/tickets/{ticket['number']}/{what}"
    response = await client.put(url, json=body or None, headers=match(ticket))
    assert response.status_code in (200, 204), response.text
    return response.json() if response.content else {}
