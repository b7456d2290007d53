"""A class that a page uses has a style, and a style belongs to a page."""

from __future__ import annotations

import re

from app.settings import PROJECT
from app.web.pages import FOLDERS

STYLES = PROJECT / "app" / "web" / "assets" / "css"
PAPERS = (PROJECT / "app" / "agreements" / "paper.css", PROJECT / "app" / "privacy" / "export.css")
"""The sheets of what is signed, and of what is taken away in a zip: no page has them."""
ELSEWHERE = {"icon", "js", "term", "term-meaning", "hidden-number"}
"""Written by the build, the script, app/portal/explained.py and app/web/marks.py, not by a template."""


def used() -> set[str]:
    names: set[str] = set()
    for folder in FOLDERS:
        for page in folder.rglob("*.html"):
            for value in re.findall(r'class="([^"]*)"', page.read_text()):
                names.update(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", value).split())
    return {name for name in names if not name.startswith("ds-")}


def styled() -> set[str]:
    sheets = (*PAPERS, *STYLES.glob("*.css"))
    text = "".join(sheet.read_text() for sheet in sheets if sheet.name != "app.css")
    selectors = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    names = {name for selector in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)}
    return {name for name in names if not name.startswith("ds-")}


def test_every_class_of_a_template_has_a_style() -> None:
    assert used() <= styled(), f"no rule in app/web/assets/css: {sorted(used() - styled())}"


def test_no_style_stands_for_a_class_that_no_template_uses() -> None:
    spare = styled() - used() - ELSEWHERE
    assert not spare, f"no template uses: {sorted(spare)}"
