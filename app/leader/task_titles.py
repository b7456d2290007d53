"""What tasks are called: as the other system wrote it, or as the room tells it whose business it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.journeys.queries import told_steps
from app.journeys.questions import MATCH
from app.tasks.models import Consequence, Kind
from app.tasks.queries import OpenTask, concerned
from app.tasks.words import Told, neutral_title_of, told
from app.tickets.lifecycle import number_of
from app.web.i18n import _, say

FOR_WHOM = _("%(what)s: %(name)s")
UNNAMED = _("en av folkene dine")
"""Whose address is shielded."""
ENDING = (
    _("Tilganger går ut: %(name)s"),
    _("Si om de trengs fortsatt. Gjør du ingenting, blir de borte den dagen."),
)
VITAL = _("Liv og helse kan avhenge av dem. De blir stående til noen har sagt om de trengs.")
HIRED = (
    _("Si ja eller nei til ny ansatt: %(name)s"),
    _("En bestiller har bestilt. Ingenting gjøres klart før en med personalfullmakt har sagt ja."),
)
MATCHED = (
    _("Er det samme person? %(name)s"),
    _(
        "HR forteller om en som kan være den som er ventet. Til noen har svart, kan de bli to personer i systemene."
    ),
)
OPPDRAG = (
    _("Skal oppdraget fortsette? %(name)s"),
    _(
        "Forleng det blant de eksterne. Skal det ta slutt, er du ferdig: tilgangene stenges av seg selv den dagen."
    ),
)
ASKED = _("Svar i sak %(number)s"), _("Saken din står stille til du svarer.")
STANDS_STILL = (
    _("Sak %(number)s står stille: %(name)s har ikke svart"),
    _("Den som arbeider med saken, venter på svar. Snakk med %(name)s, eller be om at noen andre svarer."),
)


ABOUT_SOMEBODY = (Kind.ACCESS, Kind.TICKET, Kind.PEOPLE, Kind.OPPDRAG)


async def titles_of(
    session: AsyncSession, tasks: Sequence[OpenTask], published: Published, language: str
) -> Mapping[int, Told]:
    """By the task's id; one query for each kind that another room tells, however many there are.

    Whoever's task it is may know what it is about: the list has asked for that.
    """
    steps = {task.subject_id: task.id for task in tasks if task.kind is Kind.STEP and task.subject_id}
    words = {task.id: told(task, published.catalogue.wheel, language) for task in tasks}
    about = [task for task in tasks if task.kind in ABOUT_SOMEBODY]
    names = await concerned(session, [task.id for task in about])
    words |= {task.id: _told(task, names.get(task.id), words[task.id], language) for task in about}
    for step in await told_steps(session, list(steps)) if steps else ():
        journey = published.catalogue.journeys.get(step.template)
        said = journey.step(step.key) if journey else None
        if said is not None:
            title = say(language, FOR_WHOM, what=said.title.in_language(language), name=step.person_name)
            neutral = neutral_title_of(Kind.STEP, language)
            words[steps[step.step_id]] = Told(title, neutral, said.why.in_language(language))
    return words


def _told(task: OpenTask, name: str | None, words: Told, language: str) -> Told:
    """Whom it is about; of a case that stands still its number and nothing more."""
    number = number_of(task.subject_id) if task.subject_id is not None else ""
    if task.kind is Kind.ACCESS:
        title, why = ENDING
        why = VITAL if task.consequence is Consequence.SEVERE else why
    elif task.kind is Kind.PEOPLE:
        title, why = MATCHED if task.key.startswith(f"{MATCH}:") else HIRED
    elif task.kind is Kind.OPPDRAG:
        title, why = OPPDRAG
    else:
        title, why = STANDS_STILL if name else ASKED
    whom = name or say(language, UNNAMED)
    return replace(
        words, title=say(language, title, name=whom, number=number), why=say(language, why, name=whom)
    )
