"""Whose word we take for where a request came from: the proxies that are named, and nobody else."""

from __future__ import annotations

from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.settings import Settings


def behind_proxies(settings: Settings) -> list[Middleware]:
    """Outermost: whatever comes after sees the caller's own address and scheme.

    X-Forwarded-For is read from the right until the first address that is no proxy of ours; X-Forwarded-Host never.
    """
    named = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=named)] if named else []
