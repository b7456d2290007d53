"""The floors of the house: imports run downward only. Read from the source, with the reason when it fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import PROJECT

FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(floor.split())
    for floor in (
        "sla integrations app.child app.errors app.logs app.settings app.issuer_settings app.identity.actor app.identity_numbers",
        "app.database",
        "app.events app.deliveries app.masking app.audit",
        "service_catalog",
        "app.people",
        "app.identity",
        "app.web",
        "app.catalogue",
        "app.feed",
        "app.account app.administration app.scim app.tasks",
        "app.routing app.clocks app.approvals app.whistleblowing app.wheel app.reminders",
        "app.tickets app.agreements",
        "app.access",
        "app.journeys",
        "app.privacy",
        "app.retention",
        "app.portal",
        "app.desk app.leader app.reporting app.oversight app.operations",
        "app.demo app.learning app.jobs app.ticker app.main app.health app.supervisor app.worker app.bounded_head app.work app.terminal app.access_cli app.audit_cli app.hr_cli app.identity_cli app.offices_cli app.retention_cli app.scim_cli app.cli migrations",
    )
)
"""From the ground (design.md, «The rooms»). A new room gets its floor here, or the test says so.

`app.identity.actor` lies on the ground: a plain value that every rule asks about and that knows nobody.
The portal lies under desk and leader: whoever registers for a caller fills in the very form the caller would have.
"""

TOP = len(FLOORS) - 1
GROUND_IS_PURE = {
    "sla": {"sla"},
    "integrations": {"integrations"},
    "service_catalog": {"service_catalog", "sla"},
}
"""What may be used without the rest of us: a program of its own (`python -m sla`), a client, a folder of text."""

TEMPLATES = sorted((PROJECT / "app").rglob("templates/**/*.html"))
MODULES = sorted(
    path
    for room in ("app", "sla", "service_catalog", "integrations", "migrations")
    for path in (PROJECT / room).rglob("*.py")
    if "node_modules" not in path.parts
)


def name_of(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    """The longest name in FLOORS that the module is or lies in; None for what is not ours."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if any(name in floor for floor in FLOORS):
            return name
    return None


def floor_of(room: str) -> int:
    return next(height for height, floor in enumerate(FLOORS) if room in floor)


def is_ours(module: str) -> bool:
    return module.partition(".")[0] in {
        "app",
        "sla",
        "service_catalog",
        "integrations",
        "migrations",
        "tests",
    }


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, also those inside functions and behind TYPE_CHECKING."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the full name, so that the room is seen"
            source = node.module or ""
            for name in node.names:
                whole = f"{source}.{name.name}"
                yield node.lineno, whole if (PROJECT / (whole.replace(".", "/") + ".py")).exists() else source


def test_every_module_has_a_floor() -> None:
    homeless = [
        name_of(path) for path in MODULES if name_of(path) != "app" and room_of(name_of(path)) is None
    ]
    assert not homeless, f"Give these a floor in FLOORS (design.md, «The rooms»): {homeless}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downward_only(path: Path) -> None:
    room = room_of(name_of(path))
    wrong = []
    for line, module in imports_of(path):
        if room is None or not is_ours(module):
            continue
        where = f"{path.relative_to(PROJECT)}:{line} imports {module}"
        other = room_of(module)
        if module.startswith("tests"):
            wrong.append(f"{where}: the product never knows its tests")
        elif room in GROUND_IS_PURE and module.partition(".")[0] not in GROUND_IS_PURE[room]:
            wrong.append(f"{where}: {room} works without the rest of the product")
        elif other is None or other == room:
            continue
        elif floor_of(other) > floor_of(room):
            wrong.append(
                f"{where}: {other} stands above {room}; turn it round, or hand it in from jobs, main or cli"
            )
        elif floor_of(other) == floor_of(room) and floor_of(room) not in (0, TOP):
            wrong.append(f"{where}: {other} and {room} stand side by side and do not know each other")
    assert not wrong, "\n".join(wrong)


FORBIDDEN_IN_TEMPLATES = (
    (
        re.compile(r"\sstyle\s*=", re.I),
        "the CSP allows no style attribute: use a class, <progress> or SVG attributes",
    ),
    (re.compile(r"<style\b", re.I), "the CSP allows no inline style sheet"),
    (re.compile(r"\son[a-z]+\s*=", re.I), "the CSP allows no inline handler: listen in the script"),
    (re.compile(r"javascript:", re.I), "the CSP allows no script in an address"),
    (re.compile(r"<script(?![^>]*\bsrc=)", re.I), "the CSP allows no inline script"),
    (
        re.compile(r"https?://(?!www\.w3\.org)[^\s\"'{]*\.(js|css|woff2?)\b", re.I),
        "assets are our own, never a CDN's",
    ),
)
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
CONSTANT = re.compile(r"""('[^'{}]*'|"[^"{}]*")\s*\|\s*safe\b""")
REASON = re.compile(r"\{#.*safe:.+#\}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PROJECT / "app")))
def test_templates_keep_the_content_security_policy(path: Path) -> None:
    wrong = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.relative_to(PROJECT)}:{number}"
        wrong += [f"{where}: {reason}" for pattern, reason in FORBIDDEN_IN_TEMPLATES if pattern.search(line)]
        if UNESCAPED.search(CONSTANT.sub("", line)) and not REASON.search(line):
            wrong.append(f"{where}: what is not escaped says why on its line: {{# safe: reason #}}")
    assert not wrong, "\n".join(wrong)


LONGEST_FILE, LONGEST_FUNCTION = 500, 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "base", "common", "manager", "managers", "misc"}


@pytest.mark.parametrize("path", [path for path in MODULES if "versions" not in path.parts], ids=name_of)
def test_files_and_functions_stay_short_and_named_by_their_subject(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in FORBIDDEN_NAMES, f"{path.name}: name the subject, not the drawer"
    assert len(text.splitlines()) <= LONGEST_FILE, f"{path.name}: split it by subject"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{path.name}:{node.lineno} {node.name} is {length} lines"


def test_only_the_session_s_opener_commits() -> None:
    """An action that commits would break its caller's transaction in two."""
    committing = re.compile(r"\bsession\.(commit|rollback)\(")
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if committing.search(line)
    ]
    assert not found, f"Only `transaction` in app/database/session.py commits: {found}"


def test_a_day_is_the_day_where_the_people_are() -> None:
    """`.date()` of an instant is the day in UTC, which is yesterday until one or two in the night: `sla.zone.day_of`."""
    in_utc = re.compile(r"\b(at|\w+_at|database_now\(\w+\)\)?)\.date\(\)")
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if in_utc.search(line) and path.is_relative_to(PROJECT / "app")
    ]
    assert not found, f"Use day_of: {found}"


def test_time_is_the_database_s() -> None:
    """A node whose clock is wrong must decide nothing (design decision 4)."""
    own_clock = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(")
    # The demo's anchor, when a tick is first due, and what pages show: they own no rule.
    allowed = ("app/cli.py", "app/ticker.py", "app/web/", "app/portal/", "app/desk/", "app/leader/")
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if own_clock.search(line) and not str(path.relative_to(PROJECT)).startswith(allowed)
    ]
    assert not found, f"Take `at` from the caller, and that from the database: {found}"
