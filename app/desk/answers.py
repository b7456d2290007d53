"""The answers of an order form as people read them: labels and words instead of keys and ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.desk.views import Answer
from app.web import words
from app.web.i18n import _, say
from service_catalog.schema import Field, FieldKind, Service


@dataclass
class Named:
    """Ids that the answers point at, and later what they are called."""

    persons: dict[int, str] = field(default_factory=dict)
    org_units: dict[int, str] = field(default_factory=dict)


def ids_in(service: Service, answers: Mapping[str, Any], kind: FieldKind) -> set[int]:
    """Ids of persons or org units that the answers name, also inside groups."""
    return {
        int(value)
        for found, value in _leaves(service.form.fields, answers)
        if found.kind is kind and _is_id(value)
    }


def answers_in(service: Service, answers: Mapping[str, Any], named: Named, language: str) -> list[Answer]:
    """Every answer that was given, in the form's order. Files are shown as attachments, not here."""
    read = []
    for each in service.form.fields:
        value = answers.get(each.key)
        if value in (None, "", []) or each.kind is FieldKind.FILE:
            continue
        read.append(Answer(each.label.in_language(language), _lines(each, value, named, language)))
    return read


def _leaves(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
    for each in fields:
        value = answers.get(each.key)
        if each.kind is FieldKind.GROUP and isinstance(value, list):
            for row in value:
                if isinstance(row, dict):
                    yield from _leaves(each.fields, row)
        else:
            yield each, value


def _is_id(value: Any) -> bool:
    return str(value).isascii() and str(value).isdigit() and len(str(value)) <= 18


def _lines(each: Field, value: Any, named: Named, language: str) -> list[str]:
    if each.kind is FieldKind.GROUP and isinstance(value, list):
        return [_row(each, row, named, language) for row in value if isinstance(row, dict)]
    if each.kind is FieldKind.CHOICES and isinstance(value, list):
        return [_choice(each, one, language) for one in value]
    return [_word(each, value, named, language)]


def _row(group: Field, row: Mapping[str, Any], named: Named, language: str) -> str:
    parts = []
    for inner in group.fields:
        value = row.get(inner.key)
        if value not in (None, "", []):
            words_ = ", ".join(_lines(inner, value, named, language))
            parts.append(f"{inner.label.in_language(language)}: {words_}")
    return " · ".join(parts)


def _choice(each: Field, value: Any, language: str) -> str:
    return next((one.label.in_language(language) for one in each.choices if one.value == value), str(value))


def _word(each: Field, value: Any, named: Named, language: str) -> str:
    match each.kind:
        case FieldKind.CHOICE:
            return _choice(each, value, language)
        case FieldKind.YES_NO:
            return say(language, _("Ja") if value else _("Nei"))
        case FieldKind.PERSON:
            return named.persons.get(int(value), str(value)) if _is_id(value) else str(value)
        case FieldKind.ORG_UNIT:
            return named.org_units.get(int(value), str(value)) if _is_id(value) else str(value)
        case FieldKind.DATE | FieldKind.AMOUNT:
            return _figure(each.kind, str(value), language)
        case _:
            return str(value)


def _figure(kind: FieldKind, value: str, language: str) -> str:
    """A date or an amount in words; what cannot be read as one (an older form) is shown as it stands."""
    try:
        return (
            words.day(date.fromisoformat(value), language)
            if kind is FieldKind.DATE
            else words.money(Decimal(value), language)
        )
    except (ValueError, InvalidOperation):
        return value
