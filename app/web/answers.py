"""Answers to a form as people read them: the question beside what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.web.i18n import _, say
from app.web.words import day, money
from service_catalog.schema import Field, FieldKind, Service


@dataclass(frozen=True)
class AnswerLine:
    label: str
    value: str


def answer_lines(
    service: Service,
    answers: Mapping[str, Any],
    names: Mapping[str, str],
    language: str,
    *,
    skip: frozenset[FieldKind] = frozenset({FieldKind.FILE}),
) -> tuple[AnswerLine, ...]:
    """In the form's order. `names`: «person:7», «org_unit:3» -> the name. Files are shown where files are."""
    lines: list[AnswerLine] = []
    for field in service.form.fields:
        value = answers.get(field.key)
        if value is None or field.kind in skip:
            continue
        if field.kind is FieldKind.GROUP:
            lines += _group(field, value, names, language)
        else:
            lines.append(AnswerLine(field.label.in_language(language), _said(field, value, names, language)))
    return tuple(lines)


def _group(field: Field, rows: Any, names: Mapping[str, str], language: str) -> list[AnswerLine]:
    label = field.label.in_language(language)
    lines = []
    for place, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        said = (
            f"{inner.label.in_language(language)}: {_said(inner, row[inner.key], names, language)}"
            for inner in field.fields
            if row.get(inner.key) is not None
        )
        lines.append(AnswerLine(f"{label} {place}", "\n".join(said)))
    return lines


def _said(field: Field, value: Any, names: Mapping[str, str], language: str) -> str:
    match field.kind:
        case FieldKind.YES_NO:
            return say(language, _("Ja")) if value else say(language, _("Nei"))
        case FieldKind.CHOICE | FieldKind.CHOICES:
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(c.label.in_language(language) for c in field.choices if c.value in chosen)
        case FieldKind.PERSON | FieldKind.ORG_UNIT:
            return names.get(f"{field.kind.value}:{value}", str(value))
        case FieldKind.DATE:
            return _date(value, language)
        case FieldKind.AMOUNT:
            return _amount(value, language)
    return str(value)


def _date(value: Any, language: str) -> str:
    try:
        return day(date.fromisoformat(str(value)), language)
    except ValueError:
        return str(value)


def _amount(value: Any, language: str) -> str:
    try:
        return money(Decimal(str(value)), language)
    except InvalidOperation:
        return str(value)
