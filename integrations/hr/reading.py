"""From the bytes of a file to lines that are typed. Everything that is wrong is told at once, with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from integrations.hr.mapping import FileMap, Named

MOST_TOLD = 50
ENCODINGS = {"auto": ("utf-8-sig", "cp1252"), "utf-8": ("utf-8-sig",), "cp1252": ("cp1252",)}


@dataclass(frozen=True, slots=True)
class HrLine:
    """One job of one person. `number` is the file's own, with the headings as 1."""

    number: int
    employee_number: str
    name: str
    job: str
    org_unit: str
    starts_on: date
    ends_on: date | None
    percent: Decimal
    leave: tuple[date, date | None] | None
    has_leaves: bool
    """The file tells of leaves at all."""
    texts: dict[Named, str] = field(default_factory=dict)
    """Everything else, as it stands; empty where nothing does."""

    def text(self, name: Named) -> str:
        return self.texts.get(name, "")


class UnreadableFile(ValueError):
    """Nothing of it is used. `problems`: each with its line, for people."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Wrong(ValueError):
    pass


def read_lines(data: bytes, wanted: FileMap) -> list[HrLine]:
    """In the file's order. Raises UnreadableFile."""
    reader = csv.DictReader(
        io.StringIO(_text(data, wanted), newline=""), delimiter=wanted.delimiter, strict=True
    )
    headings = [heading.strip() for heading in reader.fieldnames or ()]
    missing = [column for column in wanted.columns.values() if column not in headings]
    if missing:
        raise UnreadableFile(
            [f"Mangler kolonnen «{column}». Fila har: {', '.join(headings)}." for column in missing]
        )
    reader.fieldnames = headings
    lines: list[HrLine] = []
    problems: list[str] = []
    for number, row in _numbered(reader, problems):
        if None in row or None in row.values():
            problems.append(f"Linje {number}: har ikke like mange felt som overskriften.")
            continue
        if not any(value.strip() for value in row.values()):
            continue
        try:
            lines.append(_line(number, row, wanted))
        except _Wrong as wrong:
            problems.append(f"Linje {number}: {wrong}")
        if len(problems) >= MOST_TOLD:
            problems.append("… og kanskje flere.")
            break
    if problems:
        raise UnreadableFile(problems)
    return lines


def _numbered(reader: csv.DictReader[str], problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as wrong:
        problems.append(f"Linje {reader.line_num}: {wrong}")


def _text(data: bytes, wanted: FileMap) -> str:
    """Raises UnreadableFile for bytes that are not in the encoding."""
    encodings = ENCODINGS[wanted.encoding]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise UnreadableFile(["Fila er ikke tekst."])
        return text
    raise UnreadableFile([f"Fila er ikke i tegnsettet {' eller '.join(encodings)}."])


def _line(number: int, row: dict[str, str], wanted: FileMap) -> HrLine:
    texts = {name: _value(name, row[column].strip(), wanted) for name, column in wanted.columns.items()}
    name = texts.get("name") or " ".join(filter(None, (texts.get("first_name"), texts.get("last_name"))))
    for needed, said in (
        ("ansattnummer", texts["employee_number"]),
        ("navn", name),
        ("enhet", texts["org_unit"]),
    ):
        if not said:
            raise _Wrong(f"mangler {needed}.")
    starts_on = _date(texts["starts_on"], wanted)
    if starts_on is None:
        raise _Wrong("mangler startdato.")
    ends_on = _date(texts.get("ends_on", ""), wanted)
    if ends_on is not None and ends_on < starts_on:
        raise _Wrong("slutter før den begynner.")
    return HrLine(
        number=number,
        employee_number=texts["employee_number"],
        name=" ".join(name.split()),
        job=texts.get("job") or "1",
        org_unit=texts["org_unit"],
        starts_on=starts_on,
        ends_on=ends_on,
        percent=_percent(texts.get("percent", "")),
        leave=_leave(texts, wanted),
        has_leaves="leave_from" in wanted.columns,
        texts=texts,
    )


def _value(name: Named, written: str, wanted: FileMap) -> str:
    return wanted.values.get(name, {}).get(written, written)


def _date(written: str, wanted: FileMap) -> date | None:
    if not written:
        return None
    for form in wanted.dates:
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise _Wrong(f"«{written}» er ikke en dato ({' eller '.join(wanted.dates)}).")


def _percent(written: str) -> Decimal:
    """«62,5 %»; empty is full time."""
    if not written:
        return Decimal(100)
    try:
        found = Decimal(written.replace("%", "").replace(",", ".").strip())
    except InvalidOperation:
        found = Decimal(0)
    if not (found.is_finite() and 0 < found <= 100):
        raise _Wrong(f"«{written}» er ikke en stillingsprosent.")
    return found.quantize(Decimal("0.01"))


def _leave(texts: dict[Named, str], wanted: FileMap) -> tuple[date, date | None] | None:
    begins, ends = _date(texts.get("leave_from", ""), wanted), _date(texts.get("leave_to", ""), wanted)
    if begins is None:
        return None
    if ends is not None and ends < begins:
        raise _Wrong("permisjonen slutter før den begynner.")
    return begins, ends
