"""Ordering what costs, for tests of approvals."""

from __future__ import annotations

from typing import Any

import httpx

from app.people.models import Person
from tests.tickets.asking import open_ticket


def screen_for(person: Person, **answers: Any) -> dict[str, Any]:
    """One screen for 2600 kroner, which whoever holds the money must approve."""
    ordered = {
        "for_person": str(person.id),
        "equipment": ["screen"],
        "quantity": 1,
        "replaces_old": False,
        "delivery": "counter",
        "ansvar": "4100",
        "tjeneste": "1200",
    }
    return {"service": "bestille-pc", "subject": "Skjerm", "answers": ordered | answers}


async def order(client: httpx.AsyncClient, person: Person, **more: Any) -> dict[str, Any]:
    return await open_ticket(client, **screen_for(person) | more)


async def waiting(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    response = await client.get("/api/v1/approvals")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def decide(
    client: httpx.AsyncClient, approval_id: int, outcome: str, comment: str | None = None
) -> httpx.Response:
    body = {"outcome": outcome} | ({"comment": comment} if comment is not None else {})
    return await client.put(f"/api/v1/approvals/{approval_id}/decision", json=body)
