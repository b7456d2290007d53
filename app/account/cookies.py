"""The cookies of signing in: the session's, and the one that waits while somebody is at their issuer."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from app.identity.device import device_of
from app.identity.sessions import HOST_COOKIE, Visit, cookie_name
from app.settings import Settings

WAITING_COOKIE = "__Host-skranke_inn"
LONGEST_ADDRESS = 64


def visit_of(request: Request) -> Visit:
    settings: Settings = request.app.state.settings
    return Visit(
        device=device_of(request.headers.get("user-agent", "")),
        address=request.client.host[:LONGEST_ADDRESS] if request.client else None,
        token=request.cookies.get(cookie_name(settings)),
    )


def give_session(response: Response, settings: Settings, token: str) -> None:
    """No Max-Age: it goes with the browser, and the row has the limits that count."""
    name = cookie_name(settings)
    secure = name == HOST_COOKIE
    response.set_cookie(name, token, path="/", secure=secure, httponly=True, samesite="lax")


def take_session(response: Response, settings: Settings) -> None:
    name = cookie_name(settings)
    response.delete_cookie(name, path="/", secure=name == HOST_COOKIE, httponly=True, samesite="lax")
    # Pages are not stored anyway; this also drops those that the browser keeps alive for its back button.
    response.headers["Clear-Site-Data"] = '"cache"'


def let_wait(response: Response, token: str, *, seconds: int) -> None:
    """Lax, not strict: it must come along when the issuer sends the browser back."""
    response.set_cookie(
        WAITING_COOKIE, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def wait_no_more(response: Response) -> None:
    response.delete_cookie(WAITING_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
