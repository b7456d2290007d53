"""Choosing a language: remembered in the session, and in a cookie for before the sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse

from app.database.session import Db
from app.identity.me import Somebody
from app.identity.sessions import choose_language
from app.web.i18n import COOKIE, LANGUAGES

router = APIRouter(include_in_schema=False)
ONE_YEAR_SECONDS = 365 * 24 * 3600


def own_path(path: str) -> str:
    """The path when it is one of ours, else «/»: nobody is sent to another site."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else "/"


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
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, language, max_age=ONE_YEAR_SECONDS, secure=secure, httponly=True, samesite="lax"
        )
    return response
