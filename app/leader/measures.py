"""GET and POST /leder/tiltak: a measure of one's own, with a day it is to be done by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current
from app.database.session import Sessions, transaction
from app.errors import FieldProblem, Invalid
from app.identity.me import Me, MeBriefly
from app.tasks.measures import LONGEST_TITLE, LONGEST_WHY, NewMeasure, begin
from app.tasks.models import Consequence
from app.tasks.words import CONSEQUENCES
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.idempotency import new_key, once_for
from app.web.pages import render
from app.web.problems import field_errors
from app.web.refusals import record_refusal
from app.web.rooms import Room

router = Room(include_in_schema=False, prefix="/leder/tiltak")
LABELS = {
    "title": _("Hva skal gjøres?"),
    "why": _("Hvorfor?"),
    "due_on": _("Frist"),
    "consequence": _("Hva skjer om det ikke blir gjort?"),
}


@dataclass(frozen=True)
class MeasurePage:
    labels: Mapping[str, str]
    consequences: tuple[tuple[str, str], ...]
    longest: Mapping[str, int]
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()


@router.get("", name="measure_form")
async def form(request: Request, me: Me) -> Response:
    return _page(request, {"consequence": Consequence.NOTICEABLE})


@router.post("", name="measure")
async def make(request: Request, me: MeBriefly, published: Current) -> Response:
    """Sent twice, it is one measure."""
    posted = await read_form(request)
    sent = {name: str(posted.get(name) or "") for name in (*LABELS, "idempotency_key")}
    sessions: Sessions = request.app.state.sessions
    try:
        new = _read(sent)
        async with transaction(sessions) as session:
            body = repr(sorted(sent.items())).encode()
            once = once_for(session, me, route="POST /leder/tiltak", key=sent["idempotency_key"], body=body)
            if await once.begin() is None:
                await begin(session, published, new, by=me)
                await once.finish(status=303, location="/leder")
    except Invalid as problem:
        await record_refusal(request, problem)
        return _page(request, sent, problem)
    return RedirectResponse("/leder", 303)


def _read(sent: Mapping[str, str]) -> NewMeasure:
    """Raises Invalid with every field that cannot be read."""
    wrong = []
    due_on = date.max
    try:
        due_on = date.fromisoformat(sent["due_on"])
    except ValueError:
        wrong.append(FieldProblem("due_on", "field.not_date" if sent["due_on"] else "field.required"))
    if sent["consequence"] not in set(Consequence):
        wrong.append(FieldProblem("consequence", "field.not_choice"))
    if not sent["title"].strip():
        wrong.append(FieldProblem("title", "field.required"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return NewMeasure(sent["title"], sent["why"], due_on, Consequence(sent["consequence"]))


def _page(request: Request, sent: Mapping[str, str], problem: Invalid | None = None) -> Response:
    language = language_of(request)
    labels = {name: say(language, text) for name, text in LABELS.items()}
    wrong = {each["field"]: each["detail"] for each in field_errors(problem, language)} if problem else {}
    page = MeasurePage(
        labels=labels,
        consequences=tuple((each.value, say(language, text)) for each, text in CONSEQUENCES.items()),
        longest={"title": LONGEST_TITLE, "why": LONGEST_WHY},
        key=sent.get("idempotency_key") or new_key(),
        values=sent,
        wrong=wrong,
        errors=tuple((name, f"{labels[name]}: {wrong[name]}") for name in LABELS if name in wrong),
    )
    return render(request, "leader/measure.html", page, status=problem.status if problem else 200)
