"""What another system may say of its own tasks, and what it may not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import Sessions
from app.events.log import database_now
from app.identity.actor import system_actor
from app.identity.systems import register_system
from app.identity.tokens import Scope
from app.people.models import Person
from app.settings import Settings
from app.tasks.models import TaskSource
from tests.cast import Cast
from tests.conftest import AsPerson

pytestmark = pytest.mark.anyio
URL = "/api/v1/external-tasks/planner"
TASK = {"title": "Les høringen", "url": "https://planner.example/7"}


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    file = tmp_path / "sources.yaml"
    file.write_text("planner: {name: Planner, client_id: planner}\n", encoding="utf-8")
    return settings.model_copy(update={"task_sources_file": file})


@pytest.fixture
async def planner(session: AsyncSession, as_person: AsPerson, cast: Cast) -> httpx.AsyncClient:
    system = await register_system(
        session,
        "Planner",
        authority="https://login.example",
        client_id="planner",
        scopes=(Scope.READ, Scope.WRITE),
        units=(),
        by=system_actor("test"),
        at=await database_now(session),
    )
    await session.commit()
    return as_person(await session.get_one(Person, system.person_id))


def task(person: Person, **more: Any) -> dict[str, Any]:
    return TASK | {"person": person.employee_number} | more


async def keys(as_person: AsPerson, person: Person) -> list[str]:
    items = (await as_person(person).get("/api/v1/tasks")).json()["items"]
    return sorted(item["key"] for item in items)


async def test_only_the_source_s_own_system_pushes(
    planner: httpx.AsyncClient, as_person: AsPerson, cast: Cast
) -> None:
    for who in (cast.leif, cast.bob, cast.stein):
        assert (await as_person(who).put(f"{URL}/7", json=task(cast.leif))).status_code == 404
    assert (await planner.put("/api/v1/external-tasks/elements/7", json=task(cast.leif))).status_code == 404
    assert (await planner.put(f"{URL}/7", json=task(cast.leif))).json()["state"] == "open"
    assert await keys(as_person, cast.leif) == ["7"]


async def test_all_are_taken_or_none_and_the_whole_withdraws_the_others(
    planner: httpx.AsyncClient, as_person: AsPerson, cast: Cast
) -> None:
    both = [task(cast.leif, key="1"), task(cast.leif, key="2")]
    wrong = await planner.put(URL, json={"items": [*both, TASK | {"key": "3", "person": "nobody"}]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "items.2.person"
    assert (await planner.put(URL, json={"items": [both[0], both[0]]})).status_code == 422
    assert await keys(as_person, cast.leif) == []
    assert (await planner.put(URL, json={"items": both})).status_code == 204
    assert (await planner.put(URL, json={"items": [], "whole": False})).status_code == 204
    assert await keys(as_person, cast.leif) == ["1", "2"]
    assert (await planner.put(URL, json={"items": both[:1], "whole": True})).status_code == 204
    assert await keys(as_person, cast.leif) == ["1"]
    assert (await planner.get(f"{URL}/2")).json()["state"] == "withdrawn"


async def test_done_over_there_is_gone_here_and_done_here_stays_done(
    planner: httpx.AsyncClient, as_person: AsPerson, cast: Cast
) -> None:
    await planner.put(URL, json={"items": [task(cast.leif, key="1"), task(cast.leif, key="2")]})
    assert (await planner.delete(f"{URL}/1")).status_code == 204
    assert (await planner.delete(f"{URL}/9")).status_code == 404
    [item] = (await as_person(cast.leif).get("/api/v1/tasks")).json()["items"]
    await as_person(cast.leif).put(f"/api/v1/tasks/{item['id']}/completion")
    again = await planner.put(f"{URL}/2", json=task(cast.leif, title="Igjen"))
    assert again.json()["state"] == "done"
    assert await keys(as_person, cast.leif) == []


async def test_a_number_of_identity_in_a_title_is_hidden(
    planner: httpx.AsyncClient, as_person: AsPerson, cast: Cast
) -> None:
    await planner.put(f"{URL}/7", json=task(cast.leif, title="Ring 13097248022 om saken"))
    assert "13097248022" not in (await as_person(cast.leif).get("/api/v1/tasks")).text


@pytest.mark.parametrize(
    "odd",
    [
        {"url": "http://planner.example/7"},
        {"url": "javascript:alert(1)"},
        {"title": ""},
        {"consequence": "terrible"},
        {"confidentiality": "whistleblowing"},
        {"minutes": 0},
        {"due_at": "2026-12-01T10:00:00"},
        {"done": True},
    ],
)
async def test_what_cannot_be_meant_is_refused(
    planner: httpx.AsyncClient, cast: Cast, odd: dict[str, Any]
) -> None:
    assert (await planner.put(f"{URL}/7", json=task(cast.leif) | odd)).status_code == 422


async def test_a_source_that_went_silent_is_shown_as_perhaps_out_of_date_and_not_as_empty(
    planner: httpx.AsyncClient, as_person: AsPerson, cast: Cast, session: AsyncSession, sessions: Sessions
) -> None:
    await planner.put(f"{URL}/7", json=task(cast.leif))
    assert "Kan være gjort alt" not in (await as_person(cast.leif).get("/leder")).text
    long_ago = func.clock_timestamp() - timedelta(hours=27)
    await session.execute(update(TaskSource).values(heard_at=long_ago))
    await session.commit()
    page = (await as_person(cast.leif).get("/leder")).text
    assert "Kan være gjort alt" in page
    assert "Les høringen" in page
    # Nothing of it on one's list is no reason to believe that nothing waits there.
    missing = "Vi har ikke hørt fra Planner siden"
    assert missing in page
    assert missing in (await as_person(cast.liv).get("/leder")).text
    await planner.put(URL, json={"items": []})
    page = (await as_person(cast.leif).get("/leder")).text
    assert "Kan være gjort alt" not in page
    assert missing not in page
    assert (await session.scalars(select(TaskSource.is_told))).one() is False


async def test_a_title_is_one_line(planner: httpx.AsyncClient, cast: Cast) -> None:
    for field in ("title", "neutral_title"):
        for break_ in ("\r\n", "\n", "\u2028"):
            said = task(cast.leif, **{field: f"Venter{break_}END:VEVENT"})
            assert (await planner.put(f"{URL}/7", json=said)).status_code == 422, repr(break_)
