"""A hidden number: asked for on a page of its own, and shown on the answer, which nothing may keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse

from app.catalogue.published import Current
from app.database.session import Db
from app.identity.me import Me
from app.privacy.numbers import read_number
from app.web.pages import render
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room

pages = Room(include_in_schema=False)
api = Room(prefix="/api/v1", tags=["privacy"], responses=PROBLEM_RESPONSES)
Number = Annotated[str, Path(max_length=20)]
Mark = Annotated[str, Path(max_length=20)]
KEPT_NOWHERE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class NumberView:
    number: str
    """The ticket's."""
    mark: str
    digits: str


class IdentityNumberOut(BaseModel):
    mark: str = Field(examples=["K7M2QX9A"])
    identity_number: str = Field(description="Eleven digits.", examples=["17859012345"])


@pages.get("/desk/saker/{number}/fodselsnummer/{mark}")
async def ask(request: Request, number: Number, mark: Mark, me: Me) -> HTMLResponse:
    """Says nothing of whether it exists: that is known when it is shown."""
    return render(request, "privacy/number.html", NumberView(number, mark, ""))


@pages.post("/desk/saker/{number}/fodselsnummer/{mark}")
async def show(
    request: Request, number: Number, mark: Mark, me: Me, session: Db, published: Current
) -> HTMLResponse:
    digits = await read_number(session, number, mark, by=me, published=published)
    page = render(request, "privacy/number.html", NumberView(number, mark, digits))
    page.headers.update(KEPT_NOWHERE)
    return page


@api.get(
    "/tickets/{number}/identity-numbers/{mark}",
    summary="One hidden identity number; that it was read is recorded",
)
async def identity_number(
    number: Number, mark: Mark, me: Me, session: Db, published: Current
) -> IdentityNumberOut:
    """In a browser, by somebody who has just signed in: no key and no system reads numbers."""
    digits = await read_number(session, number, mark, by=me, published=published)
    return IdentityNumberOut(mark=mark, identity_number=digits)
