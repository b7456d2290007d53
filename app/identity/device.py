"""What a browser calls itself, in the few words one knows one's own machines by."""

from __future__ import annotations

import re

BROWSERS = (
    ("Edge", r"\bEdgA?\b|\bEdgiOS\b"),
    ("Opera", r"\bOPR\b"),
    ("Samsung Internet", r"\bSamsungBrowser\b"),
    ("Firefox", r"\bFirefox\b|\bFxiOS\b"),
    ("Chrome", r"\bChrome\b|\bCriOS\b|\bHeadlessChrome\b"),
    ("Safari", r"\bSafari\b"),
)
"""In this order: most of them also claim to be those that come after."""
MACHINES = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMacintosh\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


def device_of(user_agent: str) -> str:
    """«Chrome, Windows»; empty when it is none we know. The header itself is not kept."""
    heard = user_agent[:500]
    found = (_first(BROWSERS, heard), _first(MACHINES, heard))
    return ", ".join(name for name in found if name)


def _first(kinds: tuple[tuple[str, str], ...], heard: str) -> str | None:
    return next((name for name, pattern in kinds if re.search(pattern, heard)), None)
