"""A text under judgement as a page shows it: its sentences, what may tell who somebody is, and what is cut so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.people.models import Person
from app.privacy.judging import Verdict, cuts_of
from app.privacy.models import Judged, Outcome
from app.privacy.redaction import Cut, Part, parts, pieces, possible_names, telling
from service_catalog.processing import Law

MOST_PASSAGES = 50


@dataclass(frozen=True)
class PieceView:
    start: int
    end: int
    text: str
    is_cut: bool
    kind: str = ""


@dataclass(frozen=True)
class JudgedView:
    """What stands in the form of one text; a file has none."""

    is_text: bool
    pieces: tuple[PieceView, ...]
    telling: tuple[PieceView, ...]
    parts: tuple[Part, ...]
    outcome: str
    ground: str
    is_cut: bool


async def judged_view(session: AsyncSession, item: Judged, text: str | None) -> JudgedView:
    cuts = cuts_of(item)
    words = text or ""
    names = await _known_names(session, words)
    return JudgedView(
        is_text=text is not None,
        pieces=tuple(
            PieceView(p.start, p.end, words[p.start : p.end], _is_cut(p.start, p.end, cuts))
            for p in pieces(words)
        ),
        telling=tuple(
            PieceView(t.start, t.end, words[t.start : t.end], _is_cut(t.start, t.end, cuts), t.kind)
            for t in telling(words, names)
        ),
        parts=tuple(parts(words, cuts)),
        outcome=item.outcome.value if item.outcome else "",
        ground=item.ground or "",
        is_cut=bool(cuts),
    )


def _is_cut(start: int, end: int, cuts: Sequence[Cut]) -> bool:
    return any(cut.start <= start and end <= cut.end for cut in cuts)


async def _known_names(session: AsyncSession, text: str) -> list[str]:
    """Names of people of the house that stand in the text: one query, or none."""
    possible = possible_names(text)
    if not possible:
        return []
    return list(
        await session.scalars(select(Person.name).where(Person.name.in_(sorted(possible))).distinct())
    )


def options(grounds: Mapping[str, Law], language: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, f"{law.paragraph}: {law.says.in_language(language)}") for key, law in grounds.items())


def read_verdict(form: FormData) -> Verdict:
    """What a form of `_judging.html` sends; places that are no numbers are left out and change nothing."""
    outcome = Outcome.WITHHOLD if form.get("utfall") == Outcome.WITHHOLD.value else Outcome.GIVE
    places = tuple(place for each in form.getlist("sted") if (place := _place(each)) is not None)
    passages = tuple(str(form.get("passasjer") or "").splitlines())[:MOST_PASSAGES]
    is_given = outcome is Outcome.GIVE
    return Verdict(
        outcome=outcome,
        ground=str(form.get("grunn") or ""),
        places=places if is_given else (),
        passages=passages if is_given else (),
    )


def _place(written: object) -> tuple[int, int] | None:
    start, _, end = str(written).partition("-")
    if not (start.isascii() and end.isascii() and start.isdecimal() and end.isdecimal()):
        return None
    return (int(start), int(end)) if len(start) < 9 and len(end) < 9 else None
