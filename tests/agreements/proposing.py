"""A next version of the payroll agreement, and the persons who may adopt it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from app.agreements.models import AgreementVersion
from app.agreements.publishing import Publication, publish
from app.approvals.models import Approval
from app.identity.me import load_actor
from app.people.models import Delegation, Person
from service_catalog.schema import Authority, Catalogue
from sla.agreement import Agreement
from sla.load import Sla
from tests.cast import SINCE, Cast

FASTER: dict[str, Any] = {
    "critical": {"response": "1 t", "solution": "1 dag"},
    "high": {"response": "2 t", "solution": "1 dag"},
    "normal": {"response": "4 t", "solution": "3 dager"},
    "low": {"response": "1 dag", "solution": "5 dager"},
}
Shipped = tuple[Catalogue, Sla]


def next_lonn(sla: Sla, **changed: Any) -> Agreement:
    """Version 2 of `lonn`, from New Year."""
    written = sla.agreements["lonn"].model_dump(mode="json")
    return Agreement.model_validate(
        written | {"version": 2, "valid_from": "2027-01-01", "promises": FASTER} | changed
    )


def with_agreements(sla: Sla, *more: Agreement, **other: Any) -> Sla:
    agreements = dict(sla.agreements) | {f"{each.name}.v{each.version}": each for each in more}
    return sla.model_copy(update={"agreements": agreements} | other)


async def give_field(session: AsyncSession, holders: Mapping[str, Person]) -> None:
    """Professional authority (fag): by scope, to whom."""
    for scope, person in holders.items():
        session.add(
            Delegation(person_id=person.id, authority=Authority.PROFESSIONAL, scope=scope, valid_from=SINCE)
        )
    await session.flush()


async def propose(
    session: AsyncSession, shipped: Shipped, cast: Cast, *more: Agreement, by: Person | None = None
) -> Publication:
    """Carol may answer for payroll, Dagny for the municipality; Petra proposes."""
    catalogue, sla = shipped
    text = with_agreements(sla, *(more or (next_lonn(sla),)))
    return await publish_text(session, (catalogue, text), by=by or cast.petra)


async def publish_text(session: AsyncSession, text: Shipped, *, by: Person | None = None) -> Publication:
    """As the command does it; what it read is not kept, for the answers come in sessions of their own."""
    proposer = await load_actor(session, by.id) if by else None
    done = await publish(session, *text, by="test", proposer=proposer)
    await session.flush()
    for row in list(session):
        if isinstance(row, AgreementVersion | Approval):
            session.expunge(row)
    return done


async def questions(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    response = await client.get("/api/v1/agreements/proposals")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def answer(
    client: httpx.AsyncClient, asked: dict[str, Any], outcome: str = "approved", comment: str | None = None
) -> httpx.Response:
    return await client.put(
        f"/api/v1/agreements/proposals/{asked['id']}/decision",
        json={"outcome": outcome} | ({"comment": comment} if comment else {}),
    )
