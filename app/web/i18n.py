"""Three languages: bokmål is the key, nynorsk and English stand in `translations/*.po`.

Templates write `{{ _("Mine saker") }}`. Python only marks (`_("Mine saker")`); templates or `say` translate.
`python -m app.web.i18n update` gathers every marked text; a new one waits with an empty msgstr.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import HTTPConnection

LANGUAGES: tuple[str, ...] = ("nb", "nn", "en")
LOCALES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
FOLDER = Path(__file__).parent / "translations"
HOST_COOKIE = "__Host-skranke_language"
PLAIN_COOKIE = "skranke_language"
"""On plain http, which `__Host-` does not allow."""


def _(text: str) -> str:
    """Marks a text for translation and leaves it as it is; whoever shows it knows the language."""
    return text


@lru_cache
def translations(language: str) -> NullTranslations:
    """Bokmål is the key itself; the others are read from their .po file once per process."""
    path = FOLDER / f"{language}.po"
    if language == "nb" or not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def say(language: str, text: str, **params: Any) -> str:
    """A marked text in a language, with its `%(name)s` filled."""
    translated = translations(language).gettext(text)
    return translated % params if params else translated


def language_of(connection: HTTPConnection) -> str:
    """The signed-in person's choice, else the cookie, else what the browser asks for, else bokmål.

    A program says by itself what it wants (Accept-Language), whoever it acts as.
    """
    if connection.url.path.startswith("/api/"):
        asked = asked_for(connection.headers.get("accept-language", ""))
        if asked is not None:
            return asked
    actor = getattr(connection.state, "actor", None)
    if actor is not None and actor.language in LANGUAGES:
        return str(actor.language)
    cookie = connection.cookies.get(HOST_COOKIE) or connection.cookies.get(PLAIN_COOKIE)
    return cookie if cookie in LANGUAGES else accepted(connection.headers.get("accept-language", ""))


def accepted(header: str) -> str:
    return asked_for(header) or "nb"


def asked_for(header: str) -> str | None:
    """The first of our languages in an Accept-Language header. «no» is bokmål; Danes and Swedes read it."""
    wishes = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _sep, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        wishes.append((-weight, place, tag.split("-")[0].lower()))
    for weight, _place, tag in sorted(wishes):
        language = {"no": "nb", "da": "nb", "sv": "nb"}.get(tag, tag)
        if weight < 0 and language in LANGUAGES:
            return language
    return None


if __name__ == "__main__":
    from app.web.messages import missing, update

    if sys.argv[1:] == ["update"]:
        update()
    lacking = missing()
    for language, text in lacking:
        print(f"{language}: {text!r}")
    sys.exit(1 if lacking else 0)
