"""HTTP as uvicorn reads it, with an end to how much may come before a request is understood.

The parser gathers address and headers until they are whole, however long that takes: one connection without a line end
could fill the memory. `BodyGuard` has the body.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024
"""Bytes. A proxy in front says no at 8 or 32 kB; the longest address of ours is a search."""
TOO_LONG = "Request header fields too large."


class BoundedHead(HttpToolsProtocol):
    """Answers 400 and closes when the head of one request grows beyond `LONGEST_HEAD`."""

    _in_head = True
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        # A head that began with this read is at most as long as one read.
        if not (was_in_head and self._in_head):
            return
        self._head_bytes += len(data)
        if self._head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(TOO_LONG)

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()
