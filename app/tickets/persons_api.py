"""REST routes about people, as far as a ticket needs them: who you are, and whom it may be for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.database.session import Db
from app.identity.me import Me
from app.people.queries import find_persons
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

router = Room(prefix="/api/v1", tags=["people"], responses=PROBLEM_RESPONSES)


class PersonFoundOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[42])
    name: str = Field(examples=["Ingrid Solheim"])
    org_unit_name: str | None
    phone: str | None
    email: str | None


class MeOut(BaseModel):
    """What your place in the organisation lets you see and do."""

    id: int | None
    name: str
    language: str
    units: list[str] = Field(description="Units you are an agent of.")
    first_line: bool
    leads_org_units: list[int]
    orders_for: list[int]
    scopes: list[str]


@router.get("/me", summary="Who you are")
async def me(me: Me) -> MeOut:
    return MeOut(
        id=me.person_id,
        name=me.name,
        language=me.language,
        units=sorted(me.units),
        first_line=me.first_line,
        leads_org_units=sorted(me.leads_org_units),
        orders_for=sorted(me.orders_for),
        scopes=sorted(me.scopes),
    )


@router.get("/persons", summary="People by name, phone or e-mail; a shielded person is never found")
async def persons(
    session: Db,
    me: Me,
    q: Annotated[str, Query(min_length=2, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> list[PersonFoundOut]:
    return [PersonFoundOut.model_validate(found) for found in await find_persons(session, me, q, limit)]
