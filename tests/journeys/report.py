"""What axe-core tried in the browser tests, gathered for the accessibility statement."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.main import create_app
from app.portal.accessibility import pages_of
from app.settings import Settings


@dataclass
class Tried:
    checks: int = 0
    axe: str = ""
    widths: set[int] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    deviations: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, url: str, width: int, found: dict[str, Any]) -> None:
        """The answer of `axe.run`."""
        path = urlsplit(url).path
        self.checks += 1
        self.axe = found["testEngine"]["version"]
        self.widths.add(width)
        self.paths.add(path)
        self.rules |= {rule["id"] for kind in ("passes", "violations", "incomplete") for rule in found[kind]}
        self.deviations |= {(path, rule["id"]): rule["help"] for rule in found["violations"]}

    def write(self, target: Path) -> None:
        """Paths as routes: «/saker/104827-3» is «/saker/{number}»."""
        routes = {path: as_pattern(path) for path in pages_of(create_app(Settings()).routes)}
        tried = {
            page: next((route for route, form in routes.items() if form.fullmatch(page)), "")
            for page in self.paths
        }
        told = {
            "tried_on": datetime.now(UTC).date().isoformat(),
            "axe": self.axe,
            "rules": len(self.rules),
            "checks": self.checks,
            "widths": sorted(self.widths),
            "pages": sorted({route for route in tried.values() if route}),
            "deviations": [
                {"page": tried[page] or page, "rule": rule, "what": what}
                for (page, rule), what in sorted(self.deviations.items())
            ],
        }
        target.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_pattern(route: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", route)))
