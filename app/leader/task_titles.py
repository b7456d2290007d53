"""What tasks are called: as the other system wrote it, or as the room tells it whose business it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.published import Published
from app.journeys.queries import told_steps
from app.tasks.models import Kind
from app.tasks.queries import OpenTask
from app.tasks.words import Told, neutral_title_of, told
from app.web.i18n import _, say

FOR_WHOM = _("%(what)s: %(name)s")


async def titles_of(
    session: AsyncSession, tasks: Sequence[OpenTask], published: Published, language: str
) -> Mapping[int, Told]:
    """By the task's id; one query for each kind that another room tells, however many there are.

    Whoever's task it is may know what it is about: the list has asked for that.
    """
    steps = {task.subject_id: task.id for task in tasks if task.kind is Kind.STEP and task.subject_id}
    words = {task.id: told(task, published.catalogue.wheel, language) for task in tasks}
    for step in await told_steps(session, list(steps)) if steps else ():
        journey = published.catalogue.journeys.get(step.template)
        said = journey.step(step.key) if journey else None
        if said is not None:
            title = say(language, FOR_WHOM, what=said.title.in_language(language), name=step.person_name)
            neutral = neutral_title_of(Kind.STEP, language)
            words[steps[step.step_id]] = Told(title, neutral, said.why.in_language(language))
    return words
