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
from app.identity.tokens import bearer
from app.settings import Settings
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
    """By every witness the browser sends, Sec-Fetch-Site and Origin, of which one must be there."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return False
    return site in (None, "same-origin", "none") and (origin is None or _is_ours(origin, request))


def _is_ours(origin: str, request: Request) -> bool:
    """Our public address, or the host that was asked: a proxy may have rewritten the one and not the other."""
    settings: Settings = request.app.state.settings
    public, given = urlsplit(settings.public_url), urlsplit(origin)
    return (given.scheme, given.netloc) == (public.scheme, public.netloc) or (
        given.scheme in ("http", "https") and given.netloc == request.headers.get("host")
    )


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

    A bearer token is never sent by itself, so requests that carry one need nothing more; nor do requests to the API
    without a session, which nobody has signed. A form without a session (signing in, choosing a language) has no
    token, only the witnesses: nobody else's page may sign people in.
    """
    if request.method in SAFE_METHODS:
        return
    await check_form_text(request)
    # Only what `somebody` reads as a token: a browser or a proxy adds other schemes on its own.
    if bearer(request.headers.get("authorization")) is not None:
        return
    secret = _secret(request)
    if secret is None and request.url.path.startswith(("/api/", "/scim/")):
        return
    if not _is_same_origin(request):
        raise Forbidden("csrf")
    if secret is not None and not _matches(secret, await _sent_token(request)):
        raise Forbidden("csrf")
