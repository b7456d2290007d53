"""One web worker of the product on a free port of loopback, as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from app.settings import PROJECT

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Place:
    """Where it will be reached; known before it runs, so that others can be told."""

    listener: socket.socket
    url: str


@contextmanager
def listening() -> Iterator[Place]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield Place(listener, f"http://127.0.0.1:{listener.getsockname()[1]}")


@contextmanager
def serving(place: Place, app_url: str, data: Path, **settings: str) -> Iterator[None]:
    """Serve there until the block ends. Nothing of the machine's own settings counts."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SKRANKE_")}
    environment = clean | {
        "SKRANKE_DATABASE_URL": app_url,
        "SKRANKE_DATA": str(data),
        "SKRANKE_PUBLIC_URL": place.url,
        # Nobody carries out what can be taken back: there is no `work` here. tests/tasks/test_undo.py waits for it.
        "SKRANKE_UNDO_SECONDS": "0",
        **settings,
    }
    descriptor = place.listener.fileno()
    command = [sys.executable, "-m", "app.worker", str(descriptor)]
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, pass_fds=[descriptor])
    try:
        _wait_until_ready(place.url)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=PATIENCE_SECONDS):
                return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
