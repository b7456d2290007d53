"""axe-core on the page a browser stands on."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from app.settings import PROJECT

AXE = PROJECT / "app/web/assets/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def run_axe(page: Page) -> dict[str, Any]:
    """The whole answer of `axe.run`. The browser must have been opened with `bypass_csp`."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return found


def complaints(page: Page, found: dict[str, Any]) -> list[str]:
    """What axe found, and whether anything runs out sideways."""
    told = [
        f"{page.url} {violation['id']}: {violation['help']} — {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    is_wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return told + (
        [f"{page.url} is {is_wide} px wide in a window of {window} px"] if is_wide > window else []
    )
