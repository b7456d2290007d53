"""A client small enough not to be what is measured: HTTP/1.1 over one kept-alive connection per worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter


class Unexpected(Exception):
    """An answer that was not the wanted one: what was measured would mean nothing."""


@dataclass(frozen=True)
class Target:
    """Where requests go, and how the n-th one is written."""

    port: int
    request: Callable[[int], bytes]
    status: int = 200


@dataclass
class Sample:
    """Latencies in seconds, and how long it all took."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Sample) -> None:
        self.latencies += other.latencies
        self.seconds += other.seconds


def get(path: str, headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()


def post(path: str, body: bytes, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{headers}\r\n".encode() + body


async def load(target: Target, *, concurrency: int, seconds: float, first: int = 0) -> Sample:
    """As many requests as fit, `concurrency` at a time."""
    sample = Sample()
    numbers = iter(range(first, 1 << 62))
    began = perf_counter()
    until = began + seconds
    await asyncio.gather(*(_worker(target, numbers.__next__, until, sample) for _ in range(concurrency)))
    sample.seconds = perf_counter() - began
    return sample


async def once(target: Target, number: int = 0) -> bytes:
    """One request's body, to look at."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    try:
        return await _exchange(reader, writer, target, number)
    finally:
        writer.close()


async def _worker(target: Target, number: Callable[[], int], until: float, sample: Sample) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    try:
        while perf_counter() < until:
            began = perf_counter()
            await _exchange(reader, writer, target, number())
            sample.latencies.append(perf_counter() - began)
    finally:
        writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target, number: int
) -> bytes:
    writer.write(target.request(number))
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = await _body(reader, head)
    status = int(head[9:12])
    if status != target.status:
        raise Unexpected(f"{status} instead of {target.status}: {body[:400].decode(errors='replace')}")
    return body


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    place = head.find(b"content-length:")
    if place >= 0:
        return await reader.readexactly(int(head[place + 15 : head.index(b"\r\n", place)]))
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)
