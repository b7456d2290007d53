"""What holds for every route of the product."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.identity.me import require_me_briefly, somebody
from app.web.rate_limit import limit_address


async def test_no_route_and_no_dependency_goes_through_a_thread(app: FastAPI) -> None:
    """FastAPI runs a plain `def` in a thread: two switches and a place in a pool of forty, for what takes a microsecond."""
    plain = {call for route in routes_of(app) for call in calls_of(route.dependant) if not is_async(call)}
    assert not plain, sorted(f"{call.__module__}.{call.__qualname__}" for call in plain)


def routes_of(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from routes_of(included)


def calls_of(dependant: Dependant) -> Iterator[Any]:
    if dependant.call is not None:
        yield dependant.call
    for each in dependant.dependencies:
        yield from calls_of(each)


def is_async(call: Any) -> bool:
    # A class is called where it stands; so is an instance, like HTTPBearer, whose __call__ is async.
    called = call if inspect.isroutine(call) or inspect.isclass(call) else type(call).__call__
    return (
        inspect.isclass(called) or inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)
    )


UNCOUNTED = {
    "/health/live": "asked by the machine that keeps us running",
    "/health/ready": "the same",
    "/brand.css": "the same bytes for everybody, from memory",
    "/logo.svg": "the same",
    "/tjenesteniva": "a redirect",
    "/scim/v2/{path:path}": "asks `somebody` itself, within its own transaction",
}


async def test_whoever_asks_is_counted(app: FastAPI) -> None:
    """Signed in or not: a route that asks for neither somebody nor their address can be asked without end."""
    counted = {somebody, require_me_briefly, limit_address}
    free = {route.path for route in routes_of(app) if counted.isdisjoint(calls_of(route.dependant))}
    assert free == UNCOUNTED.keys()
