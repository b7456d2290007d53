"""Signing in as somebody of the cast, the way a program or a browser does."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx

from app.database.session import Sessions, transaction
from app.events.log import database_now
from app.identity.sessions import cookie_name, create_session
from app.identity.tokens import Scope, create_token
from app.settings import Settings


class SignedIn(httpx.Auth):
    """Makes the token or session at the first request, so that a test can say `as_person(alice)` without awaiting."""

    def __init__(self, sessions: Sessions, person_id: int, settings: Settings, *, browser: bool) -> None:
        self._sessions = sessions
        self._person_id = person_id
        self._settings = settings
        self._browser = browser
        self._secret: str | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if self._secret is None:
            self._secret = await self._make()
        if self._browser:
            mine = f"{cookie_name(self._settings)}={self._secret}"
            others = request.headers.get("cookie")
            request.headers["cookie"] = f"{others}; {mine}" if others else mine
        else:
            request.headers["authorization"] = f"Bearer {self._secret}"
        yield request

    async def _make(self) -> str:
        async with transaction(self._sessions) as session:
            at = await database_now(session)
            if self._browser:
                return await create_session(
                    session, self._person_id, self._settings, at=at, authenticated_at=at
                )
            scopes = {Scope.READ, Scope.WRITE}
            end = at + timedelta(hours=1)
            return await create_token(session, self._person_id, "test", scopes, at=at, expires_at=end)
