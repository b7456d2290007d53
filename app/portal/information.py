"""Pages that say how it works: accessibility and privacy. Open to everybody."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.catalogue.published import Current
from app.identity.me import Somebody
from app.web.pages import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class InformationView:
    statement_url: str
    email: str


def _view(published: Current) -> InformationView:
    municipality = published.catalogue.municipality
    return InformationView(municipality.accessibility_statement, municipality.email)


@router.get("/tilgjengelighet")
async def accessibility(request: Request, actor: Somebody, published: Current) -> HTMLResponse:
    return render(request, "portal/accessibility.html", _view(published))


@router.get("/personvern")
async def privacy(request: Request, actor: Somebody, published: Current) -> HTMLResponse:
    return render(request, "portal/privacy.html", _view(published))
