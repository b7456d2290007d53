"""Every icon a page or the catalogue names is among those the asset build draws; a few more are there to choose from."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.settings import PROJECT
from app.web import pages
from app.web.pages import FOLDERS

ASSETS = PROJECT / "app" / "web" / "assets"
LISTED = set(json.loads((ASSETS / "icons.json").read_text()))
IN_TEMPLATE = re.compile(r"""icon\(["']([A-Za-z0-9]+)["']\)""")
SIGN_MAP = re.compile(r"_icons = \{([^}]*)\}")
"""Templates that choose an icon by a state keep a map named `…_icons`."""


def templates() -> list[Path]:
    return [page for folder in FOLDERS for page in folder.rglob("*.html")]


def named_in_templates() -> set[str]:
    named: set[str] = set()
    for page in templates():
        text = page.read_text()
        named.update(IN_TEMPLATE.findall(text))
        for states in SIGN_MAP.findall(text):
            named.update(re.findall(r':\s*"([A-Za-z0-9]+)"', states))
    return named


def named_in_code() -> set[str]:
    fallback = re.compile(r'icon if \w+ else "([A-Za-z0-9]+)"')
    found = {
        name for source in (PROJECT / "app").glob("*/*.py") for name in fallback.findall(source.read_text())
    }
    return found | {sign for _, _, sign, _ in pages._NAV}


def test_every_icon_that_a_template_draws_is_built() -> None:
    named = named_in_templates()
    assert named, "the pattern finds no icon: the templates changed their way of drawing them"
    assert named <= LISTED, f"Add to app/web/assets/icons.json: {sorted(named - LISTED)}"


def test_every_icon_that_the_menu_and_the_leaders_list_draw_is_built() -> None:
    named = named_in_code()
    assert named <= LISTED, f"Add to app/web/assets/icons.json: {sorted(named - LISTED)}"


def test_every_unit_of_the_catalogue_has_an_icon_that_is_built() -> None:
    text = (PROJECT / "service_catalog" / "units.yaml").read_text()
    named = set(re.findall(r"^\s*icon:\s*([A-Za-z0-9]+)\s*$", text, re.MULTILINE))
    assert named, "units.yaml names no icon"
    assert named <= LISTED, f"Add to app/web/assets/icons.json: {sorted(named - LISTED)}"
