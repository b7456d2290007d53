"""What comes before a request is understood has an end: nobody fills the memory with one header."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.bounded_head import LONGEST_HEAD, BoundedHead

BEGINNING = b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "


CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """Cut off when a head says what it must not."""
    while (await receive()).get("more_body"):
        continue
    assert not any(name == b"x-forwarded-for" for name, _value in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(answering, http=BoundedHead, lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: BoundedHead(config, ServerState(), {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def answer_to(port: int, *parts: bytes) -> bytes:
    """The first line of the answer, or nothing when the connection was cut before there was one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.readline(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_head_without_an_end_is_cut(port: int) -> None:
    endless = [b"a" * LONGEST_HEAD] * 40
    for beginning in (BEGINNING, b"GET /"):
        assert await answer_to(port, beginning, *endless) in (b"HTTP/1.1 400 Bad Request\r\n", b"")


async def test_an_ordinary_head_in_pieces_and_a_long_body_are_not(port: int) -> None:
    long = b"a" * 10_000
    assert await answer_to(port, BEGINNING, long, b"\r\n", b"\r\n") == b"HTTP/1.1 200 OK\r\n"
    size = 5 * LONGEST_HEAD
    posted = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
    assert await answer_to(port, posted, b"a" * size) == b"HTTP/1.1 200 OK\r\n"


async def test_what_follows_the_last_chunk_is_thrown_away_and_has_an_end(port: int) -> None:
    """A proxy that takes X-Forwarded-For out of the head has not looked there."""
    whole = CHUNKED + b"2\r\nhi\r\n0\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n"
    assert await answer_to(port, whole) == b"HTTP/1.1 200 OK\r\n"
    endless = [b"a" * LONGEST_HEAD] * 40
    for beginning in (b"2\r\nhi\r\n0\r\nX-A: ", b"2;"):
        assert await answer_to(port, CHUNKED + beginning, *endless) in (b"HTTP/1.1 400 Bad Request\r\n", b"")
