"""What is attacked: the product, every answer counted, and beside it two weak pages that prove the tools bite."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database.session import Db
from app.main import create_app

BESIDE = "/med-vilje"
"""Where the weak pages lie: no address of the product begins so."""
WEAK_ORDER, WEAK_ECHO, COUNTS = f"{BESIDE}/sortert", f"{BESIDE}/ekko", f"{BESIDE}/tall"


class Counted:
    """Answers by their status, and what was asked when one was an error of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                self.statuses[status] += 1
                # 503 says that it is busy, and when to come again.
                if status >= 500 and status != 503 and not scope["path"].startswith(BESIDE):
                    self.failures.append(
                        f"{status} {scope['method']} {scope['path']}?{scope['query_string'].decode()}"
                    )
            await send(message)

        await self.app(scope, receive, counted if scope["type"] == "http" else send)


def target() -> ASGIApp:
    app = create_app()
    counted = Counted(app)
    _add_controls(app, counted)
    return counted


def _add_controls(app: FastAPI, counted: Counted) -> None:
    """Never part of the product: a sort key and a text put in as they come."""

    @app.get(WEAK_ORDER)
    async def weak_order(session: Db, sort: str = "id") -> dict[str, Any]:
        rows = await session.execute(text(f"SELECT id FROM tickets ORDER BY {sort} LIMIT 5"))
        return {"ids": list(rows.scalars())}

    @app.get(WEAK_ECHO)
    async def weak_echo(q: str = "") -> HTMLResponse:
        return HTMLResponse(f"<html><body><p>{q}</p></body></html>")

    @app.get(COUNTS)
    async def counts() -> JSONResponse:
        return JSONResponse({"statuses": dict(counted.statuses), "failures": counted.failures})
