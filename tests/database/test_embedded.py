"""The embedded PostgreSQL under real kills: shared, adopted, recovered, stopped last, and nothing committed is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.database.embedded import EmbeddedError, open_embedded

User = subprocess.Popen[str]


def folder() -> Path:
    """Not pytest's own: that one is private to root, and PostgreSQL is not root."""
    made = Path(tempfile.mkdtemp(prefix="skranke-embedded-"))
    made.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """Made once and copied: initdb is by far the slowest step."""
    data = folder()
    with open_embedded(data, unsafe_fast=True):
        pass
    yield data / "cluster"
    shutil.rmtree(data)


@pytest.fixture
def empty() -> Iterator[Path]:
    data = folder()
    yield data
    shutil.rmtree(data)


@pytest.fixture
def data(empty: Path, cluster: Path) -> Iterator[Path]:
    subprocess.run(["cp", "-a", cluster, empty], check=True)
    yield empty
    if running := postmaster(empty):
        running.kill()
        running.wait(10)


@pytest.fixture
def use(data: Path) -> Iterator[Callable[[], tuple[User, str]]]:
    """Starts one more program that uses the data folder; answers with it and the owner's URL."""
    users: list[User] = []

    def start() -> tuple[User, str]:
        user = subprocess.Popen(
            [sys.executable, "-m", "tests.database.embedded_user", str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        users.append(user)
        assert user.stdout is not None
        return user, user.stdout.readline().strip()

    yield start
    for user in users:
        user.kill()
        user.communicate()


def leave(user: User) -> None:
    user.communicate(timeout=30)
    assert user.returncode == 0


def kill(user: User) -> None:
    user.kill()
    user.wait(10)


def postmaster(data: Path) -> psutil.Process | None:
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        process = psutil.Process(int((data / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0]))
        return process if process.is_running() and process.status() != psutil.STATUS_ZOMBIE else None
    return None


def running(data: Path) -> psutil.Process:
    process = postmaster(data)
    assert process is not None
    return process


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_two_users_share_one_server_and_the_last_to_leave_stops_it(
    data: Path, use: Callable[[], tuple[User, str]]
) -> None:
    first, url = use()
    server = running(data)
    second, other_url = use()
    assert url == other_url
    leave(first)
    assert running(data) == server
    assert await value(url, "SELECT 1") == 1
    leave(second)
    assert postmaster(data) is None


async def test_a_server_left_behind_by_kill_is_adopted_and_stopped_by_the_next_user(
    data: Path, use: Callable[[], tuple[User, str]]
) -> None:
    killed, _ = use()
    left_behind = running(data)
    kill(killed)
    assert running(data) == left_behind
    successor, url = use()
    assert running(data) == left_behind
    assert await value(url, "SELECT 1") == 1
    leave(successor)
    assert postmaster(data) is None


async def test_what_was_committed_is_there_after_everything_was_killed(
    data: Path, use: Callable[[], tuple[User, str]]
) -> None:
    user, url = use()
    await execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    server = running(data)
    kill(user)
    server.kill()
    server.wait(10)
    successor, url = use()
    assert running(data).pid != server.pid
    assert await value(url, "SELECT answer FROM kept") == 42
    leave(successor)


async def test_a_killed_server_is_started_again_for_the_next_user_while_the_first_still_lives(
    data: Path, use: Callable[[], tuple[User, str]]
) -> None:
    first, url = use()
    running(data).kill()
    second, _ = use()
    assert await value(url, "SELECT 1") == 1
    leave(second)
    assert postmaster(data) is not None
    leave(first)
    assert postmaster(data) is None


async def test_a_pid_file_whose_number_another_program_now_has_does_not_stop_the_start(
    data: Path, use: Callable[[], tuple[User, str]]
) -> None:
    user, _ = use()
    leave(user)
    (data / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{data / 'cluster'}\n0\n5432\n/tmp\n\n")
    user, url = use()
    assert await value(url, "SELECT 1") == 1
    leave(user)


async def test_it_waits_for_a_server_that_was_left_behind_and_does_not_answer_yet(
    data: Path, use: Callable[[], tuple[User, str]]
) -> None:
    killed, _ = use()
    server = running(data)
    kill(killed)
    server.send_signal(signal.SIGSTOP)
    waking = threading.Timer(1, server.send_signal, [signal.SIGCONT])
    waking.start()
    user, url = use()
    waking.join()
    assert await value(url, "SELECT 1") == 1
    assert running(data) == server
    leave(user)


async def test_the_application_role_owns_nothing_and_the_server_cannot_be_reached_over_the_network(
    data: Path,
) -> None:
    with open_embedded(data, unsafe_fast=True) as server:
        rights = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert await value(server.app_url, rights) is False
        assert await value(server.owner_url, rights) is False
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert await value(server.app_url, owner) == "skranke_owner"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(server.app_url, "CREATE TABLE mine (id int)")
        assert await value(server.app_url, "SHOW listen_addresses") == ""
        assert await value(server.app_url, "SHOW data_checksums") == "on"
        assert await value(server.app_url, "SHOW server_encoding") == "UTF8"


async def test_only_tests_run_without_fsync(data: Path) -> None:
    with open_embedded(data) as server:
        assert await value(server.app_url, "SHOW fsync") == "on"
        assert await value(server.app_url, "SHOW synchronous_commit") == "on"


def test_a_cluster_of_another_major_version_is_refused_and_left_alone(empty: Path) -> None:
    (empty / "cluster").mkdir()
    (empty / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match=r"is of PostgreSQL 17; this Skranke brings 18"):
        open_embedded(empty).__enter__()
    assert (empty / "cluster" / "PG_VERSION").read_text() == "17\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is turned into somebody else")
def test_a_folder_that_the_unprivileged_user_cannot_reach_is_refused_and_not_opened_up(empty: Path) -> None:
    empty.chmod(0o700)
    with pytest.raises(EmbeddedError, match="cannot reach"):
        open_embedded(empty).__enter__()
    assert empty.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_refused_with_its_owner(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, so the answer of the operating system is what is replaced here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(EmbeddedError, match=r"belongs to .* and cannot be written by .*SKRANKE_DATA"):
        open_embedded(empty).__enter__()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is turned into somebody else")
def test_as_root_the_server_runs_as_somebody_else(data: Path) -> None:
    with open_embedded(data, unsafe_fast=True):
        assert running(data).uids().effective != 0


def test_the_socket_folder_is_closed_to_others(data: Path) -> None:
    with open_embedded(data, unsafe_fast=True) as server:
        folder = Path(server.app_url.split("host=")[1].split("&")[0].replace("%2F", "/"))
        assert folder.stat().st_mode & 0o777 == 0o700
