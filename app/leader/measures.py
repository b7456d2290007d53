"""GET and POST /leder/tiltak: a measure of one's own, with a day it is to be done by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current
from app.errors import FieldProblem, Invalid
from app.identity.me import Me, MeBriefly
from app.leader.sending import Form, do_once, form_of, read_sent
from app.tasks.measures import LONGEST_TITLE, LONGEST_WHY, NewMeasure, begin
from app.tasks.models import Consequence
from app.tasks.words import CONSEQUENCES
from app.web.i18n import _, language_of, say
from app.web.pages import render
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
    consequences: tuple[tuple[str, str], ...]
    longest: Mapping[str, int]
    form: Form


@router.get("", name="measure_form")
async def form(request: Request, me: Me) -> Response:
    return _page(request, {"consequence": Consequence.NOTICEABLE})


@router.post("", name="measure")
async def make(request: Request, me: MeBriefly, published: Current) -> Response:
    """Sent twice, it is one measure."""
    sent = await read_sent(request, *LABELS)

    async def begun(session: AsyncSession) -> str:
        await begin(session, published, _read(sent), by=me)
        return "/leder"

    try:
        await do_once(request, me, sent, begun)
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
    page = MeasurePage(
        consequences=tuple((each.value, say(language, text)) for each, text in CONSEQUENCES.items()),
        longest={"title": LONGEST_TITLE, "why": LONGEST_WHY},
        form=form_of(language, LABELS, sent, problem),
    )
    return render(request, "leader/measure.html", page, status=problem.status if problem else 200)
