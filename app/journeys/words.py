"""What journeys say to people: kinds, owners, states, and why a step failed."""

from __future__ import annotations

from app.journeys.models import JourneyState, StepState
from app.web.i18n import _
from service_catalog.journey_schema import JourneyKind, OwnerKind

KINDS: dict[JourneyKind, str] = {
    JourneyKind.JOIN: _("Begynner"),
    JourneyKind.MOVE: _("Bytter jobb"),
    JourneyKind.LEAVE: _("Slutter"),
    JourneyKind.CONTRACT: _("Arbeidsavtale"),
}
STATES: dict[StepState, tuple[str, str]] = {
    StepState.FAILED: (_("Gikk ikke"), "danger"),
    StepState.OPEN: (_("Pågår"), "info"),
    StepState.WAITING: (_("Ikke begynt"), "neutral"),
    StepState.DONE: (_("Gjort"), "success"),
    StepState.DROPPED: (_("Ikke aktuelt"), "neutral"),
}
"""Word and colour."""
EMPLOYER, EMPLOYEE = _("arbeidsgiveren"), _("den ansatte")
LATE = _("Over fristen")
OVER: dict[JourneyState, str] = {
    JourneyState.DONE: _("Ferdig"),
    JourneyState.WITHDRAWN: _("Trukket"),
    JourneyState.ACTIVE: _("Pågår"),
}
OWNERS: dict[OwnerKind, str] = {
    OwnerKind.LEADER: _("Lederen"),
    OwnerKind.UNIT: _("Fagenhetene"),
    OwnerKind.NEWCOMER: _("Den det gjelder"),
    OwnerKind.SYSTEM: _("Av seg selv"),
}
"""In the order they are read."""
