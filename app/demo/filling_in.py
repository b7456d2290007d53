"""Answers to a service's form, as the asker would give them; they hold under the form's own rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from app.demo.slots import MONTHS
from app.demo.writing import Writer
from service_catalog.forms import fields_to_show
from service_catalog.schema import Choice, Field, FieldKind, Impact, Prefill, Service, Urgency

OPTIONAL_SHARE = 0.45
SELDOM = {Urgency.HIGH: 0.12, Urgency.LOW: 0.5, Urgency.NORMAL: 1.0}
WIDE = {Impact.MANY: 0.04, Impact.SEVERAL: 0.2, Impact.ONE: 1.0}


@dataclass(frozen=True, slots=True)
class Asker:
    """What a form is prefilled with."""

    person_id: int
    org_unit_id: int
    phone: str
    colleague_ids: list[int]


@dataclass
class Answering:
    """One form being filled in."""

    random: Random
    writer: Writer
    asker: Asker
    on: date
    told: list[str]
    """What was written in long texts, in order: the ticket's description."""


def fill_in(service: Service, answering: Answering) -> dict[str, Any]:
    """The answers; `answering.told` then holds the description."""
    answers: dict[str, Any] = {}
    _fill(service.form.fields, answering, answers)
    return answers


def _fill(fields: tuple[Field, ...], answering: Answering, answers: dict[str, Any]) -> None:
    for field in fields:
        if field.when is None or any(shown is field for shown in fields_to_show(fields, answers)):
            _answer(field, answering, answers)


def _answer(field: Field, answering: Answering, into: dict[str, Any]) -> None:
    if field.kind is FieldKind.FILE or not _gives(field, answering):
        return
    value = DRAW[field.kind](field, answering)
    if value not in (None, "", []):
        into[field.key] = value


def _gives(field: Field, answering: Answering) -> bool:
    if field.required or field.prefill or (field.kind is FieldKind.LONG_TEXT and not answering.told):
        return True
    return answering.random.random() < OPTIONAL_SHARE


def _text(field: Field, answering: Answering) -> str:
    slots, key = answering.writer.slots, field.key
    if "phone" in key:
        value = answering.asker.phone
    elif "month" in key:
        value = f"{MONTHS[answering.on.month - 1]} {answering.on.year}"
    elif "asset" in key:
        value = slots["asset"]
    elif "name" in key:
        value = slots["name"]
    elif "room" in key:
        value = slots["room"]
    elif "system" in key or "program" in key:
        value = slots["system"]
    elif any(word in key for word in ("invoice", "number", "case", "card", "reference")):
        value = slots["invoice"]
    elif "ansvar" in key:
        value = slots["ansvar"]
    elif "tjeneste" in key:
        value = slots["tjeneste"]
    elif any(word in key for word in ("vendor", "supplier", "company", "sender")):
        value = slots["vendor"]
    else:
        value = answering.writer.slots.fill(
            answering.random.choice(("se beskrivelsen", "som sist", "{item}", "{room}", "{place}"))
        )
    value = value[: field.max or 200].strip()
    return value if len(value) >= (field.min or 0) else value.ljust(field.min or 0, ".")


def _long_text(field: Field, answering: Answering) -> str:
    writer = answering.writer
    text = writer.description() if not answering.told else writer.detail()
    if field.required and not text:
        text = writer.answer()
    text = text[: field.max or 5_000].strip()
    if text:
        answering.told.append(text)
    return text


def _weight(choice: Choice) -> float:
    weight = SELDOM[choice.urgency] if choice.urgency else 1.0
    return weight * (WIDE[choice.impact] if choice.impact else 1.0)


def _choice(field: Field, answering: Answering) -> str:
    choices = field.choices
    if any(choice.urgency or choice.impact for choice in choices):
        return answering.random.choices(choices, [_weight(choice) for choice in choices])[0].value
    return answering.random.choice(choices).value


def _choices(field: Field, answering: Answering) -> list[str]:
    least, most = max(field.min or 1, 1), min(field.max or 2, len(field.choices), 2)
    count = answering.random.randint(least, max(least, most))
    picked = set(answering.random.sample(range(len(field.choices)), count))
    chosen = [choice for index, choice in enumerate(field.choices) if index in picked]
    if answering.writer.service.price.by_choice:
        answering.writer.ordering(" og ".join(choice.label.nb for choice in chosen))
    return [choice.value for choice in chosen]


def _person(field: Field, answering: Answering) -> str:
    asker = answering.asker
    if field.prefill is Prefill.ME and answering.random.random() < 0.7:
        return str(asker.person_id)
    return str(answering.random.choice(asker.colleague_ids))


def _org_unit(_: Field, answering: Answering) -> str:
    return str(answering.asker.org_unit_id)


def _date(field: Field, answering: Answering) -> str:
    first = field.min if field.min is not None else (min(1, field.max) if field.max is not None else 1)
    last = field.max if field.max is not None else first + 45
    return (
        answering.on + timedelta(days=answering.random.randint(first, max(first, min(last, first + 45))))
    ).isoformat()


def _number(field: Field, answering: Answering) -> int:
    least = field.min or 1
    most = min(field.max or 12, max(least, 12))
    return min(
        answering.random.randint(least, max(least, most)),
        max(least, int(answering.random.expovariate(0.5)) + least),
    )


def _amount(field: Field, answering: Answering) -> str:
    least = field.min or 0
    amount = least + int(answering.random.lognormvariate(7.5, 1.2))
    return f"{min(amount, field.max or 900_000)}.00"


def _yes_no(_: Field, answering: Answering) -> bool:
    return answering.random.random() < 0.4


def _group(field: Field, answering: Answering) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for _ in range(max(1, field.min or 1)):
        row: dict[str, Any] = {}
        _fill(field.fields, answering, row)
        if row:
            rows.append(row)
    return rows


DRAW: dict[FieldKind, Callable[[Field, Answering], Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.PERSON: _person,
    FieldKind.ORG_UNIT: _org_unit,
    FieldKind.DATE: _date,
    FieldKind.NUMBER: _number,
    FieldKind.AMOUNT: _amount,
    FieldKind.YES_NO: _yes_no,
    FieldKind.GROUP: _group,
}
