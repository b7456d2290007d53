"""Built assets under names that change with their content, and the municipality's own colours and logo."""

from __future__ import annotations

import hashlib
import os

from fastapi import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.errors import NotFound
from app.settings import PROJECT, Settings
from app.web.pages import municipality_of
from app.web.rooms import Room
from app.web.security import DOCUMENT_POLICY
from service_catalog.schema import Brand

STATIC = PROJECT / "app" / "web" / "static"
FOREVER = "public, max-age=31536000, immutable"
router = Room(include_in_schema=False)


class Immutable(StaticFiles):
    """Names carry a hash of the content, so a browser never has to ask again."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = FOREVER
        return response


def brand_css(brand: Brand) -> str:
    """The design system's colour variables, in the cascade layer between the system and our layout."""
    colours = {
        "accent-base-default": brand.accent,
        "accent-text-default": brand.accent_dark,
        "accent-surface-tinted": brand.accent_soft,
    } | brand.colours
    lines = "".join(f"--ds-color-{name}:{value};" for name, value in colours.items())
    return f'@layer ds, kommune, app;@layer kommune{{:root,[data-color-scheme="light"]{{{lines}}}}}'


def _checked(request: Request, content: bytes, media_type: str) -> Response:
    """Small and seldom changed: the browser asks each time, and mostly hears that nothing changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_type)


@router.get("/brand.css")
async def brand(request: Request) -> Response:
    municipality = municipality_of(request)
    css = brand_css(municipality.brand) if municipality else ""
    return _checked(request, css.encode(), "text/css")


@router.get("/logo.svg")
async def logo(request: Request) -> Response:
    """Drawn by the municipality: shown as a picture, and opened by itself it may run, style and fetch nothing."""
    municipality = municipality_of(request)
    if municipality is None:
        raise NotFound
    settings: Settings = request.app.state.settings
    response = _checked(
        request, (settings.catalogue_folder / municipality.logo).read_bytes(), "image/svg+xml"
    )
    response.headers["Content-Security-Policy"] = DOCUMENT_POLICY
    return response
