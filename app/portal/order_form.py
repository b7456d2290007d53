"""A service's form as a page shows it: every field with its value, its choices, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from app.portal.explained import explained
from app.portal.lookups import Kind, LookupView
from app.web.i18n import _, say
from service_catalog.forms import MAX_ROWS
from service_catalog.schema import Catalogue, Condition, Field, FieldKind

PREFIX = "answers."
NUMBER = "__row__"
"""Stands for the number of a row that is not there yet."""
RADIOS_UP_TO = 7
"""More choices than this become a list to open."""
YES_NO: dict[str, str] = {"yes": _("Ja"), "no": _("Nei")}


@dataclass(frozen=True)
class ChoiceView:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class FileView:
    id: str
    name: str


@dataclass(frozen=True)
class When:
    """Shown only when the other field has one of these answers; `sentence` says so where nothing hides."""

    field: str
    values: str
    sentence: str


@dataclass(frozen=True)
class FieldView:
    id: str
    name: str
    kind: str
    label: str
    help: Markup | None
    required: bool
    value: str
    choices: tuple[ChoiceView, ...] = ()
    error: str | None = None
    when: When | None = None
    lookup: LookupView | None = None
    files: tuple[FileView, ...] = ()
    rows: tuple[tuple[FieldView, ...], ...] = ()
    blank: tuple[FieldView, ...] = ()
    """A row with nothing in it, its number still to be written: what «Legg til» copies."""
    most: int | None = None
    longest: int | None = None

    @property
    def is_group(self) -> bool:
        """Several controls under one question: a fieldset, whose first control an error points at."""
        return bool(self.choices) and self.kind != "select"


@dataclass(frozen=True)
class Filled:
    """What stands in a form: what was sent, or what is known about the person."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    """«answers.people.0.name» -> the sentence."""
    lookups: Mapping[str, LookupView] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """Id of a staged file -> its name."""
    extra_rows: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Maker:
    """Makes the views of one form in one language."""

    catalogue: Catalogue
    language: str
    filled: Filled

    def fields(
        self, fields: Sequence[Field], answers: Mapping[str, Any], prefix: str = PREFIX
    ) -> tuple[FieldView, ...]:
        by_key = {each.key: each for each in fields}
        return tuple(self._field(each, answers.get(each.key), prefix, by_key) for each in fields)

    def _field(self, each: Field, value: Any, prefix: str, siblings: Mapping[str, Field]) -> FieldView:
        name = prefix + each.key
        chosen = value if isinstance(value, list) else [value]
        kind = each.kind.value
        if each.kind is FieldKind.CHOICE and len(each.choices) > RADIOS_UP_TO:
            kind = "select"
        return FieldView(
            id=name.replace(".", "-"),
            name=name,
            kind=kind,
            label=each.label.in_language(self.language),
            help=explained(each.help.in_language(self.language), self.catalogue, self.language)
            if each.help
            else None,
            required=each.required or (each.kind is FieldKind.GROUP and bool(each.min)),
            value="" if value is None or isinstance(value, list | dict | bool) else str(value),
            choices=self._choices(each, chosen),
            error=self.filled.errors.get(name),
            when=self._when(each.when, siblings, prefix),
            lookup=self._lookup(each, name, value),
            files=tuple(
                FileView(one, self.filled.files[one]) for one in map(str, chosen) if one in self.filled.files
            )
            if each.kind is FieldKind.FILE
            else (),
            rows=self._rows(each, value, name) if each.kind is FieldKind.GROUP else (),
            blank=self.fields(each.fields, {}, f"{name}.{NUMBER}.") if each.fields else (),
            most=each.max if each.max is not None else MAX_ROWS,
            longest=each.max if each.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT) else None,
        )

    def _choices(self, each: Field, chosen: list[Any]) -> tuple[ChoiceView, ...]:
        if each.kind is FieldKind.YES_NO:
            yes, no = (say(self.language, YES_NO[one]) for one in ("yes", "no"))
            return (ChoiceView("yes", yes, True in chosen), ChoiceView("no", no, False in chosen))
        return tuple(
            ChoiceView(one.value, one.label.in_language(self.language), one.value in chosen)
            for one in each.choices
        )

    def _when(self, condition: Condition | None, siblings: Mapping[str, Field], prefix: str) -> When | None:
        if condition is None:
            return None
        other = siblings.get(condition.field)
        # A row may hang on a field outside its group; then the page's own field is the one to watch.
        name = (prefix if other is not None else PREFIX) + condition.field
        values = [
            {True: "yes", False: "no"}.get(one, one) if isinstance(one, bool) else one
            for one in condition.wanted
        ]
        labels = {
            choice.value: choice.label.in_language(self.language)
            for choice in (other.choices if other else ())
        }
        labels |= {value: say(self.language, text) for value, text in YES_NO.items()}
        sentence = say(
            self.language,
            _("Svar hvis du har svart «%(answer)s» på «%(question)s»."),
            question=other.label.in_language(self.language) if other else "",
            answer=" / ".join(labels.get(str(one), str(one)) for one in values),
        )
        return When(name, " ".join(map(str, values)), sentence)

    def _lookup(self, each: Field, name: str, value: Any) -> LookupView | None:
        if each.kind is FieldKind.PERSON or each.kind is FieldKind.ORG_UNIT:
            known = self.filled.lookups.get(name)
            if known is not None:
                return known
            chosen = str(value) if value else ""
            kind: Kind = "person" if each.kind is FieldKind.PERSON else "org_unit"
            text = self.filled.names.get(f"{kind}:{chosen}", "")
            return LookupView(name, kind, text, chosen if text else "")
        return None

    def _rows(self, each: Field, value: Any, name: str) -> tuple[tuple[FieldView, ...], ...]:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        blank: list[dict[str, Any]] = [{}] if not rows or name in self.filled.extra_rows else []
        return tuple(
            self.fields(each.fields, row, f"{name}.{place}.") for place, row in enumerate([*rows, *blank])
        )
