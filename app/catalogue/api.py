"""REST routes of the published catalogue."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from app.catalogue.published import Current, Published
from app.identity.me import Me
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from service_catalog.schema import Kind, Service, Text

router = Room(prefix="/api/v1", tags=["catalogue"], responses=PROBLEM_RESPONSES)
FOUND_AT_MOST = 20


class ServiceRowOut(BaseModel):
    key: str = Field(examples=["pc-problem"])
    unit: str
    kind: Kind
    title: Text
    summary: Text
    agreement: str


class ServiceOut(ServiceRowOut):
    """The whole service, its form included, as the catalogue's text says it."""

    version: int
    service: dict[str, Any]


class UnitOut(BaseModel):
    key: str
    title: Text
    phone: str
    first_line: bool


@router.get("/services", summary="All services, or those that fit what you write")
async def services(
    me: Me,
    published: Current,
    q: Annotated[
        str | None, Query(max_length=200, description="Everyday words; misspellings are forgiven.")
    ] = None,
    unit: Annotated[str | None, Query(max_length=60)] = None,
) -> list[ServiceRowOut]:
    found = _found(published, q, me.language) if q else list(published.catalogue.services.values())
    return [_row(service) for service in found if unit is None or service.unit == unit]


@router.get("/services/{key}", summary="One service with its form")
async def service(key: Annotated[str, Path(max_length=60)], _: Me, published: Current) -> ServiceOut:
    found = published.service(key)
    return ServiceOut(
        **_row(found).model_dump(), version=published.version, service=found.model_dump(mode="json")
    )


@router.get("/units", summary="The units that solve tickets")
async def units(_: Me, published: Current) -> list[UnitOut]:
    return [
        UnitOut(key=unit.key, title=unit.title, phone=unit.phone, first_line=unit.first_line)
        for unit in published.catalogue.units.values()
    ]


def _found(published: Published, words: str, language: str) -> list[Service]:
    return [published.service(hit.service_key) for hit in published.search(words, language, FOUND_AT_MOST)]


def _row(service: Service) -> ServiceRowOut:
    return ServiceRowOut(
        key=service.key,
        unit=service.unit,
        kind=service.kind,
        title=service.title,
        summary=service.summary,
        agreement=service.agreement,
    )
