"""GET and POST /friske-oyne: four short questions to whoever is new, and to whoever leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.catalogue.published import Current
from app.database.session import Db, Sessions, transaction
from app.errors import Conflict, Invalid, Problem, refuse
from app.identity.actor import Actor
from app.identity.me import Me, MeBriefly
from app.journeys.asking import MARKS, QUESTIONS, Asked, answer, asked_of
from app.journeys.heard import Figure, heard, hears, reads_words
from app.journeys.models import Occasion
from app.settings import Settings
from app.web.forms import read_form
from app.web.i18n import _, language_of, say
from app.web.pages import render
from app.web.problem_texts import sentence_of
from app.web.problems import field_errors
from app.web.rooms import Room

router = Room(include_in_schema=False, prefix="/friske-oyne")
OCCASIONS = {
    Occasion.MONTH: _("Du har vært her i en måned"),
    Occasion.QUARTER: _("Du har vært her i tre måneder"),
    Occasion.LEAVING: _("Du slutter snart"),
}
HEARD = {
    Occasion.MONTH: _("Etter en måned"),
    Occasion.QUARTER: _("Etter tre måneder"),
    Occasion.LEAVING: _("De som slutter"),
}
LABELS = {
    "ready": _("Hvor godt var alt forberedt for deg?"),
    "surprised": _("Hva overrasket deg?"),
    "better": _("Hva bør bli bedre?"),
    "keep": _("Hva bør vi beholde?"),
}
WORDS = (_("Svært dårlig"), _("Dårlig"), _("Greit"), _("Godt"), _("Svært godt"))


@dataclass(frozen=True)
class FreshEyesPage:
    asked: Asked | None
    """What is to be answered now; None: nothing."""
    occasion: str
    labels: Mapping[str, str]
    marks: tuple[tuple[str, str], ...]
    thanked: bool
    sentence: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class HeardPage:
    occasions: tuple[tuple[str, Figure], ...]
    areas: tuple[tuple[str, Figure], ...]
    words: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]
    """By occasion: each question and what was answered, without a name."""
    reads_words: bool


@router.get("", name="fresh_eyes")
async def show(request: Request, me: Me, session: Db, takk: Annotated[bool, Query()] = False) -> Response:
    return await _page(request, session, me, {}, thanked=takk)


@router.get("/svar", name="fresh_eyes_heard")
async def read(request: Request, me: Me, session: Db, published: Current) -> Response:
    """Together, and never who: figures for leaders, and the words for HR."""
    settings: Settings = request.app.state.settings
    refuse(hears(me, settings.hr_unit))
    language = language_of(request)
    found = await heard(session, me, settings.hr_unit)
    areas = {each.key: each.title for each in published.catalogue.municipality.areas}
    view = HeardPage(
        occasions=tuple((say(language, HEARD[Occasion(each.name)]), each) for each in found.occasions),
        areas=tuple(
            (areas[each.name].in_language(language) if each.name in areas else each.name, each)
            for each in found.areas
        ),
        words=tuple(
            (
                say(language, HEARD[occasion]),
                tuple((say(language, LABELS[name]), said) for name, said in by_question.items() if said),
            )
            for occasion, by_question in found.words.items()
        ),
        reads_words=reads_words(me, settings.hr_unit),
    )
    return render(request, "portal/fresh_eyes_heard.html", view)


@router.post("/{asked_id}", name="fresh_eyes_answer")
async def send(request: Request, asked_id: Annotated[int, Path(ge=1, lt=2**63)], me: MeBriefly) -> Response:
    posted = await read_form(request)
    said = {name: str(posted.get(name) or "") for name in ("ready", *QUESTIONS)}
    sessions: Sessions = request.app.state.sessions
    try:
        async with transaction(sessions) as session:
            await answer(session, asked_id, said, by=me)
    except (Invalid, Conflict) as problem:
        async with transaction(sessions) as session:
            return await _page(request, session, me, said, problem=problem)
    return RedirectResponse("/friske-oyne?takk=1", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    me: Actor,
    said: Mapping[str, str],
    *,
    thanked: bool = False,
    problem: Problem | None = None,
) -> Response:
    language = language_of(request)
    found: Sequence[Asked] = await asked_of(session, me)
    asked = next((each for each in found if each.answered_at is None), None)
    wrong = {each["field"]: each["detail"] for each in field_errors(problem, language)} if problem else {}
    labels = {name: say(language, text) for name, text in LABELS.items()}
    sentence = sentence_of(problem.code, language) if problem and not problem.fields else None
    view = FreshEyesPage(
        asked=asked,
        occasion=say(language, OCCASIONS[asked.occasion]) if asked else "",
        labels=labels,
        marks=tuple(zip(MARKS, (say(language, word) for word in WORDS), strict=True)),
        thanked=thanked,
        sentence=sentence or "",
        values=said,
        wrong=wrong,
        errors=tuple((name, f"{labels[name]} {wrong[name]}") for name in LABELS if name in wrong),
    )
    return render(request, "portal/fresh_eyes.html", view, status=problem.status if problem else 200)
