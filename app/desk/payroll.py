"""GET and POST /desk/lonnskjoringer: the runs of the payroll and their cut-offs, kept by Lønn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Form, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.database.session import Db, Sessions, transaction
from app.errors import FieldProblem, Invalid, Problem, refuse
from app.identity.me import Me, MeBriefly
from app.journeys import payroll
from app.journeys.payroll import Run, may_keep
from app.settings import Settings
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.problems import field_errors
from app.web.rooms import Room
from service_catalog.journey_schema import PayType

router = Room(include_in_schema=False, prefix="/desk/lonnskjoringer")
WHERE = "/desk/lonnskjoringer"
PAYS = {PayType.MONTHLY: _("Fastlønn"), PayType.HOURLY: _("Timelønn og variable tillegg")}
LABELS = {"pay": _("Slags lønn"), "pays_on": _("Utbetales"), "closes_on": _("Frist for å bli med")}


@dataclass(frozen=True)
class PayrollPage:
    runs: Sequence[Run]
    pays: Mapping[PayType, str]
    choices: tuple[tuple[str, str], ...]
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()


@router.get("", name="payroll_runs")
async def show(request: Request, me: Me, session: Db) -> Response:
    refuse(may_keep(me, _unit(request)))
    return await _page(request, session, {})


@router.post("", name="payroll_run")
async def keep(
    request: Request,
    me: MeBriefly,
    pay: Annotated[str, Form(max_length=20)] = "",
    pays_on: Annotated[str, Form(max_length=20)] = "",
    closes_on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """The same day again corrects its cut-off."""
    unit = _unit(request)
    refuse(may_keep(me, unit))
    sent = {"pay": pay, "pays_on": pays_on, "closes_on": closes_on}
    sessions: Sessions = request.app.state.sessions
    try:
        kind, pays, closes = _read(sent)
        async with transaction(sessions) as session:
            await payroll.keep(session, kind, pays, closes, by=me, unit=unit)
    except Invalid as problem:
        async with transaction(sessions) as session:
            return await _page(request, session, sent, problem)
    return RedirectResponse(WHERE, 303)


@router.post("/{run_id}/fjern", name="payroll_run_remove")
async def remove(
    request: Request, run_id: Annotated[int, Path(ge=1, lt=2**63)], me: Me, session: Db
) -> Response:
    await payroll.remove(session, run_id, by=me, unit=_unit(request))
    return RedirectResponse(WHERE, 303)


def _unit(request: Request) -> str:
    settings: Settings = request.app.state.settings
    return settings.payroll_unit


def _read(sent: Mapping[str, str]) -> tuple[PayType, date, date]:
    """Raises Invalid with every field that is wrong."""
    problems, days = [], {}
    for name in ("pays_on", "closes_on"):
        try:
            days[name] = date.fromisoformat(sent[name])
        except ValueError:
            problems.append(FieldProblem(name, "field.not_date" if sent[name] else "field.required"))
    if sent["pay"] not in set(PayType):
        problems.append(FieldProblem("pay", "field.not_a_choice"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    return PayType(sent["pay"]), days["pays_on"], days["closes_on"]


async def _page(
    request: Request, session: AsyncSession, sent: Mapping[str, str], problem: Problem | None = None
) -> Response:
    language = language_of(request)
    wrong = {each["field"]: each["detail"] for each in field_errors(problem, language)} if problem else {}
    pays = {pay: say(language, text) for pay, text in PAYS.items()}
    view = PayrollPage(
        runs=await payroll.runs(session),
        pays=pays,
        choices=tuple((pay.value, text) for pay, text in pays.items()),
        values=sent,
        wrong=wrong,
        errors=tuple(
            (name, f"{say(language, LABELS[name])}: {wrong[name]}") for name in LABELS if name in wrong
        ),
    )
    return render(request, "desk/payroll.html", view, status=problem.status if problem else 200)
