"""Answers to a service's form, checked against the form and against what exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import FieldProblem
from app.identity.actor import Actor
from app.people.models import OrgUnit, Person
from app.tickets.models import Attachment
from service_catalog import forms
from service_catalog.schema import FieldKind, Impact, Service, Urgency
from sla.zone import day_of


@dataclass(frozen=True)
class Answered:
    """Clean answers and what follows from them."""

    answers: dict[str, Any]
    description: str
    """What was written in the form's long texts, in order."""
    file_ids: tuple[int, ...]
    impact: Impact
    urgency: Urgency
    price: int | None
    """NOK; None when somebody must look first."""
    problems: tuple[FieldProblem, ...]


async def check_answers(
    session: AsyncSession,
    service: Service,
    answers: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    about: int | None = None,
) -> Answered:
    """Every answer in its one right form; `problems` names what is wrong, under «answers.»."""
    known = await _known(session, forms.references(service, answers), by=by, about=about)
    clean, wrong = forms.validate_answers(service, answers, known=known, today=day_of(at))
    impact, urgency = forms.impact_and_urgency(service, clean)
    return Answered(
        answers=clean,
        description="\n\n".join(_long_texts(service, clean)),
        file_ids=tuple(int(file) for file in sorted(forms.references(service, clean).files)),
        impact=impact,
        urgency=urgency,
        price=forms.price_nok(service, clean),
        problems=tuple(
            FieldProblem(
                f"answers.{problem.field}",
                f"field.{problem.code}",
                tuple((name, str(value)) for name, value in problem.params.items()),
            )
            for problem in wrong
        ),
    )


async def _known(
    session: AsyncSession, asked: forms.References, *, by: Actor, about: int | None
) -> forms.References:
    """Those of the ids that exist and that this actor may point at, in one query or none."""

    def text_id(column: Any) -> Any:
        return cast(column, String)

    queries = []
    if asked.persons:
        # A shielded person is found by nobody but themselves; the number must not tell that they exist. Whom a rule
        # of ours opens a case about, it knows.
        found = (
            text_id(Person.id).in_(sorted(asked.persons)),
            Person.active,
            or_(~Person.shielded, Person.id.in_([by.person_id, about])),
        )
        queries.append(select(literal("person"), text_id(Person.id)).where(*found))
    if asked.org_units:
        there = text_id(OrgUnit.id).in_(sorted(asked.org_units))
        queries.append(select(literal("org_unit"), text_id(OrgUnit.id)).where(there))
    if asked.files:
        mine = (text_id(Attachment.id).in_(sorted(asked.files)), Attachment.uploaded_by_id == by.person_id)
        queries.append(
            select(literal("file"), text_id(Attachment.id)).where(*mine, Attachment.ticket_id.is_(None))
        )
    if not queries:
        return forms.References()
    found_ids: dict[str, set[str]] = {"person": set(), "org_unit": set(), "file": set()}
    for kind, found_id in await session.execute(union_all(*queries)):
        found_ids[kind].add(found_id)
    return forms.References(
        persons=frozenset(found_ids["person"]),
        org_units=frozenset(found_ids["org_unit"]),
        files=frozenset(found_ids["file"]),
    )


def _long_texts(service: Service, answers: dict[str, Any]) -> list[str]:
    written = (answers.get(field.key) for field in service.form.fields if field.kind is FieldKind.LONG_TEXT)
    return [text for text in written if isinstance(text, str)]
