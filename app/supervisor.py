"""`skranke serve`: one parent that brings up the database, the web workers and the work process, and takes them down."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

import structlog

from app.child import PARENT, WAIT
from app.settings import Settings

log = structlog.get_logger(__name__)

STOP_SECONDS = 5.0
POLL_SECONDS = 0.1
RESTART_DELAYS = (0.2, 1.0, 5.0, 15.0)
LATER_SECONDS = 3.0
"""The other children wait so long for the first web worker: it answers sooner when it starts alone."""
STABLE_SECONDS = 60.0
"""A child that lived this long is restarted at once; one that dies at birth waits longer each time."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass
class Child:
    """A process that is to be there for as long as the parent is.

    One that `waits` may begin before the database is up: it reads from its standard input what is then known of it.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    inherits: tuple[int, ...] = ()
    waits: bool = False
    urls: Mapping[str, str] | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the parent alone, which then stops them in order.
        known = {} if self.waits else self.urls or {}
        self.process = subprocess.Popen(
            self.command,
            env={**self.environment, **known},
            pass_fds=self.inherits,
            stdin=subprocess.PIPE if self.waits else None,
            start_new_session=True,
        )
        self.started = time.monotonic()
        if self.urls is not None:
            self.tell(self.urls)

    def tell(self, urls: Mapping[str, str]) -> None:
        """The database is up: go on."""
        self.urls = urls
        if self.waits and self.process is not None and self.process.stdin is not None:
            # A child that died meanwhile is started again, and told then.
            with suppress(BrokenPipeError), self.process.stdin as waiting:
                waiting.write(json.dumps(dict(urls)).encode())

    def keep_alive(self) -> None:
        """Start it when its wait is over, and again whenever it died."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 0 if now - self.started > STABLE_SECONDS else self.deaths + 1
            delay = RESTART_DELAYS[min(self.deaths, len(RESTART_DELAYS)) - 1] if self.deaths else 0.0
            log.warning(
                "child.died", name=self.name, status=self.process.returncode, restart_in_seconds=delay
            )
            self.process, self.not_before = None, now + delay
        if self.process is None and now >= self.not_before:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child.killed", name=self.name)
            self.process.kill()
            self.process.wait()


def serve(settings: Settings, before: Callable[[], None] | None = None) -> int:
    """Run until SIGTERM or SIGINT; the database is stopped last. Answers with the exit status.

    The first web worker imports what it needs while the database comes up. `before` is run when it is up, and before
    anybody is served.
    """
    _shout_if_demo(settings)
    serving = stopping = False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if not serving:
            raise SystemExit(128 + number)

    for number in SIGNALS:
        signal.signal(number, on_signal)
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(settings))
        first, *others = children = _children(settings, listener)
        with _stopped_after(children):
            first.keep_alive()
            urls = stack.enter_context(database(settings))
            if before is not None:
                before()
            for child in children:
                child.tell(urls)
            serving = True
            _let_the_first_in(others)
            print(f"Skranke: {_address(settings, listener)}", flush=True)
            while not stopping:
                for child in children:
                    if not stopping:
                        child.keep_alive()
                time.sleep(POLL_SECONDS)
    return 0


def _shout_if_demo(settings: Settings) -> None:
    """Raises SystemExit for a demo on a database of somebody's own: anybody may be anybody there."""
    if not settings.demo:
        return
    if settings.database_url is not None:
        raise SystemExit(
            "SKRANKE_DEMO=1 lets anybody be anybody, so it has a database of its own: unset one of the two, "
            "SKRANKE_DEMO or SKRANKE_DATABASE_URL."
        )
    print("DEMO: anybody who reaches this may sign in as anybody. Never put real data in it.", flush=True)


@contextmanager
def _stopped_after(children: list[Child]) -> Iterator[None]:
    try:
        yield
    finally:
        _stop(children)


def _let_the_first_in(others: list[Child]) -> None:
    """Somebody is waiting for the first page: the other processes begin when the first worker has had its moment."""
    now = time.monotonic()
    for child in others:
        child.not_before = now + LATER_SECONDS


@contextmanager
def database(settings: Settings) -> Iterator[Mapping[str, str]]:
    """The environment that names the database: the outside server's, or the embedded one's, started and migrated."""
    if settings.database_url is not None:
        yield {"SKRANKE_DATABASE_URL": settings.database_url}
        return
    from app.database.embedded import open_embedded
    from app.database.migrate import migrate_if_behind

    with open_embedded(settings.data) as embedded:
        migrate_if_behind(embedded.owner_url)
        # The web and work processes never learn the owner's URL: they cannot change the log or the tables.
        yield {"SKRANKE_DATABASE_URL": embedded.app_url, "SKRANKE_DATA": str(embedded.data)}


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    """Bound once, before anything is started, and shared by the workers: a taken port is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as taken:
            raise SystemExit(
                f"{settings.host}:{settings.port} cannot be used: {taken.strerror}. Set SKRANKE_PORT."
            ) from taken
        listener.listen(1024)
        yield listener


def _children(settings: Settings, listener: socket.socket) -> list[Child]:
    environment = {**os.environ, PARENT: str(os.getpid())}
    # They are told where the database is, and never learn the owner's address.
    for name in (
        "SKRANKE_OWNER_DATABASE_URL",
        "SKRANKE_OWNER_DATABASE_URL_FILE",
        "SKRANKE_DATABASE_URL_FILE",
    ):
        environment.pop(name, None)
    web = [sys.executable, "-m", "app.worker", str(listener.fileno()), WAIT]
    workers = [
        Child(f"web-{number}", web, environment, inherits=(listener.fileno(),), waits=True)
        for number in range(1, settings.workers + 1)
    ]
    return [*workers, Child("work", [sys.executable, "-m", "app.work"], environment)]


def _stop(children: list[Child]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop(deadline)


def _address(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"
