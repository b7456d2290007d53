"""HTTP as uvicorn reads it, with an end to how much may come before a request is understood.

The parser gathers a line until it is whole, however long that takes: one connection without a line end, in the head, in
the size of a chunk or in what follows the last one, could fill the memory. `BodyGuard` has the body.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024
"""Bytes. A proxy in front says no at 8 or 32 kB; the longest address of ours is a search."""
TOO_LONG = "Request header fields too large."


class BoundedHead(HttpToolsProtocol):
    """Answers 400 and closes when more than `LONGEST_HEAD` has come without a head or a piece of a body being whole.

    What follows the body of a request (trailers) is read and thrown away: a proxy cleans the head, and what it has
    taken out of there must not come in at the end (RFC 9110 section 6.5.1).
    """

    _in_head = True
    _came_of_it = False
    _unread_bytes = 0

    def data_received(self, data: bytes) -> None:
        self._came_of_it = False
        super().data_received(data)
        # What began with a read from which something came is at most as long as one read.
        self._unread_bytes = 0 if self._came_of_it else self._unread_bytes + len(data)
        if self._unread_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(TOO_LONG)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._came_of_it = False, True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._came_of_it = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._came_of_it = True
        super().on_message_complete()
