"""What each clock of a ticket is called, in the reader's language."""

from __future__ import annotations

from app.catalogue.published import Published
from app.clocks.promised import ClockKind
from app.web.i18n import _, say

NAMES: dict[ClockKind, str] = {
    ClockKind.RESPONSE: _("Første svar"),
    ClockKind.SOLUTION: _("Løsning"),
    ClockKind.UPDATE: _("Neste beskjed"),
    ClockKind.REPLY: _("Svar fra den som spurte"),
}


def clock_name(kind: ClockKind, part: str, published: Published, language: str) -> str:
    """«Første svar», «Tida hos IT», or what the law calls it."""
    if kind is ClockKind.STATUTORY:
        statute = published.statutes.get(part)
        return str(getattr(statute.title, language)) if statute else part
    if kind is ClockKind.LEG:
        unit = published.catalogue.units.get(part)
        return say(language, _("Tida hos %(unit)s"), unit=unit.title.in_language(language) if unit else part)
    return say(language, NAMES[kind])
