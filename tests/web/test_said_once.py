"""A text that is translated as its template is read says what it would say when it is shown."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from app.settings import PROJECT
from app.web.i18n import LANGUAGES, translations
from app.web.pages import environment
from app.web.said_once import PLAIN

TEMPLATES = sorted((PROJECT / "app").rglob("templates/**/*.html"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_the_same_in_every_language(language: str) -> None:
    ours = environment(language)
    shown = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    shown.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    texts = {found[0] for path in TEMPLATES for found in PLAIN.finditer(path.read_text(encoding="utf-8"))}
    assert len(texts) > 500
    for text in sorted(texts):
        assert ours.from_string(text).render() == shown.from_string(text).render()


def test_what_is_filled_in_is_left_until_it_is_shown() -> None:
    for text in ('{{ _("Hei, %(name)s", name=name) }}', '{{ _("a")|upper }}', "{{ _('a') }}"):
        assert PLAIN.search(text) is None
    assert environment("nb").from_string('{{ _("Hei, %(name)s", name="<b>") }}').render() == "Hei, &lt;b&gt;"
