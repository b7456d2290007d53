from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.web.i18n import accepted, say, translations
from app.web.messages import marked, missing, read
from app.web.problem_texts import SENTENCES, TITLES

APP = Path(__file__).resolve().parents[2] / "app"
RAISED = re.compile(
    r"(?:Conflict|Forbidden|Refusal|Invalid|Stale|TooLarge|UnsupportedType|Malformed|Busy|Unexpected|NothingPublished"
    r'|VersionRequired)\(\s*"([a-z_.0-9]+)"|FieldProblem\([^()]*?"(field\.[a-z_]+)"'
)


def test_every_text_is_translated_into_nynorsk_and_english_and_none_is_guessed() -> None:
    assert missing() == []


@pytest.mark.parametrize("language", ["nn", "en"])
def test_a_translation_names_the_same_values_as_the_text(language: str) -> None:
    catalog = read(language)
    wrong = [message.id for message in catalog if message.id and any(message.check(catalog))]
    assert wrong == []


def test_the_sentences_of_problems_are_among_the_marked_texts() -> None:
    texts = {message.id for message in marked()}
    assert set(SENTENCES.values()) | set(TITLES.values()) <= texts


def test_a_text_without_a_translation_is_shown_in_bokmal() -> None:
    assert say("en", "Denne finnes ikke") == "Denne finnes ikke"
    assert translations("nb").gettext("Ja") == "Ja"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "nb"),
        ("no,en;q=0.8", "nb"),
        ("nn-NO,nb;q=0.9", "nn"),
        ("en-GB,en;q=0.9,nb;q=0.1", "en"),
        ("nn;q=0,en;q=0.5", "en"),
        ("de,fr;q=0.9", "nb"),
        ("en;q=nonsense", "nb"),
        ("da,en;q=0.9", "nb"),
    ],
)
def test_the_browser_is_asked_for_a_language_it_may_have(header: str, language: str) -> None:
    assert accepted(header) == language


def test_every_code_that_is_raised_has_a_sentence() -> None:
    raised = set()
    for path in APP.rglob("*.py"):
        raised |= {code for pair in RAISED.findall(path.read_text()) for code in pair if code}
    assert raised - set(SENTENCES) == set()
