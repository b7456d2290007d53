"""Measures: what a leader has decided to do by a day, after a survey, a deviation or a talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.errors import FieldProblem, Invalid
from app.events.log import database_now
from app.identity.actor import Actor
from app.identity.hashing import new_token
from app.masking.hiding import hide
from app.tasks.actions import FURTHEST, NewTask, place
from app.tasks.models import Consequence, Kind
from service_catalog.schema import Confidentiality

LONGEST_TITLE, LONGEST_WHY = 120, 500


@dataclass(frozen=True)
class NewMeasure:
    title: str
    why: str
    due_on: date
    consequence: Consequence = Consequence.NOTICEABLE


async def begin(session: AsyncSession, published: Published, new: NewMeasure, *, by: Actor) -> None:
    """One's own until it is given to somebody; mail, calendars and Teams never carry its title.

    Raises Invalid with the fields that are wrong.
    """
    assert by.person_id is not None
    at = await database_now(session)
    if wrong := _wrong(new, at.astimezone(published.zone).date()):
        raise Invalid("request.invalid", fields=tuple(wrong))
    about = ("person", by.person_id)
    task = NewTask(
        key=f"measure:{new_token()}",
        kind=Kind.MEASURE,
        person_id=by.person_id,
        title=hide(session, about, new.title.strip()),
        why=hide(session, about, new.why.strip()) if new.why.strip() else None,
        confidentiality=Confidentiality.PERSONAL,
        consequence=new.consequence,
        due_at=closing_of(published, new.due_on),
    )
    await place(session, [task])


def closing_of(published: Published, day: date) -> datetime:
    """The last closing of the day, or of the working day before it."""
    noon = datetime.combine(day, time(12), tzinfo=published.zone)
    return published.office_hours.add_days(noon, 0, end_of_day=True)


def _wrong(new: NewMeasure, today: date) -> list[FieldProblem]:
    found = []
    if not new.title.strip():
        found.append(FieldProblem("title", "field.required"))
    if len(new.title) > LONGEST_TITLE:
        found.append(FieldProblem("title", "field.too_long"))
    if len(new.why) > LONGEST_WHY:
        found.append(FieldProblem("why", "field.too_long"))
    if not today <= new.due_on <= today + FURTHEST:
        found.append(FieldProblem("due_on", "field.in_the_past_or_far"))
    return found
