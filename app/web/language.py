"""Choosing a language: remembered in the session, and in a cookie for before the sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from starlette.responses import RedirectResponse

from app.database.session import Db
from app.identity.me import Somebody
from app.identity.sessions import choose_language
from app.settings import Settings
from app.web.i18n import HOST_COOKIE, LANGUAGES, PLAIN_COOKIE
from app.web.redirects import own_path
from app.web.rooms import Room

router = Room(include_in_schema=False)
ONE_YEAR_SECONDS = 365 * 24 * 3600


@router.post("/language", name="choose_language")
async def choose(
    request: Request,
    actor: Somebody,
    session: Db,
    language: Annotated[str, Form(max_length=10)],
    back: Annotated[str, Form(max_length=2000)] = "/",
) -> RedirectResponse:
    response = RedirectResponse(own_path(back), 303)
    if language in LANGUAGES:
        if actor is not None and actor.session_id is not None:
            await choose_language(session, actor.session_id, language)
        settings: Settings = request.app.state.settings
        secure = settings.public_url.startswith("https://")
        response.set_cookie(
            HOST_COOKIE if secure else PLAIN_COOKIE,
            language,
            max_age=ONE_YEAR_SECONDS,
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    return response
