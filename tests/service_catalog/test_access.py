"""Access as text: what ships holds, and what is wrong is told with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service_catalog.access_schema import SystemKind
from service_catalog.check import check
from service_catalog.load import CatalogueError, load_catalogue, read_catalogue
from service_catalog.schema import Catalogue
from sla.load import Sla

SHIPPED = Path(__file__).parents[2] / "service_catalog"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Without the services and articles, which have nothing to do with it and take long to read."""
    left_out = shutil.ignore_patterns("*.py", "__pycache__", "services", "articles")
    shutil.copytree(SHIPPED, tmp_path / "catalogue", ignore=left_out)
    return tmp_path / "catalogue"


def test_what_ships_is_a_municipality_s_worth(catalogue: Catalogue) -> None:
    access = catalogue.access
    assert len(access.entitlements) >= 40
    assert len(access.profiles) >= 30
    assert len({system.kind for system in access.systems.values()}) >= 15
    assert {system.kind for system in access.systems.values()} <= set(SystemKind)


WRONG = {
    "access/entitlements.yaml": [
        (
            "  system: entra\n",
            "  system: finnes-ikke\n",
            11,
            "systemet «finnes-ikke» står ikke i systems.yaml",
        ),
        ("  risk: low\n", "  risk: liten\n", 13, "«risk» kan ikke være «liten»"),
        ("  how: automatic\n", "  how: automatic\n  grasse_days: 3\n", 13, "ukjent nøkkel «grasse_days»"),
        ("  how: automatic\n", "  how: automatic\n  conflicts: [konto]\n", 13, "i konflikt med seg selv"),
        (
            "  how: automatic\n",
            "  how: automatic\n  owner: ingen\n",
            13,
            "eieren «ingen» står ikke i owners.yaml",
        ),
    ],
    "access/systems.yaml": [
        ("  owner: it-sjef\n", "", 2, ""),
        ("  unit: it\n", "  unit: finnes-ikke\n", 5, "fagenheten «finnes-ikke» finnes ikke"),
    ],
    "access/profiles.yaml": [
        (
            "  gives: [konto, intranett,",
            "  gives: [konto, finnes-ikke,",
            6,
            "tilgangen «finnes-ikke» finnes ikke",
        ),
        (
            "  gives: [konto, intranett, mfa, lonn-egen]",
            "  gives: [lonn-kjoring, regnskap-betaling]",
            6,
            "«lonn-kjoring» og «regnskap-betaling» skal ikke være hos samme person",
        ),
        ('  codes: ["7531",', '  codes: ["7530",', 13, "stillingskoden «7530» står ikke i positions.yaml"),
    ],
}


@pytest.mark.parametrize(
    ("file", "written", "instead", "line", "told"),
    [(file, *each) for file, cases in WRONG.items() for each in cases],
)
def test_what_is_wrong_is_told_with_file_and_line(
    folder: Path, sla: Sla, file: str, written: str, instead: str, line: int, told: str
) -> None:
    path = folder / file
    text = path.read_text()
    assert written in text
    path.write_text(text.replace(written, instead, 1))
    found = _problems(folder, sla)
    if not told:
        assert any("har ingen eier" in problem for problem in found)
        return
    assert any(problem.startswith(f"{file}:{line}: ") and told in problem for problem in found), found


def _problems(folder: Path, sla: Sla) -> list[str]:
    try:
        catalogue, sources = read_catalogue(folder)
    except CatalogueError as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in check(catalogue, sla, sources)]


def test_a_municipality_may_begin_without(folder: Path) -> None:
    shutil.rmtree(folder / "access")
    assert load_catalogue(folder).access.entitlements == {}
