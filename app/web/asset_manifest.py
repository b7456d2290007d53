"""What the asset build made: hashed file names and the icons, read once per process."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"


@lru_cache
def _manifest() -> dict[str, Any]:
    path = STATIC / "manifest.json"
    return json.loads(path.read_text()) if path.is_file() else {"files": {}, "icons": []}


def asset(name: str) -> str:
    """The address of a built file, by the name it has in the sources."""
    return "/static/" + str(_manifest()["files"].get(name, name))


@lru_cache
def icon(name: str) -> Markup:
    """An icon by reference, hidden from screen readers; the text beside it says the same. Its size comes from .icon."""
    if name not in _manifest()["icons"]:
        return Markup()
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
        asset("icons.svg"), name
    )
