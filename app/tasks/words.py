"""Tasks as people read them: what mail, feeds and Teams may say, and how grave and how pressing each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.tasks.models import OURS, Consequence, Kind
from app.tasks.ranking import Group
from app.web.i18n import _, say
from service_catalog.wheel import activity_of, step_key
from service_catalog.wheel_schema import Activity

NEUTRAL: dict[Kind, str] = {
    Kind.APPROVAL: _("En bestilling venter på svar"),
    Kind.STEP: _("Noe skal gjøres for en som begynner, bytter jobb eller slutter"),
    Kind.PEOPLE: _("HR eller en bestiller venter på svar om en ny ansatt"),
    Kind.OPPDRAG: _("Et oppdrag går snart ut"),
    Kind.ACCESS: _("Tilganger i enheten må ses på"),
    Kind.REVIEW: _("Gjennomgang av tilganger"),
    Kind.TICKET: _("En sak venter på svar fra deg"),
    Kind.RECURRING: _("En fast oppgave i årshjulet"),
    Kind.MEASURE: _("Et tiltak har frist"),
    Kind.EXTERNAL: _("En oppgave i et annet system"),
}
"""No person, no case, nothing of what it is about: it may be read on a lock screen."""
GROUPS: dict[Group, str] = {
    Group.NOW: _("Nå"),
    Group.THIS_WEEK: _("Denne uka"),
    Group.LATER: _("Senere"),
    Group.WAITING: _("Venter på andre"),
}
CONSEQUENCES: dict[Consequence, str] = {
    Consequence.SEVERE: _("Alvorlig om den ikke blir gjort"),
    Consequence.SERIOUS: _("Får følger om den blir sein"),
    Consequence.NOTICEABLE: _("Noen venter"),
    Consequence.SLIGHT: _("Kan vente"),
}


def neutral_title_of(kind: Kind, language: str, said: str | None = None) -> str:
    """What the other system calls it when it says what may be shown; else what the kind is called."""
    return said or say(language, NEUTRAL[kind])


class Named(Protocol):
    """What a task is called by."""

    @property
    def source(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def title(self) -> str | None: ...
    @property
    def neutral_title(self) -> str | None: ...
    @property
    def why(self) -> str | None: ...


@dataclass(frozen=True)
class Step:
    """One line of a checklist."""

    key: str
    text: str


@dataclass(frozen=True)
class Told:
    """A task in its reader's language."""

    title: str
    neutral: str
    """What mail, feeds and Teams carry."""
    why: str | None
    steps: tuple[Step, ...] = ()
    """What is ticked off on the way."""
    law: str | None = None
    """The paragraph it rests on."""


def told(task: Named, wheel: Mapping[str, Activity], language: str) -> Told:
    """As its source wrote it, or as the annual wheel says; what only another room can tell is called by its kind."""
    neutral = neutral_title_of(task.kind, language, task.neutral_title)
    activity = wheel.get(activity_of(task.key) or "") if task.source == OURS else None
    if activity is None:
        return Told(task.title or neutral, neutral, task.why)
    title = activity.title.in_language(language)
    return Told(
        title,
        neutral if activity.discreet else title,
        activity.why.in_language(language),
        tuple(Step(step_key(step), step.in_language(language)) for step in activity.steps),
        activity.basis.paragraph if activity.basis else None,
    )
