"""Gathering every text that people read, and merging it into the translators' files."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.web.i18n import FOLDER, LANGUAGES

APP = Path(__file__).resolve().parent.parent
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
TRANSLATED = tuple(language for language in LANGUAGES if language != "nb")


def marked() -> Catalog:
    """Every text marked in a template or in Python."""
    catalog = Catalog()
    found = extract_from_dir(
        APP, METHODS, OPTIONS, keywords={"_": None, "ngettext": (1, 2)}, directory_filter=_ours
    )
    for _path, _line, message, _comments, context in found:
        catalog.add(message, context=context)
    return catalog


def _ours(path: str | Path) -> bool:
    name = Path(path).name
    return not name.startswith((".", "_")) and name not in {"node_modules", "static", "assets"}


HEADER = (
    "# What people read, from bokmål. `python -m app.web.i18n update` adds new texts with an empty msgstr."
)


def read(language: str) -> Catalog:
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=language, project="Skranke", header_comment=HEADER, fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update() -> None:
    """New texts are added with an empty translation, texts no longer used leave, nothing is guessed."""
    template = marked()
    for language in TRANSLATED:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        with (FOLDER / f"{language}.po").open("wb") as target:
            write_po(target, catalog, no_location=True, sort_output=True, width=0)


def missing() -> list[tuple[str, str]]:
    """(language, text) of everything that is not translated, or only guessed."""
    lacking = []
    for language in TRANSLATED:
        catalog = read(language)
        for message in marked():
            if not message.id:
                continue
            known = catalog.get(message.id, message.context)
            strings = (
                known.string
                if known and isinstance(known.string, tuple | list)
                else (known.string if known else "",)
            )
            if known is None or known.fuzzy or not all(strings):
                lacking.append((language, str(message.id)))
    return lacking
