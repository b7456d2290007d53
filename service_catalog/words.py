"""How everyday Norwegian is taken apart: one spelling, light stems, words that carry no meaning."""

from __future__ import annotations

import re
import unicodedata

# One spelling for both sides: people write «lonn», «loenn» and «lønn», and copy text with odd dashes.
SPELLING = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "ae", "ö": "o", "ü": "u"})
WORD = re.compile(r"[a-z0-9]+")
HYPHENED = re.compile(r"(?<=[a-z0-9])[-‐‑–'’.](?=[a-z0-9])")
# «pc-en», «tv-ens», «cv'en»: the ending is grammar, not a word.
ENDING_AFTER_HYPHEN = re.compile(r"\b([a-z]{2,4})[-‐‑–'’](?:en|et|er|a|ene|ens|ar|ane)\b")
SUFFIXES = (
    "ingene", "ingane", "inger", "ingar", "ingen", "inga",
    "enes", "anes", "ene", "ane", "ens", "ets", "ers", "ar", "er", "en", "et", "te", "de", "a", "e", "s",
)  # fmt: skip
SHORTEST_STEM = 3
MOST_WORDS = 12

_EMPTY = (
    "jeg eg du vi dere de han hun ho det den dette denne en ei et ein eit er var blir ble vart vil kan skal"
    " ma har hatt fa far fatt a og eller men som at til fra i av for med om ved hos mot etter over under min"
    " mi mitt mine din ditt dine sin sitt sine vare oss meg deg seg noe noko noen nokon hva kva hvem kven"
    " hvor kor hvordan korleis nar hei takk vennligst veldig bare berre na hjelp trenger treng onsker ynskjer"
    " my is the to of and on with an please need how do can"
)
EMPTY_WORDS = frozenset(_EMPTY.split())


def fold(text: str) -> str:
    """Small letters, one spelling, no accents or marks."""
    lowered = unicodedata.normalize("NFC", text).lower().translate(SPELLING)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return HYPHENED.sub("", ENDING_AFTER_HYPHEN.sub(r"\1", bare)).replace("aa", "a")


def words(text: str) -> list[str]:
    """The words that carry meaning; all of them when none does."""
    found = WORD.findall(fold(text))
    return ([word for word in found if word not in EMPTY_WORDS] or found)[:MOST_WORDS]


def stem(word: str) -> str:
    """A light stem: the longest ending off, if enough is left to know the word by."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            word = word[: -len(suffix)]
            break
    # «lønn» and «løn», «mappe» and «mape»: a doubled last letter says nothing.
    return word[:-1] if len(word) > SHORTEST_STEM and word[-1] == word[-2] else word
