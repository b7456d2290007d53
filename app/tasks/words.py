"""Tasks as people read them: what mail, feeds and Teams may say, and how grave and how pressing each is."""

from __future__ import annotations

from app.tasks.models import Consequence, Kind
from app.tasks.ranking import Group
from app.web.i18n import _, say

NEUTRAL: dict[Kind, str] = {
    Kind.APPROVAL: _("En bestilling venter på svar"),
    Kind.STEP: _("Noe skal gjøres for en som begynner, bytter jobb eller slutter"),
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
