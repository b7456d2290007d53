"""Planner and To Do, read over Graph from a real server: all of it or nothing, and once a quarter of an hour."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import uvicorn
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.database.session import Sessions
from app.tasks.actions import AT_ONCE
from app.tasks.models import Task, TaskSource, TaskState
from app.tasks.pulling import pull, pull_due
from app.tasks.sources import Pull, Source
from service_catalog.schema import Confidentiality
from tests.cast import Cast
from tests.conftest import AsPerson
from tests.serving import listening

pytestmark = pytest.mark.anyio
LEIF = "leif.6@fjordvik.example"


@dataclass
class Office:
    """What Microsoft has of each user; `broken` answers 500 to whoever asks for a list in To Do."""

    url: str = ""
    planner: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    todo: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    broken: bool = False
    asked: int = 0

    async def token(self, request: Request) -> Response:
        form = await request.form()
        right = form["client_secret"] == "secret-of-the-test" and form["client_id"] == "reader"
        return JSONResponse({"access_token": "read-only"} if right else {}, 200 if right else 401)

    async def tasks(self, request: Request) -> Response:
        self.asked += 1
        user = unquote(request.path_params["user"])
        if request.headers.get("authorization") != "Bearer read-only":
            return Response(status_code=401)
        if user not in self.planner:
            return Response(status_code=404)
        # Page by page, as Graph does.
        found, skip = self.planner[user], int(request.query_params.get("skip", "0"))
        page: dict[str, Any] = {"value": found[skip : skip + 1]}
        if skip + 1 < len(found):
            page["@odata.nextLink"] = f"{self.url}/users/{user}/planner/tasks?skip={skip + 1}"
        return JSONResponse(page)

    async def lists(self, _request: Request) -> Response:
        return Response(status_code=500) if self.broken else JSONResponse({"value": [{"id": "inbox"}]})

    async def todos(self, request: Request) -> Response:
        return JSONResponse({"value": self.todo.get(unquote(request.path_params["user"]), [])})


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    routes = [
        Route("/fjordvik/oauth2/v2.0/token", office.token, methods=["POST"]),
        Route("/users/{user}/planner/tasks", office.tasks),
        Route("/users/{user}/todo/lists", office.lists),
        Route("/users/{user}/todo/lists/inbox/tasks", office.todos),
    ]
    with listening() as place:
        office.url = place.url
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[place.listener]))
        try:
            yield office
        finally:
            server.should_exit = True
            await running


@pytest.fixture
def source(office: Office, tmp_path: Path) -> Source:
    secret = tmp_path / "secret"
    secret.write_text("secret-of-the-test", encoding="utf-8")
    how = Pull(tenant="fjordvik", app_id="reader", secret_file=secret, url=office.url, login_url=office.url)
    return Source(name="Planner", pull=how)


async def titles(as_person: AsPerson, cast: Cast) -> list[str]:
    items = (await as_person(cast.leif).get("/api/v1/tasks")).json()["items"]
    return sorted(item["title"] for item in items)


async def test_what_waits_is_read_and_what_is_finished_is_gone(
    office: Office, source: Source, sessions: Sessions, session: AsyncSession, as_person: AsPerson, cast: Cast
) -> None:
    # Somebody else's employee number, which an id of ours is never taken for.
    cast.liv.employee_number = str(cast.leif.id)
    await session.commit()
    assert source.pull is not None
    office.planner[LEIF] = [
        {"id": "a", "title": "Budsjett", "percentComplete": 50, "dueDateTime": "2026-12-01T10:00:00Z"},
        {"id": "b", "title": "Ferdig", "percentComplete": 100},
    ]
    office.todo[LEIF] = [
        {"id": "c", "title": "Ring Oda", "dueDateTime": {"dateTime": "2026-12-02T00:00:00.0000000"}}
    ]
    assert await pull(sessions, "planner", source, source.pull) == 1
    assert await titles(as_person, cast) == ["Budsjett", "Ring Oda"]
    office.planner[LEIF][0]["percentComplete"] = 100
    office.broken = True
    assert await pull(sessions, "planner", source, source.pull) == 0
    assert await titles(as_person, cast) == ["Budsjett", "Ring Oda"], "half an answer concludes nothing"
    office.broken = False
    assert await pull(sessions, "planner", source, source.pull) == 1
    assert await titles(as_person, cast) == ["Ring Oda"]
    assert (await session.scalars(select(TaskSource.name))).all() == ["Planner"]


async def test_one_node_reads_once_in_each_quarter(
    office: Office, source: Source, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    assert await pull_due(sessions, {"planner": source}) == 1
    asked = office.asked
    assert asked > 0
    assert await pull_due(sessions, {"planner": source}) == 0
    assert office.asked == asked


async def test_a_municipality_has_more_tasks_than_one_statement_takes(
    office: Office, source: Source, sessions: Sessions, session: AsyncSession, cast: Cast
) -> None:
    await session.commit()
    assert source.pull is not None
    office.planner[LEIF] = []
    office.todo[LEIF] = [{"id": f"{number}", "title": f"Nr. {number}"} for number in range(AT_ONCE + 1)]
    open_ones = select(func.count()).select_from(Task).where(Task.state == TaskState.OPEN)
    for left in (AT_ONCE + 1, 0):
        assert await pull(sessions, "planner", source, source.pull) == 1
        assert (await session.execute(open_ones)).scalar_one() == left
        office.todo[LEIF] = []
    # One's own memos: no deputy's.
    assert set(await session.scalars(select(Task.confidentiality))) == {Confidentiality.PERSONNEL}
