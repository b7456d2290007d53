"""A change from a browser comes from our own page: same origin, and a token only its session's pages hold."""

from __future__ import annotations

import base64
import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData

from app.errors import Forbidden
from app.identity.hashing import keyed
from app.identity.me import SAFE_METHODS
from app.identity.sessions import cookie_name
from app.web.forms import FORM_TYPES, check_form_text, read_form

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def _secret(request: Request) -> bytes | None:
    """Derived from the session's own token, so nothing has to be stored; None without a session."""
    cookie = request.cookies.get(cookie_name(request.app.state.settings))
    return keyed(cookie, "csrf") if cookie else None


def csrf_token(request: Request) -> str:
    """For forms and for htmx. Masked anew each time, because pages are compressed (BREACH)."""
    secret = _secret(request)
    if secret is None:
        return ""
    mask = secrets.token_bytes(len(secret))
    masked = bytes(a ^ b for a, b in zip(mask, secret, strict=True))
    return base64.urlsafe_b64encode(mask + masked).decode()


def _matches(secret: bytes, token: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(token)
    except ValueError:
        return False
    half = len(raw) // 2
    plain = bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=False))
    return hmac.compare_digest(plain, secret)


def _is_same_origin(request: Request) -> bool:
    """Sec-Fetch-Site where the browser sends it, else Origin against our host, else the token decides."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _sent_token(request: Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    if not request.headers.get("content-type", "").startswith(FORM_TYPES):
        return ""
    form: FormData = await read_form(request)
    sent = form.get(FIELD)
    return sent if isinstance(sent, str) else ""


async def check_csrf(request: Request) -> None:
    """On every route. Raises Forbidden("csrf") for an unsafe request that a foreign page could have made.

    A bearer token is never sent by itself, so requests that carry one need nothing more.
    """
    if request.method in SAFE_METHODS:
        return
    await check_form_text(request)
    if request.headers.get("authorization"):
        return
    if not _is_same_origin(request):
        raise Forbidden("csrf")
    secret = _secret(request)
    if secret is not None and not _matches(secret, await _sent_token(request)):
        raise Forbidden("csrf")
