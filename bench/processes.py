"""What the kernel knows of processes: their children, their CPU time, their proportional memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def descendants(root: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        process = queue.pop()
        found.append(process)
        queue += children.get(process, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the process, its descendants, and those of its children that have ended."""
    total = 0
    for process in descendants(root):
        fields = _stat(process)
        if fields:
            total += sum(int(each) for each in fields[11 : 15 if process == root else 13])
    return total / TICKS


def pss_mib(process: int) -> float:
    """Memory, with what is shared divided among those who share it."""
    for line in (PROC / str(process) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def parent_of(process: int) -> int:
    return int(_stat(process)[1])


def command_of(process: int) -> str:
    return (PROC / str(process) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


def _stat(process: int) -> list[str]:
    """The fields after the name, the state first; nothing when it is gone."""
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """A server as a process of its own, once it answers on the port; its process id."""
    process = subprocess.Popen(
        [sys.executable, *command], env={**os.environ, **environment}, start_new_session=True
    )
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody answers on port {port}")
