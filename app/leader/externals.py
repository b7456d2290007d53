"""GET and POST /leder/eksterne: the consultants and hired-in one answers for, until when, and letting them go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Form, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current, Published
from app.database.session import Db, Sessions, transaction
from app.errors import FieldProblem, Invalid, Problem, refuse
from app.feed.externals import External, externals_of, may_see, set_last_day
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.people.models import CONSULTANT, HIRED_IN
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.problems import field_errors
from app.web.rooms import Room

router = Room(include_in_schema=False, prefix="/leder/eksterne")
KINDS = {CONSULTANT: _("Ekstern konsulent"), HIRED_IN: _("Innleid")}
LABELS = {"last_day": _("Ny siste dag"), "contract": _("Ny avtale eller kontrakt")}


@dataclass(frozen=True)
class ExternalsPage:
    """`tried`: whose form was wrong, with what was written and a sentence for each field."""

    rows: Sequence[External]
    kinds: Mapping[str, str]
    grounds: Mapping[str, str]
    """Title and paragraph, by the ground's key."""
    saved: int
    tried: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()


@router.get("", name="externals")
async def show(request: Request, me: Me, session: Db, published: Current, lagret: int = 0) -> Response:
    refuse(may_see(me))
    return await _page(request, session, me, published, saved=lagret)


@router.post("/{engagement_id}", name="external_last_day")
async def change(
    request: Request,
    engagement_id: Annotated[int, Path(ge=1, lt=2**63)],
    me: MeBriefly,
    published: Current,
    last_day: Annotated[str, Form(max_length=20)] = "",
    contract: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await set_last_day(session, engagement_id, _day(last_day), contract, by=me)
    except Invalid as problem:
        values = {"last_day": last_day, "contract": contract}
        async with transaction(sessions) as session:
            return await _page(
                request, session, me, published, tried=engagement_id, values=values, problem=problem
            )
    return RedirectResponse(f"/leder/eksterne?lagret={engagement_id}#ekstern-{engagement_id}", 303)


def _day(written: str) -> date | None:
    """Raises Invalid for what is no day."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Invalid("request.invalid", fields=(FieldProblem("last_day", "field.not_date"),)) from None


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    published: Published,
    *,
    saved: int = 0,
    tried: int = 0,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    language = language_of(request)
    wrong = {each["field"]: each["detail"] for each in field_errors(problem, language)} if problem else {}
    view = ExternalsPage(
        rows=await externals_of(session, me),
        kinds={kind: say(language, text) for kind, text in KINDS.items()},
        grounds={
            key: f"{ground.title.in_language(language)} ({ground.paragraph})"
            for key, ground in published.catalogue.grounds.items()
        },
        saved=saved,
        tried=tried,
        values=values or {},
        wrong=wrong,
        errors=tuple(
            (f"{name}-{tried}", f"{say(language, LABELS[name])}: {wrong[name]}")
            for name in LABELS
            if name in wrong
        ),
    )
    return render(request, "leader/externals.html", view, status=problem.status if problem else 200)
