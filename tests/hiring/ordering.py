"""Ordering somebody new as Leif does, for tests that begin with one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.queries import today
from app.people.models import EngagementKind, OrgUnit
from tests.cast import Cast
from tests.tickets.asking import once

TEACHER = "7962"


async def prepare(session: AsyncSession, cast: Cast) -> None:
    """Leif's place is a school, and there are other kinds of engagement than a fixed one."""
    await session.execute(update(OrgUnit).where(OrgUnit.id == cast.solbakken.id).values(tjeneste="202"))
    for key, employed in (("vikar", True), ("konsulent", False)):
        session.add(EngagementKind(key=key, name=key, employed=employed))
    await session.flush()


async def body(session: AsyncSession, cast: Cast, *, in_days: int = 40, **more: Any) -> dict[str, Any]:
    starts_on = await today(session) + timedelta(days=in_days)
    return {
        "name": "Nora Lien",
        "org_unit_id": cast.solbakken.id,
        "position_code": TEACHER,
        "kind": "fast",
        "starts_on": starts_on.isoformat(),
    } | more


async def ordered(client: httpx.AsyncClient, sent: dict[str, Any]) -> dict[str, Any]:
    response = await client.post("/api/v1/journeys", json=sent, headers=once())
    assert response.status_code == 201, response.text
    journey: dict[str, Any] = response.json()
    return journey


def step(journey: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in journey["steps"] if each["key"] == key)
    return found
