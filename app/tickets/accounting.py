"""What the solution of a case must account for before the case may be solved: a line for each thing its service names."""

from __future__ import annotations

import re

from app.errors import FieldProblem, Invalid
from service_catalog.schema import Service


def check_accounted(service: Service, text: str, language: str) -> None:
    """Raises Invalid that names, in this language, what has no line of its own with something written on it."""
    missing = [
        each.in_language(language)
        for each in service.accounts_for
        if not any(
            re.search(rf"(?m)^{re.escape(title)}:[ \t]*\S", text) for title in (each.nb, each.nn, each.en)
        )
    ]
    if missing:
        told = (("what", "; ".join(missing)),)
        raise Invalid("request.invalid", fields=(FieldProblem("text", "field.unaccounted", told),))


def beginning_of(service: Service, language: str) -> str:
    """What the solution begins as: each thing it must account for, to be written after."""
    return "\n".join(f"{each.in_language(language)}: " for each in service.accounts_for)
