"""Another system, in a process of its own: it pushes a task, says more about it, and is told when it is done."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
from icalendar import Calendar

from app.database.session import transaction
from app.deliveries.loop import by_target, send_round
from app.events.log import database_now
from app.identity.actor import system_actor
from app.identity.systems import register_system
from app.identity.tokens import Scope, create_token
from app.settings import PROJECT, Settings
from app.tasks.callback import effects
from app.tasks.sources import UnreadableSources, read_sources
from tests.house import House, open_house
from tests.postgres import Database
from tests.serving import listening, serving

pytestmark = pytest.mark.anyio
SECRET = "not a secret: a test's"


def example() -> str:
    """The adapter as the guide prints it."""
    found = re.search(
        r"```python\n(.*?)```", (PROJECT / "docs" / "tasks.md").read_text(encoding="utf-8"), re.S
    )
    assert found
    assert len(found[1].splitlines()) <= 40
    return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def token_of_the_system(house: House) -> str:
    async with transaction(house.sessions) as session:
        at = await database_now(session)
        system = await register_system(
            session,
            "Timeplan",
            authority="https://login.example",
            client_id="timeplan",
            scopes=(Scope.READ, Scope.WRITE),
            units=(),
            by=system_actor("test"),
            at=at,
        )
        return await create_token(
            session, system.person_id, "timeplan", {Scope.READ, Scope.WRITE}, at=at, expires_at=None
        )


@contextmanager
def running(environment: dict[str, str]) -> Iterator[IO[str]]:
    """What the other system prints, line by line."""
    command = [sys.executable, "-c", example()]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as outside:
        assert outside.stdout is not None
        try:
            yield outside.stdout
        finally:
            outside.kill()


async def test_it_pushes_and_is_told(
    fresh_database: Database, settings: Settings, shipped: Any, tmp_path: Path
) -> None:
    port = free_port()
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    file = tmp_path / "sources.yaml"
    file.write_text(
        "timeplan:\n  name: Timeplan\n  client_id: timeplan\n"
        f"  callback_url: http://127.0.0.1:{port}/\n  secret_file: {secret}\n",
        encoding="utf-8",
    )
    async with open_house(fresh_database, settings, shipped) as house:
        token = await token_of_the_system(house)
        leif = house.cast.leif
        environment = os.environ | {
            "TOKEN": token,
            "SECRET": SECRET,
            "PORT": str(port),
            "PERSON": leif.employee_number or "",
        }
        with ExitStack() as stack:
            place = stack.enter_context(listening())
            stack.enter_context(
                serving(place, fresh_database.app_url, tmp_path, SKRANKE_TASK_SOURCES_FILE=str(file))
            )
            said = stack.enter_context(running(environment | {"SKRANKE": place.url}))
            assert said.readline() == "open open\n"
            [task] = (await house.as_person(leif).get("/api/v1/tasks")).json()["items"]
            assert (task["title"], task["consequence"]) == ("Attester 4 timelister", "serious")
            assert task["neutral_title"] == "En oppgave i et annet system"
            due = "UPDATE tasks SET due_at = now() + interval '1 day' WHERE id = :id RETURNING id"
            await house.scalar(due, id=task["id"])
            await _is_read_by_a_calendar_until_it_is_revoked(house, place.url, task["id"])
            done = await house.as_person(leif).put(f"/api/v1/tasks/{task['id']}/completion")
            assert done.status_code == 204
            [(target, ours)] = by_target(effects(read_sources(file))).items()
            assert await send_round(house.sessions, target, ours) == 1
            assert said.readline() == "uke-47\n"
            assert await send_round(house.sessions, target, ours) == 0


async def _is_read_by_a_calendar_until_it_is_revoked(house: House, url: str, task_id: int) -> None:
    """Over the very port, by a client that knows nothing but the address."""
    leif = house.as_person(house.cast.leif)
    made = re.search(r"/kalender/[\w-]+\.ics", (await leif.post("/leder/varsler/kalender")).text)
    assert made is not None
    async with httpx.AsyncClient(base_url=url) as outlook:
        read = await outlook.get(made[0])
        calendar = Calendar.from_ical(read.content)
        assert (read.status_code, calendar["version"]) == (200, "2.0")
        [event] = calendar.walk("VEVENT")
        assert event["summary"] == "En oppgave i et annet system"
        assert event["url"].endswith(f"/leder/oppgaver/{task_id}")
        assert (await leif.post("/leder/varsler/kalender/trekk")).status_code == 303
        assert (await outlook.get(made[0])).status_code == 404


def test_a_callback_is_signed_and_goes_over_https(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    for line in (
        "callback_url: https://x.example/",
        "callback_url: http://x.example/\n  secret_file: /s",
        "callback_url: https://u:p@x.example/\n  secret_file: /s",
    ):
        file.write_text(f"x:\n  name: X\n  client_id: x\n  {line}\n", encoding="utf-8")
        with pytest.raises(UnreadableSources):
            read_sources(file)
