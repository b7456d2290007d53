"""Tables that leave as files for a spreadsheet: text in them stays text, whatever it begins with."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads æ, ø and å as something else."""
_BEGINS_A_FORMULA = frozenset("=+-@|\t\r\n＝＋－＠")
"""Excel, LibreOffice and Google Sheets; the wide ones count in Asian locales. Source: OWASP, «CSV Injection»."""
_SKIPPED = " \u00a0\u200b\u2060\ufeff'\""
"""What a spreadsheet may pass over before it looks at the first character."""


def guarded(value: str) -> str:
    """The text as a cell that no spreadsheet calculates: an apostrophe stands before what could begin a formula.

    For CSV and for XLSX alike; numbers and dates are given to the file as what they are, never through here.
    """
    first = value.lstrip(_SKIPPED)[:1]
    return f"'{value}" if first in _BEGINS_A_FORMULA else value


def csv_file(rows: Iterable[Sequence[str | int | float | None]]) -> Iterator[bytes]:
    """The rows as CSV the way Norwegian spreadsheets open it: UTF-8 with a mark, semicolons, quoted, guarded.

    None is an empty cell. The first row is the headings, and is guarded like the others.
    """
    text = StringIO(newline="")
    write = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    text.write(BYTE_ORDER_MARK)
    for row in rows:
        write.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
