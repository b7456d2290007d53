"""The page that says what is kept of people. Open to everybody."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse

from app.catalogue.published import Current
from app.identity.me import Somebody
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)


@dataclass(frozen=True)
class InformationView:
    email: str


@router.get("/personvern")
async def privacy(request: Request, actor: Somebody, published: Current) -> HTMLResponse:
    return render(request, "portal/privacy.html", InformationView(published.catalogue.municipality.email))
