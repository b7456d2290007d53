"""What a form asks, and whether the answers hold: the same for pages and API, without a database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date
from typing import Any

from service_catalog.answers import CLEANERS, Checking, is_missing
from service_catalog.schema import Condition, Field, FieldKind, Impact, Prefill, Service, Urgency

ID = re.compile(r"[A-Za-z0-9-]{1,64}")
REFERRING = (FieldKind.PERSON, FieldKind.ORG_UNIT, FieldKind.FILE)
MAX_ROWS = 30
MAX_UNKNOWN_TOLD = 20


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one answer: a path such as «people.0.name», and a code whose text is elsewhere."""

    field: str
    code: str
    params: Mapping[str, Any] = made_by(default_factory=dict)


@dataclass(frozen=True)
class References:
    """Ids that answers point at; as an argument: the ones that exist and that the asker may use."""

    persons: frozenset[str] = frozenset()
    org_units: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()


def fields_to_show(
    fields: tuple[Field, ...], answers: Mapping[str, Any], outer: Mapping[str, Any] | None = None
) -> list[Field]:
    """The fields whose conditions hold, in order. A field that hangs on a hidden field is hidden too.

    `outer` holds the answers outside the group, when the fields are those of one row.
    """
    shown: list[Field] = []
    seen: dict[str, Any] = dict(outer or {})
    for each in fields:
        if _holds(each.when, seen):
            shown.append(each)
            seen[each.key] = answers.get(each.key)
        else:
            seen.pop(each.key, None)
    return shown


def prefilled(service: Service, known: Mapping[Prefill, Any]) -> dict[str, Any]:
    """The answers a form begins with, from what is known about the person."""
    return {
        each.key: known[each.prefill]
        for each in service.form.fields
        if each.prefill is not None and known.get(each.prefill) is not None
    }


def references(service: Service, answers: Mapping[str, Any]) -> References:
    """Every id the answers point at, so that the caller can look them up before `validate_answers`."""
    found: dict[FieldKind, set[str]] = {
        FieldKind.PERSON: set(),
        FieldKind.ORG_UNIT: set(),
        FieldKind.FILE: set(),
    }
    for each, value in _leaves(service.form.fields, answers):
        if each.kind in found:
            values = value if isinstance(value, list) else [value]
            found[each.kind] |= {str(one) for one in values[:100] if _is_id(one)}
    return References(
        persons=frozenset(found[FieldKind.PERSON]),
        org_units=frozenset(found[FieldKind.ORG_UNIT]),
        files=frozenset(found[FieldKind.FILE]),
    )


def concerned(service: Service, answers: Mapping[str, Any]) -> int | None:
    """Whom clean answers say that the case is about; None when the form does not ask."""
    named = (answers.get(each.key) for each in service.form.fields if each.concerns)
    return next((int(one) for one in named if one is not None), None)


