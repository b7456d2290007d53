"""Words are explained where they stand."""

from __future__ import annotations

from service_catalog.glossary import Mention, mentioned, pieces


def test_a_mention_becomes_the_word_and_its_meaning(catalogue):
    before, mention, after = pieces("Se hva [[mva]] er.", catalogue.glossary, "nb")
    assert (before, after) == ("Se hva ", " er.")
    assert isinstance(mention, Mention)
    assert mention.shown == "mva"
    assert mention.meaning.startswith("Merverdiavgift")


def test_another_word_can_be_shown_in_the_readers_language(catalogue):
    (mention,) = pieces("[[ansvar|cost centre]]", catalogue.glossary, "en")
    assert isinstance(mention, Mention)
    assert mention.shown == "cost centre"
    assert mention.meaning.startswith("The number of the unit")


def test_a_word_without_meaning_stays_a_word(catalogue):
    assert list(pieces("en [[dings]]", catalogue.glossary, "nb")) == ["en ", "dings"]
    assert mentioned("[[a]] og [[b|c]], men ikke [d]") == ["a", "b"]
