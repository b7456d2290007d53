from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import PROJECT
from app.web.cells import csv_file, guarded

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "|cmd",
    " =1",
    "\u00a0=1",
    "'=1",
    '"=1',
    "＝1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_begin_a_formula_gets_an_apostrophe_and_loses_nothing(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", " ", "PC-en starter ikke", "a=b", "22 33 44 55", "«Hei»", "104827-3", "–"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_no_cell_begins_with_a_formula_when_a_spreadsheet_has_passed_over_what_it_ignores(text: str) -> None:
    cell = guarded(text)
    assert cell.endswith(text)
    if not cell.startswith("'"):
        assert cell.strip(" \u00a0\u200b\u2060\ufeff\"'")[:1] not in {*"=+-@|\t\r\n＝＋－＠"}


CELLS = st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=("Cs",))))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=4))
def test_a_reader_gets_back_every_row_and_every_cell(rows: list[list[str | int | None]]) -> None:
    file = b"".join(csv_file(rows)).decode("utf-8-sig")
    read = list(csv.reader(StringIO(file, newline=""), delimiter=";", strict=True))
    assert read == [
        ["" if cell is None else guarded(cell) if isinstance(cell, str) else str(cell) for cell in row]
        for row in rows
    ]


def test_every_table_that_leaves_is_written_here() -> None:
    writers = re.compile(
        r"\bcsv\.(writer|DictWriter)|\bimport (xlsxwriter|openpyxl)|from (xlsxwriter|openpyxl)"
    )
    found = [
        str(path.relative_to(PROJECT))
        for room in ("app", "sla", "integrations", "service_catalog")
        for path in (PROJECT / room).rglob("*.py")
        if "node_modules" not in path.parts and writers.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["app/web/cells.py"], "Use app.web.cells: what people wrote must not become a formula"
