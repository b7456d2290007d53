"""One answer at a time: from what was sent to its one right form, or a code that says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from service_catalog.schema import Field, FieldKind

TEXT_LENGTH = 200
LONG_TEXT_LENGTH = 5_000
LARGEST = 1_000_000_000
FILES = 5

Complaint = tuple[str, dict[str, Any]] | None
Cleaned = tuple[Any, Complaint]

UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
WHOLE = re.compile(r"-?[0-9]{1,18}")
DATES = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})"),
)
AMOUNT = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,2})?")


class KnownIds(Protocol):
    @property
    def persons(self) -> frozenset[str]: ...
    @property
    def org_units(self) -> frozenset[str]: ...
    @property
    def files(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Checking:
    """What an answer is held against."""

    known: KnownIds
    today: date


def is_missing(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _wrong_type(expected: str) -> Cleaned:
    return None, ("wrong_type", {"expected": expected})


def _text(field: Field, value: Any, _: Checking) -> Cleaned:
    if not isinstance(value, str):
        return _wrong_type("text")
    longest = field.max or (LONG_TEXT_LENGTH if field.kind is FieldKind.LONG_TEXT else TEXT_LENGTH)
    # Before anything is done with it: normalising a very long text costs.
    if len(value) > longest * 2 + 1_000:
        return None, ("too_long", {"max": longest})
    if UNWANTED.search(value):
        return None, ("not_allowed_characters", {})
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if field.kind is FieldKind.TEXT:
        text = SPACES.sub(" ", text)
    if len(text) > longest:
        return None, ("too_long", {"max": longest})
    if field.min is not None and text and len(text) < field.min:
        return None, ("too_short", {"min": field.min})
    return text, None


def _choice(field: Field, value: Any, _: Checking) -> Cleaned:
    if not isinstance(value, str):
        return _wrong_type("text")
    if value not in {choice.value for choice in field.choices}:
        return None, ("not_a_choice", {})
    return value, None


def _choices(field: Field, value: Any, _: Checking) -> Cleaned:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        return _wrong_type("list")
    offered = [choice.value for choice in field.choices]
    chosen = set(values)
    if not chosen <= set(offered):
        return None, ("not_a_choice", {})
    return _counted(field, [one for one in offered if one in chosen], len(offered))


def _counted(field: Field, values: list[str], most: int) -> Cleaned:
    most = field.max if field.max is not None else most
    if len(values) > most:
        return None, ("too_many", {"max": most})
    if field.min is not None and len(values) < field.min:
        return None, ("too_few", {"min": field.min})
    return values, None


def _id(value: Any, known: frozenset[str]) -> Cleaned:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return _wrong_type("id")
    found = str(value).strip() if isinstance(value, str) or abs(value) < 10**18 else ""
    return (found, None) if found in known else (None, ("not_found", {}))


def _person(_: Field, value: Any, checking: Checking) -> Cleaned:
    return _id(value, checking.known.persons)


def _org_unit(_: Field, value: Any, checking: Checking) -> Cleaned:
    return _id(value, checking.known.org_units)


def _files(field: Field, value: Any, checking: Checking) -> Cleaned:
    values = value if isinstance(value, list) else [value]
    if len(values) > (field.max or FILES):
        return None, ("too_many", {"max": field.max or FILES})
    found: list[str] = []
    for one in values:
        key, complaint = _id(one, checking.known.files)
        if complaint:
            return None, complaint
        found.append(key)
    return _counted(field, list(dict.fromkeys(found)), FILES)


def _date(field: Field, value: Any, checking: Checking) -> Cleaned:
    """ISO, or as people write it: 24.12.2026."""
    if not isinstance(value, str):
        return _wrong_type("date")
    day = _read_date(value.strip())
    if day is None or not 1900 <= day.year <= 2200:
        return None, ("not_a_date", {})
    for limit, code in ((field.min, "date_too_early"), (field.max, "date_too_late")):
        if limit is None:
            continue
        edge = checking.today + timedelta(days=limit)
        if (day < edge) if code == "date_too_early" else (day > edge):
            return None, (code, {"limit": edge.isoformat()})
    return day.isoformat(), None


def _read_date(text: str) -> date | None:
    for pattern in DATES:
        found = pattern.fullmatch(text)
        if found:
            try:
                return date(*(int(found[part]) for part in ("year", "month", "day")))
            except ValueError:
                return None
    return None


def _number(field: Field, value: Any, _: Checking) -> Cleaned:
    if isinstance(value, str):
        digits = SPACES.sub("", value) if len(value) < 40 else value
        if not WHOLE.fullmatch(digits):
            return None, ("not_a_number", {})
        value = int(digits)
    if isinstance(value, bool) or not isinstance(value, int):
        return _wrong_type("number")
    least = field.min if field.min is not None else -LARGEST
    return _between(value, value, least, field.max)


def _amount(field: Field, value: Any, _: Checking) -> Cleaned:
    """Kroner, as «1250», «1 250,50» or «1250.50»; never a float."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return _wrong_type("amount")
    if isinstance(value, int):
        value = str(value) if abs(value) <= 10**15 else "9" * 15
    text = SPACES.sub("", value) if len(value) < 60 else ""
    if not AMOUNT.fullmatch(text):
        return None, ("not_an_amount", {})
    amount = Decimal(text.replace(",", "."))
    return _between(amount, format(amount, ".2f"), field.min or 0, field.max)


def _between(value: int | Decimal, clean: Any, least: int, most: int | None) -> Cleaned:
    most = most if most is not None else LARGEST
    if value < least:
        return None, ("too_small", {"min": least})
    if value > most:
        return None, ("too_large", {"max": most})
    return clean, None


def _yes_no(_: Field, value: Any, __: Checking) -> Cleaned:
    return (value, None) if isinstance(value, bool) else _wrong_type("boolean")


CLEANERS: dict[FieldKind, Callable[[Field, Any, Checking], Cleaned]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.PERSON: _person,
    FieldKind.ORG_UNIT: _org_unit,
    FieldKind.DATE: _date,
    FieldKind.NUMBER: _number,
    FieldKind.AMOUNT: _amount,
    FieldKind.FILE: _files,
    FieldKind.YES_NO: _yes_no,
}
