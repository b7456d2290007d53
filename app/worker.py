"""One web worker on the socket its parent bound."""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

from app.child import PARENT, WAIT, without_decoration

if TYPE_CHECKING:
    import uvicorn

STOP_SECONDS = 3


def main(file_descriptor: int, *, wait: bool) -> None:
    """Serve until SIGTERM, or until the parent is gone: an orphan would hold the port.

    With `wait`, everything is imported and it waits for its parent's word that the database is up, and where;
    a parent that ends without one wants nobody served.
    """
    # What is imported is there for good: nobody looks through it for what may be thrown away, now or later.
    gc.disable()
    without_decoration()
    import uvicorn

    from app.bounded_head import BoundedHead
    from app.logs import write_logs
    from app.main import create_app
    from app.settings import get_settings

    write_logs()
    if wait:
        told = sys.stdin.read()
        if not told:
            return
        os.environ.update(json.loads(told))
    listener = socket.socket(fileno=file_descriptor)
    config = uvicorn.Config(
        create_app(get_settings()),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        loop="uvloop",
        http=BoundedHead,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    gc.freeze()
    gc.enable()
    threading.Thread(
        target=_watch_parent, args=(server, int(os.environ.get(PARENT, os.getppid()))), daemon=True
    ).start()
    server.run(sockets=[listener])


def _watch_parent(server: uvicorn.Server, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    server.should_exit = True


if __name__ == "__main__":
    main(int(sys.argv[1]), wait=WAIT in sys.argv[2:])
