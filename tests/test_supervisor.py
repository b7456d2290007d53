"""`skranke serve` as a real program: replaced when killed, whole after a crash, gone when asked, the database last."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from app import supervisor
from app.settings import PROJECT, Settings

SKRANKE = [sys.executable, "-m", "app.cli"]
PATIENCE_SECONDS = 60
"""For a machine that is busy with other tests; nothing here is a measure of speed, except the stop."""
STOP_SECONDS = 8
"""5 s for the children, and the database after them."""


class Served:
    """A `skranke serve`, the processes under it, and where it answers."""

    def __init__(self, environment: dict[str, str], data: Path) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [*SKRANKE, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said = self._first_line()
        self.url = found[0] if (found := re.search(r"http://\S+", self.said)) else ""

    def _first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children()
        return found

    def web_workers(self) -> list[psutil.Process]:
        return [child for child in self.children() if "app.worker" in child.cmdline()]

    def status(self) -> int:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/ready", timeout=5).status_code
        return 0

    def end(self) -> None:
        if self.process.poll() is None:
            for child in self.children():
                child.kill()
            self.process.kill()
        self.reap()

    def reap(self) -> None:
        """Not `communicate`: it would wait for orphans, too, who share its output."""
        self.process.wait(PATIENCE_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()


def wait_until(reached: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < give_up, "it never came to that"
        time.sleep(0.1)


def lives(process: psutil.Process) -> bool:
    """A zombie does not: whoever must bury it may take its time."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def environment(data: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SKRANKE_")}
    return clean | {"SKRANKE_DATA": str(data), "SKRANKE_PORT": "0"}


def database_of(data: Path) -> psutil.Process | None:
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        found = psutil.Process(int((data / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0]))
        return found if lives(found) else None
    return None


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """A data folder with the shipped catalogue published."""
    data = Path(tempfile.mkdtemp(prefix="skranke-served-"))
    data.chmod(0o755)
    subprocess.run(
        [*SKRANKE, "catalogue", "publish"], env=environment(data), check=True, stdout=subprocess.DEVNULL
    )
    yield data
    shutil.rmtree(data)


@pytest.fixture
def serve(installed: Path) -> Iterator[Callable[[], Served]]:
    """Starts `skranke serve` on a copy of that folder, and waits until it is ready."""
    data = Path(tempfile.mkdtemp(prefix="skranke-served-"))
    data.chmod(0o755)
    subprocess.run(["cp", "-a", installed / "cluster", data], check=True)
    started: list[Served] = []

    def start() -> Served:
        served = Served(environment(data), data)
        started.append(served)
        wait_until(lambda: served.status() == 200)
        return served

    yield start
    for served in started:
        served.end()
    if database := database_of(data):
        database.kill()
        database.wait(10)
    shutil.rmtree(data)


def test_asked_to_stop_it_is_gone_in_time_with_its_children_and_the_database(
    serve: Callable[[], Served],
) -> None:
    served = serve()
    wait_until(lambda: len(served.children()) == 3)
    children, database = served.children(), database_of(served.data)
    assert database is not None
    began = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE_SECONDS) == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert not any(lives(process) for process in [*children, database])


def test_a_killed_child_is_replaced_while_its_siblings_answer(serve: Callable[[], Served]) -> None:
    served = serve()
    wait_until(lambda: len(served.children()) == 3)
    before = {child.pid for child in served.children()}
    victims = [served.web_workers()[0], *(set(served.children()) - set(served.web_workers()))]
    for victim in victims:
        victim.kill()
    # The sibling may only just have begun: it answers without waiting for the one that is replaced.
    wait_until(lambda: served.status() == 200)
    wait_until(lambda: len(served.children()) == 3 and len({c.pid for c in served.children()} - before) == 2)
    assert served.status() == 200


def test_after_kill_of_everything_it_starts_again_with_what_was_committed(
    serve: Callable[[], Served],
) -> None:
    served = serve()
    database = database_of(served.data)
    assert database is not None
    for process in [psutil.Process(served.process.pid), database, *served.children()]:
        process.kill()
    served.reap()
    # Ready means that the catalogue published before the crash is there.
    assert serve().status() == 200


def test_children_whose_parent_was_killed_end_and_let_go_of_the_port(serve: Callable[[], Served]) -> None:
    served = serve()
    # Not waited for: one that is killed while its children still begin is no other case.
    orphans = served.children()
    served.process.kill()
    wait_until(lambda: not any(lives(orphan) for orphan in orphans))
    assert served.status() == 0


def test_a_port_in_use_is_told_at_once_and_nothing_is_left_running(installed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            [*SKRANKE, "serve"],
            env=environment(installed) | {"SKRANKE_PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert (
        refused.stderr.strip()
        == f"127.0.0.1:{port} cannot be used: Address already in use. Set SKRANKE_PORT."
    )
    assert database_of(installed) is None


def test_a_data_folder_of_another_postgresql_is_refused_in_one_sentence() -> None:
    data = Path(tempfile.mkdtemp(prefix="skranke-served-"))
    data.chmod(0o755)
    (data / "cluster").mkdir()
    (data / "cluster" / "PG_VERSION").write_text("17\n")
    refused = subprocess.run(
        [*SKRANKE, "serve"], env=environment(data), capture_output=True, text=True, check=False
    )
    shutil.rmtree(data)
    assert refused.returncode == 1
    assert refused.stderr.strip() == f"{data}/cluster is of PostgreSQL 17; this Skranke brings 18."


def test_the_children_never_learn_the_owner_s_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a file of the database's address: they are told the address itself, and two would be one too many."""
    settings = Settings(database_url="postgresql://app@db/skranke")
    for name in (
        "SKRANKE_OWNER_DATABASE_URL",
        "SKRANKE_OWNER_DATABASE_URL_FILE",
        "SKRANKE_DATABASE_URL_FILE",
    ):
        monkeypatch.setenv(name, "/run/secrets/planted")
    with socket.socket() as listener:
        children = supervisor._children(settings, listener)
    assert len(children) >= 2
    for child in children:
        assert "/run/secrets/planted" not in child.environment.values(), child.name


def test_what_only_a_terminal_shows_is_in_no_child() -> None:
    told = "import sys; print(sorted(name for name in DECORATION if sys.modules.get(name)))"
    code = f"from app.child import *; without_decoration(); import app.main, app.ticker, uvicorn; {told}"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=PROJECT, text=True).strip() == "[]"
