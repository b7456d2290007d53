"""How a hidden identity number looks on a page."""

from __future__ import annotations

from markupsafe import Markup, escape

from app.masking.hiding import MARK
from app.web.i18n import _, say
from app.web.rich_text import linked

HIDDEN, SHOW = _("fødselsnummer skjult"), _("Vis nummeret")


def with_marks(text: str, at: str = "", *, links: bool = False, language: str) -> Markup:
    """The text, escaped, with its marks set apart. `at`: the ticket's own page, for those who may see numbers there.

    `links`: addresses in it can be followed; not where the text itself stands in a link.
    """
    shown = linked if links else escape
    parts: list[Markup] = []
    place = 0
    for found in MARK.finditer(text):
        parts.append(shown(text[place : found.start()]))
        parts.append(_shown((found.group(1) or "").strip(), at, language))
        place = found.end()
    parts.append(shown(text[place:]))
    return Markup("").join(parts)


def _shown(mark: str, at: str, language: str) -> Markup:
    label = Markup('<span class="hidden-number">{}</span>').format(say(language, HIDDEN))
    if not (mark and at):
        return label
    link = Markup('<a class="ds-link small" href="{}/fodselsnummer/{}">{}</a>')
    return label + " " + link.format(at, mark, say(language, SHOW))
