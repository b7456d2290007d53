"""What newcomers and leavers have answered, together: figures for leaders, and the words without a name for HR.

No figure is told of fewer than five answers, and no words before there are five. Words come in an order that says
nothing of when, and with neither name, place nor day: whoever reads them is to learn, not to find out who wrote them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Refusal
from app.identity.actor import Actor
from app.journeys.asking import QUESTIONS
from app.journeys.models import FreshEyes, JourneyRow, Occasion
from app.journeys.policy import led_by
from app.people.models import Engagement, OrgUnit

ENOUGH = 5
LATELY = timedelta(days=365)
GOOD = 4
"""This mark and the one above say that it was ready."""
MOST = 2000


@dataclass(frozen=True)
class Figure:
    """Of one occasion, or one area. Told only when nobody is found by it."""

    name: str
    asked: int
    answered: int
    good: int

    @property
    def is_told(self) -> bool:
        return self.answered >= ENOUGH

    @property
    def good_percent(self) -> int:
        return round(100 * self.good / self.answered) if self.answered else 0


@dataclass(frozen=True)
class Heard:
    occasions: tuple[Figure, ...]
    areas: tuple[Figure, ...]
    """By area, in order; empty where those that cannot be told would be found by subtraction."""
    words: Mapping[Occasion, Mapping[str, tuple[str, ...]]]
    """By occasion and question; nothing for whoever reads figures only."""


def hears(actor: Actor, hr_unit: str) -> Refusal | None:
    """HR hears all, a leader of those below them."""
    return None if actor.is_leader or actor.works_in(hr_unit) else Refusal("fresh_eyes.not_yours")


def reads_words(actor: Actor, hr_unit: str) -> bool:
    return actor.works_in(hr_unit)


async def heard(session: AsyncSession, actor: Actor, hr_unit: str) -> Heard:
    """Of the last year, in two queries."""
    whose: ColumnElement[bool] = true() if reads_words(actor, hr_unit) else led_by(actor)
    query = (
        select(FreshEyes.occasion, OrgUnit.area, FreshEyes.ready)
        .join(JourneyRow, JourneyRow.id == FreshEyes.journey_id)
        .join(Engagement, Engagement.id == JourneyRow.engagement_id)
        .join(OrgUnit, OrgUnit.id == Engagement.org_unit_id)
        .where(
            whose,
            FreshEyes.asked_at > func.clock_timestamp() - LATELY,
            FreshEyes.person_id != (actor.person_id or 0),
        )
    )
    rows = (await session.execute(query)).all()
    occasions = [_figure(each.value, (row for row in rows if row.occasion is each)) for each in Occasion]
    areas = [
        _figure(area, (row for row in rows if row.area == area))
        for area in sorted({row.area for row in rows})
    ]
    told = {Occasion(each.name) for each in occasions if each.is_told}
    words = await _words(session, told) if reads_words(actor, hr_unit) and told else {}
    return Heard(tuple(occasions), _safe(areas), words)


def _figure(name: str, rows: Iterable[Row[Occasion, str, int | None]]) -> Figure:
    found = list(rows)
    marks = [row.ready for row in found if row.ready is not None]
    return Figure(name, len(found), len(marks), sum(mark >= GOOD for mark in marks))


def _safe(areas: Sequence[Figure]) -> tuple[Figure, ...]:
    """Those that are told; none when what is left of the sum would be one to four people."""
    hidden = sum(each.answered for each in areas if not each.is_told)
    return tuple(each for each in areas if each.is_told) if hidden == 0 or hidden >= ENOUGH else ()


async def _words(
    session: AsyncSession, occasions: set[Occasion]
) -> dict[Occasion, dict[str, tuple[str, ...]]]:
    columns = [getattr(FreshEyes, name) for name in QUESTIONS]
    query = (
        select(FreshEyes.occasion, *columns)
        .where(
            FreshEyes.occasion.in_(sorted(occasions)),
            FreshEyes.answered_at > func.clock_timestamp() - LATELY,
        )
        .limit(MOST)
    )
    rows = (await session.execute(query)).all()
    return {
        occasion: {
            # By the alphabet: the order must not tell which answers are of the same person, or when they came.
            name: tuple(sorted({getattr(row, name) for row in rows if row.occasion is occasion} - {""}))
            for name in QUESTIONS
        }
        for occasion in Occasion
        if occasion in occasions
    }
