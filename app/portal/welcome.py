"""GET /velkommen and /velkommen/{code}: what a newcomer reads before the first day, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Path, Request
from starlette.responses import HTMLResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Sessions, transaction
from app.errors import NotFound
from app.journeys.welcome import Welcome, note_opened, opened, welcome
from app.settings import Settings
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rate_limit import LimitedByAddress
from app.web.rooms import Room

router = Room(include_in_schema=False, prefix="/velkommen")
UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
"""No `no-referrer`: browsers then say that forms of the page come from nowhere, and choosing a language is refused. The
address with its code goes to nobody else anyway (`same-origin`, `app.web.security`)."""


@dataclass(frozen=True)
class DoorPage:
    unknown: bool


@dataclass(frozen=True)
class WelcomePage:
    welcome: Welcome
    may_sign_in: bool
    """There is a way in for whoever has no account yet."""


# No route here asks who is signed in: the link opens this one page, for whoever holds it.


@router.get("", name="welcome_door")
async def door(request: Request, _limited: LimitedByAddress) -> HTMLResponse:
    return render(request, "portal/welcome_door.html", DoorPage(unknown=False))


@router.post("", name="welcome_code")
async def by_code(
    request: Request,
    _limited: LimitedByAddress,
    published: Current,
    code: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    return await _shown(request, published, code)


@router.get("/{code}", name="welcome")
async def by_link(
    request: Request,
    code: Annotated[str, Path(max_length=100)],
    _limited: LimitedByAddress,
    published: Current,
) -> Response:
    return await _shown(request, published, code)


async def _shown(request: Request, published: Published, code: str) -> Response:
    """Unknown, revoked and expired answer alike."""
    sessions: Sessions = request.app.state.sessions
    settings: Settings = request.app.state.settings
    try:
        async with transaction(sessions) as session:
            row = await opened(session, code)
            await note_opened(session, row)
            found = await welcome(session, row, published, language_of(request))
    except NotFound:
        response = render(request, "portal/welcome_door.html", DoorPage(unknown=True), status=404)
    else:
        page = WelcomePage(found, settings.idporten is not None)
        response = render(request, "portal/welcome.html", page)
    response.headers.update(UNSEEN)
    return response
