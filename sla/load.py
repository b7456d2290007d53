"""From a folder of text to calendars and agreements; everything wrong is told at once, with file and line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sla.agreement import Agreement
from sla.calendar import CalendarSource
from sla.calendar_rules import check_calendar
from sla.statute import Statute
from sla.yaml_lines import Document, Problem, Spot, read

__all__ = ["Problem", "Sla", "SlaError", "load_sla", "overlap", "read_sla"]

SHIPPED = Path(__file__).parent
OF_VERSION = re.compile(r"\.v([1-9][0-9]*)$")
"""How a file names the version it holds, beside the one without: `lonn.v2.yaml`."""


class SlaError(Exception):
    """Calendars or agreements cannot be read; `problems` says all that is wrong, in order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class Sla(BaseModel):
    """All that has been promised and the calendars it is counted in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreements: dict[str, Agreement]
    """By the file's name: `lonn`, and `lonn.v2` for another version of the same."""
    calendars: dict[str, CalendarSource]
    statutes: dict[str, Statute] = {}

    @property
    def versions(self) -> dict[str, tuple[Agreement, ...]]:
        """Every version of each agreement, by the agreement's name, in order."""
        found: dict[str, tuple[Agreement, ...]] = {}
        for agreement in sorted(self.agreements.values(), key=lambda each: (each.name, each.version)):
            found[agreement.name] = (*found.get(agreement.name, ()), agreement)
        return found


def load_sla(folder: Path = SHIPPED) -> Sla:
    """Read `calendars/*.yaml`, `agreements/*.yaml` and `statutes/*.yaml`; a file's name is the name of what it holds."""
    return read_sla(folder)[0]


def read_sla(folder: Path = SHIPPED) -> tuple[Sla, dict[str, Document]]:
    """As `load_sla`, and where each agreement stands."""
    calendars: dict[str, CalendarSource] = {}
    agreements: dict[str, Agreement] = {}
    written: dict[str, Document] = {}
    problems: list[Problem] = []
    for document, name in _documents(folder, "calendars"):
        calendar = document.make(CalendarSource, name=name)
        if calendar is not None:
            check_calendar(calendar, document)
            calendars[name] = calendar
        problems += document.problems
    known = {path.stem for path in (folder / "calendars").glob("*.yaml")}
    for document, name in _documents(folder, "agreements"):
        agreement = document.make(Agreement, name=OF_VERSION.sub("", name))
        if agreement is not None:
            if agreement.calendar not in known:
                document.refuse(("calendar",), f"kalenderen «{agreement.calendar}» finnes ikke")
            elif agreement.calendar in calendars:
                _check_agreement(agreement, calendars[agreement.calendar], document)
            _check_statutes(agreement, folder, document)
            agreements[name], written[name] = agreement, document
        else:
            problems += document.problems
    _check_versions(agreements, written)
    problems += [problem for document in written.values() for problem in document.problems]
    statutes = _statutes(folder, problems)
    for part, found in (("calendars", calendars), ("agreements", agreements)):
        if not found and not problems:
            problems.append(Problem(f"{folder.name}/{part}", 1, "mappen har ingen .yaml-filer"))
    if problems:
        raise SlaError(problems)
    return Sla(agreements=agreements, calendars=calendars, statutes=statutes), written


def _statutes(folder: Path, problems: list[Problem]) -> dict[str, Statute]:
    found = {}
    for document, name in _documents(folder, "statutes"):
        statute = document.make(Statute, name=name)
        if statute is not None:
            found[name] = statute
        problems += document.problems
    return found


def read_agreement(path: Path, folder: Path = SHIPPED) -> Agreement:
    """One file by itself, a draft perhaps, checked against the calendars and statutes of `folder`. Raises SlaError."""
    sla = load_sla(folder)
    document = read(path, path.name)
    agreement = document.make(Agreement, name=OF_VERSION.sub("", path.stem))
    if agreement is not None:
        if agreement.calendar in sla.calendars:
            _check_agreement(agreement, sla.calendars[agreement.calendar], document)
        else:
            document.refuse(("calendar",), f"kalenderen «{agreement.calendar}» finnes ikke")
        _check_statutes(agreement, folder, document)
    if agreement is None or document.problems:
        raise SlaError(document.problems)
    return agreement


def _documents(folder: Path, part: str) -> list[tuple[Document, str]]:
    paths = sorted((folder / part).glob("*.yaml"))
    return [(read(path, f"{folder.name}/{part}/{path.name}"), path.stem) for path in paths]


def _check_versions(agreements: dict[str, Agreement], written: dict[str, Document]) -> None:
    """Versions of one agreement follow each other; an open end lasts until the next begins."""
    for stem, agreement in agreements.items():
        named = OF_VERSION.search(stem)
        if named is not None and int(named.group(1)) != agreement.version:
            written[stem].refuse(("version",), f"filnavnet sier versjon {named.group(1)}")
    stems = sorted(agreements, key=lambda stem: (agreements[stem].name, agreements[stem].version, stem))
    for before, after in pairwise(stems):
        problem = overlap(agreements[before], agreements[after])
        if problem is not None:
            written[after].refuse(*problem)


def overlap(earlier: Agreement, later: Agreement) -> tuple[Spot, str] | None:
    """Why the one cannot follow the other: where in the later it stands, and what; None when it can."""
    if earlier.name != later.name:
        return None
    if earlier.version == later.version:
        return ("version",), f"versjon {later.version} finnes fra før"
    if later.valid_from <= earlier.valid_from:
        return (
            ("valid_from",),
            f"versjon {earlier.version} gjelder fra {earlier.valid_from}; en nyere versjon må gjelde fra en senere dag",
        )
    if earlier.valid_to is not None and later.valid_from <= earlier.valid_to:
        return (
            "valid_from",
        ), f"overlapper med versjon {earlier.version}, som gjelder til {earlier.valid_to}"
    return None


def _check_agreement(agreement: Agreement, calendar: CalendarSource, document: Document) -> None:
    lengths = calendar.day_lengths()
    if lengths is None:
        return
    for spot, problem in agreement.disorders(lengths):
        document.refuse(spot, problem)
    if calendar.opens_over_midnight() and agreement.counts_days():
        document.refuse(
            ("calendar",),
            f"«{agreement.calendar}» er åpen over midnatt, og da er en arbeidsdag ikke entydig; skriv timer",
        )


def _check_statutes(agreement: Agreement, folder: Path, document: Document) -> None:
    known = {path.stem for path in (folder / "statutes").glob("*.yaml")}
    for index, key in enumerate(agreement.statutes):
        if key not in known:
            document.refuse(("statutes", index), f"lovfristen «{key}» finnes ikke i sla/statutes")
