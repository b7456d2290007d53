"""A program that uses a data folder until its input ends: `python -m tests.database.embedded_user FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from app.database.embedded import EmbeddedError, open_embedded

if __name__ == "__main__":
    try:
        with open_embedded(Path(sys.argv[1])) as server:
            print(server.owner_url, flush=True)
            sys.stdin.read()
    except EmbeddedError as refused:
        sys.exit(str(refused))
