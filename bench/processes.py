"""What the kernel knows of processes: their children, their CPU time, their proportional memory."""

from __future__ import annotations

import asyncio
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
STILL_SECONDS = 5.0
AT_REST = 0.1
"""Of one core."""


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


async def settled(*roots: int, seconds: float = 120) -> None:
    """Until they have rested for a while: the other processes begin after the first, and then do what is due."""
    until, still = time.monotonic() + seconds, 0.0
    used = sum(map(cpu_seconds, roots))
    while still < STILL_SECONDS:
        if time.monotonic() > until:
            raise RuntimeError(f"what was started does not come to rest within {seconds} s")
        await asyncio.sleep(0.5)
        before, used = used, sum(map(cpu_seconds, roots))
        still = still + 0.5 if used - before < 0.5 * AT_REST else 0.0


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
