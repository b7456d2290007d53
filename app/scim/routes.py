"""/scim/v2: who asks is checked here; the rest is read in `serving`, which is imported by the first who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import orjson
from fastapi import Request
from starlette.responses import Response

from app.database.session import Sessions, transaction
from app.errors import Forbidden, NotSignedIn
from app.feed.reading import grounds_of
from app.identity.actor import Actor
from app.identity.issuers import OIDC, Issuers
from app.identity.me import somebody
from app.identity.tokens import Scope
from app.settings import Settings
from app.web.rooms import Room

if TYPE_CHECKING:
    from scim2_server.requests import ScimRequest
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.scim.pushing import Pushing
    from app.scim.serving import Scim

router = Room(include_in_schema=False)
PREFIX = "/scim/v2"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@router.api_route(PREFIX + "/{path:path}", methods=METHODS)
async def scim(request: Request, path: str) -> Response:
    """One transaction for the whole request; each operation of a bulk request has a savepoint in it.

    Also what the server can do is told only to whoever may ask: strangers shall not make us import it.
    """
    body = await request.body()
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions) as session:
        client = _checked(await somebody(request, session))
        serving = await _serving(request)
        answer = await serving.serve(_asked(request, path, body), _pushing(request, session, client))
    text = b"" if answer.body is None else orjson.dumps(answer.body, default=str)
    return Response(text, int(answer.status), {"Cache-Control": "no-store", **answer.headers})


def _asked(request: Request, path: str, body: bytes) -> ScimRequest:
    """At the address the municipality has given: a proxy may have rewritten the one that was asked."""
    from scim2_server.requests import ScimRequest

    settings: Settings = request.app.state.settings
    return ScimRequest(
        method=request.method,
        base_url=f"{settings.public_url}{PREFIX}",
        path=f"/{path}",
        query=dict(request.query_params),
        headers=list(request.headers.items()),
        body=body,
    )


def _checked(client: Actor | None) -> Actor:
    """Raises NotSignedIn, and Forbidden for keys without the scope: no browser has it, whoever sits there."""
    if client is None:
        raise NotSignedIn
    if Scope.SCIM.value not in client.scopes:
        raise Forbidden("token.scope", scope=Scope.SCIM.value)
    return client


def _pushing(request: Request, session: AsyncSession, client: Actor) -> Pushing:
    from app.scim.pushing import Pushing

    settings: Settings = request.app.state.settings
    issuers: Issuers = request.app.state.issuers
    known = issuers.sign_in.get(OIDC)
    published = request.app.state.published
    return Pushing(
        session=session,
        by=client,
        issuer=settings.oidc,
        rules=known.rules if known else (),
        grounds=grounds_of(published.catalogue) if published is not None else {},
    )


async def _serving(request: Request) -> Scim:
    """Made by the first who asks, in a thread: reading it all takes half a second."""
    state = request.app.state
    if not hasattr(state, "scim"):
        settings: Settings = state.settings
        state.scim = await anyio.to_thread.run_sync(lambda: _made(settings.body_max_bytes))
    found: Scim = state.scim
    return found


def _made(max_payload_bytes: int) -> Scim:
    from app.scim.serving import make

    return make(max_payload_bytes=max_payload_bytes)
