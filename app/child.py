"""What a process that `skranke serve` starts is told by its parent, and what it does without."""

from __future__ import annotations

import sys

WAIT = "wait"
"""Tells a web worker that the database's address comes on its standard input."""
PARENT = "SKRANKE_PARENT_PID"
"""Tells the children whose end is theirs too. Asking the system as they begin is too late: the parent may be gone."""
DECORATION = ("rich", "pygments", "colorama")
"""Colours of tracebacks, and of httpx' own command line. structlog and httpx take them when they are there and
manage without; nobody watches a child, and they take some 5 MiB of each."""


def without_decoration() -> None:
    """To be called before anything else is imported: whoever asks for them is told that they are not installed."""
    for name in DECORATION:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is how Python is told so