def validate_answers(
    service: Service, answers: Mapping[str, Any], *, known: References, today: date
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The answers in their one right form (JSON-able), and what is wrong with them.

    Hidden fields are dropped and unknown ones refused. Dates become ISO, amounts decimal strings with two
    decimals, ids text. An answer that is not given is left out.
    """
    return _validate(service.form.fields, answers, Checking(known, today), "", {})


def impact_and_urgency(service: Service, answers: Mapping[str, Any]) -> tuple[Impact, Urgency]:
    """The service's own; where the chosen answers say something, the strongest of what they say."""
    impacts: list[Impact] = []
    urgencies: list[Urgency] = []
    for each, value in _leaves(service.form.fields, answers):
        for choice in each.choices:
            if choice.value == value or (isinstance(value, list) and choice.value in value):
                impacts += [choice.impact] if choice.impact else []
                urgencies += [choice.urgency] if choice.urgency else []
    strongest_impact = max(impacts, key=list(Impact).index, default=service.impact)
    strongest_urgency = max(urgencies, key=list(Urgency).index, default=service.urgency)
    return strongest_impact, strongest_urgency


def price_nok(service: Service, answers: Mapping[str, Any]) -> int | None:
    """What these (validated) answers cost in kroner; None when somebody must look first."""
    price = service.price
    each = price.amount_nok
    if price.by_choice is not None:
        chosen = answers.get(price.by_choice.field)
        values = chosen if isinstance(chosen, list) else [chosen]
        amounts = [price.by_choice.amounts_nok.get(str(value)) for value in values if value is not None]
        if not amounts or None in amounts:
            return None
        each = sum(amount for amount in amounts if amount is not None)
    if each is None:
        return None
    times = answers.get(price.times, 1) if price.times else 1
    return each * times if isinstance(times, int) else None


def parse_form(
    service: Service, pairs: Iterable[tuple[str, Any]], prefix: str = "answers."
) -> dict[str, Any]:
    """The fields of an HTML form, named «answers.equipment» or «answers.people.0.name», as nested answers.

    Names without the prefix belong to others and are passed by, and so are values that are not text (raw
    uploads). Blank rows are left out. What no field knows is kept, so that `validate_answers` refuses it.
    """
    by_key = {each.key: each for each in service.form.fields}
    answers: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in pairs:
        if not name.startswith(prefix) or not isinstance(value, str):
            continue
        key, _, rest = name.removeprefix(prefix).partition(".")
        each = by_key.get(key)
        if each is None or not rest or each.kind is not FieldKind.GROUP:
            _put(answers, each if not rest else None, key if not rest else f"{key}.{rest}", value)
            continue
        index, _, inner_key = rest.partition(".")
        if not (index.isascii() and index.isdigit() and len(index) <= 3):
            answers[f"{key}.{rest}"] = value
            continue
        inner = next((one for one in each.fields if one.key == inner_key), None)
        _put(rows.setdefault(key, {}).setdefault(int(index), {}), inner, inner_key, value)
    for key, numbered in rows.items():
        answers[key] = [row for _, row in sorted(numbered.items()) if not all(map(is_missing, row.values()))]
    return answers


def _put(into: dict[str, Any], each: Field | None, key: str, value: str) -> None:
    if each is not None and each.kind in (FieldKind.CHOICES, FieldKind.FILE):
        into.setdefault(key, [])
        into[key] += [value] if value.strip() else []
    elif each is not None and each.kind is FieldKind.YES_NO:
        into[key] = {"yes": True, "true": True, "on": True, "no": False, "false": False}.get(value, value)
    else:
        into[key] = value


def _holds(condition: Condition | None, seen: Mapping[str, Any]) -> bool:
    if condition is None:
        return True
    value = seen.get(condition.field)
    values = value if isinstance(value, list) else [value]
    words = {True: "yes", False: "no"}
    return any((words[one] if isinstance(one, bool) else one) in condition.wanted for one in values)


def _is_id(value: Any) -> bool:
    """What may be asked of a database: an unsound id is left out, and is then «not_found» like any other."""
    if isinstance(value, str):
        return bool(ID.fullmatch(value))
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18


def _leaves(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> Iterable[tuple[Field, Any]]:
    """Each shown field that is answered, those of every row too."""
    for each in fields_to_show(fields, answers):
        value = answers.get(each.key)
        if each.kind is not FieldKind.GROUP:
            yield each, value
        elif isinstance(value, list):
            for row in value[:MAX_ROWS]:
                if isinstance(row, Mapping):
                    shown = fields_to_show(each.fields, row, answers)
                    yield from ((inner, row.get(inner.key)) for inner in shown)


def _validate(
    fields: tuple[Field, ...],
    answers: Mapping[str, Any],
    checking: Checking,
    path: str,
    outer: Mapping[str, Any],
) -> tuple[dict[str, Any], list[FieldProblem]]:
    cleaned: dict[str, Any] = {}
    problems = _unknown(fields, answers, path)
    seen = dict(outer)
    for each in fields:
        # Cleared first, so that a row never leans on a field outside that has its own name.
        seen.pop(each.key, None)
        if not _holds(each.when, seen):
            continue
        value = answers.get(each.key)
        if is_missing(value):
            if each.required or (each.kind is FieldKind.GROUP and each.min):
                problems.append(FieldProblem(path + each.key, "required"))
            continue
        if each.kind is FieldKind.GROUP:
            clean, wrong = _rows(each, value, checking, path + each.key, seen)
        else:
            clean, complaint = CLEANERS[each.kind](each, value, checking)
            wrong = [FieldProblem(path + each.key, *complaint)] if complaint else []
        problems += wrong
        if not wrong and not is_missing(clean):
            cleaned[each.key] = seen[each.key] = clean
        elif not wrong and each.required:
            problems.append(FieldProblem(path + each.key, "required"))
    return cleaned, problems


def _rows(
    group: Field, value: Any, checking: Checking, path: str, outer: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[FieldProblem]]:
    if not isinstance(value, list):
        return [], [FieldProblem(path, "wrong_type", {"expected": "list"})]
    most = group.max if group.max is not None else MAX_ROWS
    if len(value) > most:
        return [], [FieldProblem(path, "too_many", {"max": most})]
    if len(value) < (group.min or 0):
        return [], [FieldProblem(path, "too_few", {"min": group.min})]
    rows: list[dict[str, Any]] = []
    problems: list[FieldProblem] = []
    for index, row in enumerate(value):
        if not isinstance(row, Mapping):
            problems.append(FieldProblem(f"{path}.{index}", "wrong_type", {"expected": "object"}))
            continue
        clean, wrong = _validate(group.fields, row, checking, f"{path}.{index}.", outer)
        rows.append(clean)
        problems += wrong
    return rows, problems


def _unknown(fields: tuple[Field, ...], answers: Mapping[str, Any], path: str) -> list[FieldProblem]:
    known = {each.key for each in fields}
    strangers = [str(key) for key in answers if key not in known][:MAX_UNKNOWN_TOLD]
    # A stranger's name goes back in the answer: never longer than a name is, never a lone surrogate.
    safe = [name[:60].encode("utf-8", "replace").decode("utf-8") for name in strangers]
    return [FieldProblem(path + name, "unknown_field") for name in safe]
