"""Texts without anything to fill in are translated when a template is read, not each time it is shown."""

from __future__ import annotations

import re

from jinja2.ext import Extension

PLAIN = re.compile(r"""\{\{ _\("([^"\\]*)"\) \}\}""")
"""`{{ _("Mine saker") }}`, written as our templates write it; every other way is translated as it is shown."""

GETTEXT = "gettext_of_the_language"
"""Under which name the environment holds it."""


class SaidOnce(Extension):
    """For an environment that speaks one language (`pages.environment`); a page has some seventy such texts."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return PLAIN.sub(self._said, source)

    def _said(self, found: re.Match[str]) -> str:
        translate = self.environment.globals[GETTEXT]
        said: str = translate(found[1])  # type: ignore[operator]
        # As the gettext of templates leaves it: trusted, with its percent signs doubled; never read as a template.
        return said.replace("%%", "%") if "{" not in said else found[0]
