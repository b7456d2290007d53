"""docs/asvs.md leaves nothing out and claims nothing that no test shows; and what only reading the source can show."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.settings import PROJECT
from tests.test_architecture import MODULES, imports_of, name_of

DOCUMENT = PROJECT / "docs" / "asvs.md"
STATES = ("met", "partly", "not met", "operator", "n/a")
LEVELS = {
    1: """1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2 6.1.1
    6.2.1-8 6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2 11.4.1 12.1.1 12.2.1-2
    13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1""",
    2: """1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2 2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2 4.1.2-3
    4.2.1 4.3.1-2 4.4.2-4 5.1.1 5.2.3 5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.3.1-2
    7.4.3-5 7.5.1-2 7.6.1-2 8.1.2 8.2.3 8.4.1 9.2.2-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.6-11 10.5.1-5 10.6.1-2 10.7.1-3
    11.1.1-2 11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 12.1.2-3 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2
    14.2.2-4 14.3.2-3 15.1.2-3 15.2.2-3 15.3.2-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2""",
}
"""ASVS 5.0.0: which items there are, by the level that first asks for them."""


def items() -> Iterator[tuple[str, int]]:
    for level, written in LEVELS.items():
        for span in written.split():
            first, _, last = span.partition("-")
            section, _, number = first.rpartition(".")
            for each in range(int(number), int(last or number) + 1):
                yield f"{section}.{each}", level


@dataclass(frozen=True)
class Row:
    item: str
    level: int
    state: str
    how: str
    tests: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    found = []
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d+\.\d+\.\d+", cells[0]):
            item, level, _, state, how, shown = cells
            found.append(Row(item, int(level), state, how, tuple(re.findall(r"`([^`]+)`", shown))))
    return tuple(found)


def test_every_item_of_both_levels_is_there_once() -> None:
    assert len(list(items())) == 253
    assert Counter((row.item, row.level) for row in rows()) == Counter(items())


def test_every_item_has_a_state_and_says_how() -> None:
    for row in rows():
        assert row.state in STATES, row
        assert row.how or row.tests, f"{row.item}: how, or by which test"


def test_every_named_test_exists() -> None:
    for row in rows():
        for named in row.tests:
            path, _, function = named.partition("::")
            file = PROJECT / "tests" / path
            assert file.is_file(), f"{row.item}: tests/{path}"
            assert not function or function in functions_of(file), f"{row.item}: {named}"


@cache
def functions_of(path: Path) -> frozenset[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_the_counts_at_the_top_are_those_of_the_table() -> None:
    counted = Counter(row.state for row in rows())
    told = ", ".join(f"{counted[state]} {state}" for state in STATES if counted[state])
    assert f"Of {len(rows())} items: {told}." in DOCUMENT.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


PRODUCT = [path for path in MODULES if not name_of(path).startswith(("app.demo", "migrations"))]


@cache
def every_call() -> tuple[tuple[str, str], ...]:
    """(name as written, where)."""
    return tuple(
        (ast.unparse(node.func), f"{path.relative_to(PROJECT)}:{node.lineno}")
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
    )


@cache
def every_import() -> tuple[tuple[str, str], ...]:
    """(what, by whom)."""
    return tuple((imported, name_of(path)) for path in PRODUCT for _, imported in imports_of(path))


def calls(*names: str) -> list[str]:
    """Where one of these is called, in the product."""
    return [where for name, where in every_call() if name in names]


def importing(*modules: str) -> set[str]:
    return {
        by
        for imported, by in every_import()
        if any(imported == module or imported.startswith(f"{module}.") for module in modules)
    }


def test_nothing_a_user_writes_is_run_or_unpickled() -> None:
    assert calls("eval", "exec", "compile", "__import__", "os.system", "os.popen", "env.from_string") == []
    assert importing("pickle", "marshal", "shelve", "dill") == set()
    starting = importing("subprocess")
    assert starting <= {"app.cli", "app.supervisor", "app.database.embedded"}, starting
    for path in PRODUCT:
        assert "shell=True" not in path.read_text(encoding="utf-8"), path


def test_no_pattern_is_built_from_what_somebody_wrote() -> None:
    """Every pattern is a constant, or is put together from constants beside it."""
    from_constants = {"sla/hours.py", "app/identity/device.py", "app/masking/hiding.py"}
    built = [
        f"{path.relative_to(PROJECT)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and re.fullmatch(
            r"re\.(compile|match|search|fullmatch|sub|split|findall|finditer)", ast.unparse(node.func)
        )
        and not isinstance(node.args[0], ast.Constant)
        and not (isinstance(node.args[0], ast.JoinedStr) and ast.unparse(node.args[0]).isascii())
        and "re.escape" not in ast.unparse(node.args[0])
    ]
    assert {where.partition(":")[0] for where in built} <= from_constants, built


CALLING_OUT = {
    "integrations.mail.client": "the SMTP server",
    "integrations.oidc.msal_client": "the issuer, through MSAL",
    "integrations.oidc.provider": "the issuer's description and keys",
    "integrations.graph.client": "Graph, for groups that had no room in the token",
    "integrations.graph.planner": "Graph, for what waits for leaders in Planner and To Do",
    "app.identity.issuers": "makes the clients of these",
    **dict.fromkeys(
        (
            "integrations.provisioning.calling",
            "integrations.provisioning.graph",
            "integrations.provisioning.scim",
            "integrations.provisioning.webhook",
            "app.access.provisioning",
        ),
        "the systems that give access by themselves, from `work`",
    ),
}
"""Rooms that speak with other machines, and with whom; docs/security.md has the same list for people."""


def test_only_named_rooms_call_out() -> None:
    found = importing(
        "httpx", "requests", "urllib.request", "http.client", "aiosmtplib", "smtplib", "msal", "aiohttp"
    )
    assert found <= set(CALLING_OUT), (
        "Say here and in docs/security.md who is called, and follow no redirects"
    )
    assert [path for path in PRODUCT if "follow_redirects=True" in path.read_text(encoding="utf-8")] == []


def test_nothing_is_unpacked() -> None:
    """Files to take away may be packed; what somebody sent is never opened."""
    assert importing("tarfile", "gzip", "bz2", "lzma") == set()
    assert [where for name, where in every_call() if name.endswith((".extractall", "unpack_archive"))] == []
    for path in PRODUCT:
        for made in re.findall(r"ZipFile\(([^)]*)\)", path.read_text(encoding="utf-8")):
            assert re.search(r"""["']w["']""", made), f"{path}: ZipFile({made})"


def test_no_weak_hash_and_no_chance_that_can_be_guessed() -> None:
    assert calls("hashlib.md5", "hashlib.sha1", "hashlib.new") == []
    assert importing("random") <= {
        "sla.proof.histories",
        "sla.proof.calendars",
        "sla.proof.run",
        "sla.proof.coverage",
    }
    # Names of a form that is sent once: unlike each other is enough, nobody gains by guessing one.
    assert importing("uuid") <= {"app.web.idempotency", "app.retention.noark"}


def test_nothing_switches_off_the_checking_of_certificates() -> None:
    off = re.compile(
        r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|validate_certs\s*=\s*False|_create_unverified"
    )
    assert [path for path in PRODUCT if off.search(path.read_text(encoding="utf-8"))] == []


def test_the_scripts_keep_nothing_and_listen_to_no_other_window() -> None:
    for path in sorted((PROJECT / "app/web/assets/js").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"postMessage|addEventListener\('message'|__proto__|Object\.assign|\beval\(|new Function", text
        )
        kept = re.findall(r"(?:local|session)Storage\.setItem\((\w+)", text)
        assert set(kept) <= {"OFF"}, f"{path.name}: nothing personal is kept in the browser"
        assert "document.cookie" not in text
        assert "indexedDB" not in text


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    ignored = (PROJECT / ".dockerignore").read_text().split()
    assert {".git", "tests", "bench", "docs", ".venv", ".data"} <= set(ignored)
    written = (PROJECT / "Dockerfile").read_text()
    final = written.rpartition("\nFROM ")[2]
    assert re.findall(r"^COPY .*", final, re.M) == ["COPY --from=build /opt/skranke /opt/skranke"]
    assert re.search(r"^USER \d+:\d+$", final, re.M)
    assert "pip uninstall --yes setuptools pip" in written
    assert not re.search(r"(PASSWORD|SECRET|TOKEN|_KEY)=", written)
    for line in re.findall(r"pip install.*?(?=&&|\n\w)", written, re.S):
        assert "--require-hashes" in line or "/dist/" in line, line
