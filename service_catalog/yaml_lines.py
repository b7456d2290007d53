"""YAML read so that every value can be found again: which file, which line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Spot = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """Something an editor must put right."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class CatalogueError(Exception):
    """The catalogue cannot be read; `problems` says all that is wrong, in order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Document:
    """A file as plain values, with the line of each; a spot without one takes that of what it is in."""

    file: str
    value: Any = None
    lines: dict[Spot, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, spot: Spot) -> int:
        while spot not in self.lines and spot:
            spot = spot[:-1]
        return self.lines.get(spot, 1)

    def refuse(self, spot: Spot, message: str) -> None:
        self.problems.append(Problem(self.file, self.line_of(spot), message))


class _PlainScalars(yaml.SafeLoader):
    """Only true, false, null and numbers are more than text: «nei», «no» and «08:30» stay words."""


_PlainScalars.yaml_implicit_resolvers = {}

for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _PlainScalars.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read(path: Path, name: str) -> Document:
    """Read one YAML file; what is wrong with its form stands in `problems`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Document(name, problems=[Problem(name, 1, "filen mangler")])
    except UnicodeDecodeError:
        return Document(name, problems=[Problem(name, 1, "filen er ikke skrevet i UTF-8")])
    return parse(text, name)


def parse(text: str, name: str, *, first_line: int = 1) -> Document:
    document = Document(name)
    try:
        loader = _PlainScalars(text)
        try:
            node = loader.get_single_node()
            document.value = None if node is None else _value(loader, node, (), document, first_line)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        document.problems.append(Problem(name, line, f"dette er ikke gyldig YAML: {error.problem}"))
    except yaml.YAMLError as error:
        document.problems.append(Problem(name, first_line, f"dette er ikke gyldig YAML: {error}"))
    return document


def _value(loader: yaml.SafeLoader, node: yaml.Node, spot: Spot, document: Document, first_line: int) -> Any:
    document.lines.setdefault(spot, first_line + node.start_mark.line)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(loader, item, (*spot, index), document, first_line)
            for index, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, spot, document, first_line)
    if not node.tag.startswith("tag:yaml.org,2002:"):
        document.refuse(spot, f"merket {node.tag} kan ikke brukes her")
        return None
    return loader.construct_object(node)


def _mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, spot: Spot, document: Document, first_line: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = first_line + key_node.start_mark.line
        if not isinstance(key_node, yaml.ScalarNode):
            document.problems.append(Problem(document.file, line, "en nøkkel må være et ord"))
            continue
        key = str(key_node.value)
        if key in found:
            document.problems.append(Problem(document.file, line, f"«{key}» står to ganger"))
            continue
        document.lines[*spot, key] = line
        found[key] = _value(loader, value_node, (*spot, key), document, first_line)
    return found
