"""YAML read so that every value can be found again: which file, which line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
Spot = tuple[str | int, ...]
MOST_BYTES = 500_000
SURROGATE = re.compile("[\ud800-\udfff]")
UNMARKED = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}

# Pydantic's kinds of error, in the words of the person who edits the text.
MESSAGES = {
    "missing": "«{name}» mangler",
    "extra_forbidden": "ukjent nøkkel «{name}»",
    "unknown_key": "ukjent nøkkel «{name}»; velg {expected}",
    "string_type": "«{name}» skal være tekst",
    "string_too_short": "«{name}» er tom",
    "string_too_long": "«{name}» er for lang (høyst {max_length} tegn)",
    "string_pattern_mismatch": "«{name}» har feil form: «{input}»",
    "enum": "«{name}» kan ikke være «{input}»; velg {expected}",
    "literal_error": "«{name}» kan ikke være «{input}»; velg {expected}",
    "int_type": "«{name}» skal være et helt tall",
    "int_parsing": "«{name}» skal være et helt tall",
    "int_parsing_size": "«{name}» er for stort",
    "greater_than_equal": "«{name}» kan ikke være under {ge}",
    "less_than_equal": "«{name}» kan ikke være over {le}",
    "less_than": "«{name}» skal være under {lt}",
    "bool_type": "«{name}» skal være true eller false",
    "bool_parsing": "«{name}» skal være true eller false",
    "date_from_datetime_parsing": "«{input}» er ikke en dato",
    "date_parsing": "«{input}» er ikke en dato",
    "date_type": "«{input}» er ikke en dato",
    "model_type": "«{name}» skal ha nøkler under seg",
    "dict_type": "«{name}» skal ha nøkler under seg",
    "tuple_type": "«{name}» skal være en liste",
    "too_short": "«{name}» er tom",
    "value_error": "{error}",
}


@dataclass(frozen=True, order=True)
class Problem:
    """Something an editor must put right."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class Document:
    """A file as plain values, with the line of each; a spot without one takes that of what it stands in."""

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

    def make(self, model: type[M], **derived: str) -> M | None:
        """The value as a model, with what the file's place says; None when something is wrong with it."""
        if not isinstance(self.value, dict):
            if not self.problems:
                self.refuse((), "filen skal ha nøkler øverst")
            return None
        for name in derived.keys() & self.value.keys():
            self.refuse((name,), f"«{name}» tas fra filnavnet")
        try:
            return model.model_validate({**self.value, **derived})
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self.refuse(detail["loc"], message_of(detail))
            return None


class _PlainText(yaml.BaseLoader):
    """Every value is text until a model has read it: `no` is not false, 10:30 is not 630."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "*navn kan ikke brukes her; skriv innholdet ut", mark
            )
        return super().compose_node(parent, index)


def read(path: Path, name: str) -> Document:
    """Read one YAML file; what is wrong with its form stands in `problems`."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return _unread(name, 1, f"filen er for stor (høyst {MOST_BYTES // 1000} kB)")
        return parse(path.read_text(encoding="utf-8"), name)
    except UnicodeDecodeError:
        return _unread(name, 1, "filen er ikke skrevet i UTF-8")
    except OSError as error:
        return _unread(name, 1, f"filen kan ikke leses: {error.strerror}")


def parse(text: str, name: str) -> Document:
    document = Document(name)
    try:
        loader = _PlainText(text)
        try:
            node = loader.get_single_node()
            document.value = None if node is None else _value(node, (), document)
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return _unread(name, line, f"tegnet U+{error.character:04X} kan ikke brukes")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tab = "'\\t'" in (error.problem or "")
        reason = "bruk mellomrom, ikke tabulator" if tab else f"dette er ikke gyldig YAML: {error.problem}"
        return _unread(name, mark.line + 1 if mark else 1, reason)
    except RecursionError:
        return _unread(name, 1, "innholdet har for mange nivåer")
    return document


def _unread(name: str, line: int, reason: str) -> Document:
    return Document(name, problems=[Problem(name, line, reason)])


def _value(node: yaml.Node, spot: Spot, document: Document) -> Any:
    document.lines.setdefault(spot, node.start_mark.line + 1)
    if node.tag not in UNMARKED:
        document.refuse(spot, f"merket {node.tag} kan ikke brukes her")
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*spot, index), document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(node, spot, document))
    if SURROGATE.search(node.value):
        document.refuse(spot, "halve tegn (\\ud800 til \\udfff) kan ikke brukes")
        return None
    return node.value


def _entries(node: yaml.MappingNode, spot: Spot, document: Document) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else None
        if key is None or key in seen:
            message = "en nøkkel må være et ord" if key is None else f"«{key}» står to ganger"
            document.problems.append(Problem(document.file, line, message))
            continue
        seen.add(key)
        document.lines[*spot, key] = line
        yield key, _value(value_node, (*spot, key), document)


def message_of(detail: ErrorDetails) -> str:
    """What a model refuses, said to the person who edits the text."""
    kind = "unknown_key" if detail["loc"][-1:] == ("[key]",) and detail["type"] == "enum" else detail["type"]
    words = [part for part in detail["loc"] if isinstance(part, str) and part != "[key]"]
    known = {"name": words[-1] if words else "innholdet", "input": str(detail["input"])[:60]}
    context = detail.get("ctx", {})
    if "expected" in context:
        known["expected"] = context["expected"].replace(" or ", " eller ")
    return MESSAGES.get(kind, "«{name}»: {msg}").format_map({**context, **known, "msg": detail["msg"]})
