"""Sladding: which passages of a text are held back and by which provision, and the text without them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

BLOCK = "█████"
"""Always as long: how much is gone is nobody's business either."""

_BETWEEN = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ«\"(–-])|\s*\n\s*")
"""Between two pieces: a line ends, or a sentence does and the next begins («18. juni» goes on)."""
_TELLING = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        "phone",
        re.compile(
            r"(?<![\w.])(?:\+47[ \u00a0]?)?(?:\d{8}|\d{2}(?:[ \u00a0]\d{2}){3}|\d{3}[ \u00a0]\d{2}[ \u00a0]\d{3})(?![\w])"
        ),
    ),
    ("account", re.compile(r"(?<![\w.])\d{4}[ .\u00a0]\d{2}[ .\u00a0]\d{5}(?!\w)")),
    ("number", re.compile(r"\[fødselsnummer skjult[^\]]*\]")),
)
_NAME = re.compile(r"\b[A-ZÆØÅÁČĐŊŠŦŽ][\w'’-]*(?:[ \u00a0][A-ZÆØÅÁČĐŊŠŦŽ][\w'’-]*)+")


@dataclass(frozen=True, order=True, slots=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True, order=True, slots=True)
class Cut:
    """`text[start:end]` is held back by this provision (its key in laws.yaml)."""

    start: int
    end: int
    ground: str


@dataclass(frozen=True, slots=True)
class Telling(Span):
    """Something that may say who somebody is: email, phone, account, number or name."""

    kind: str


def digest(text: str) -> str:
    """Cuts are places in one text; they say nothing about another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def pieces(text: str) -> list[Span]:
    """Sentences and lines, in order; nothing but white space stands between them."""
    found, place = [], 0
    for end, after in (
        *((gap.start(), gap.end()) for gap in _BETWEEN.finditer(text)),
        (len(text), len(text)),
    ):
        start = place
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            found.append(Span(start, end))
        place = after
    return found


def telling(text: str, names: Iterable[str] = ()) -> list[Telling]:
    """Passages worth a look, in order, none inside another. `names`: of people who are known to stand in it."""
    found = [
        Telling(hit.start(), hit.end(), kind) for kind, pattern in _TELLING for hit in pattern.finditer(text)
    ]
    found += [Telling(span.start, span.end, "name") for name in names for span in places_of(text, name)]
    chosen: list[Telling] = []
    for each in sorted(found, key=lambda span: (span.start, -span.end)):
        if not chosen or each.start >= chosen[-1].end:
            chosen.append(each)
    return chosen


def possible_names(text: str) -> set[str]:
    """Runs of capitalised words, and every run of two or three inside a longer one: «Hei Kari Nordmann» too."""
    found: set[str] = set()
    for run in _NAME.finditer(text):
        words = run.group().replace("\u00a0", " ").split(" ")
        found.update(
            " ".join(words[start : start + length])
            for length in (2, 3, 4)
            for start in range(len(words) - length + 1)
        )
    return found


def places_of(text: str, passage: str) -> Iterator[Span]:
    """Every place where the passage stands, whatever its case; none for an empty one."""
    wanted = passage.strip()
    if not wanted:
        return
    for hit in re.finditer(re.escape(wanted), text, re.IGNORECASE):
        yield Span(hit.start(), hit.end())


def tidy(cuts: Iterable[Cut], text: str) -> tuple[Cut, ...]:
    """In order, inside the text, and none over another: where two meet, both are one under the first one's provision."""
    chosen: list[Cut] = []
    for cut in sorted(cuts):
        start, end = max(0, cut.start), min(len(text), cut.end)
        if start >= end:
            continue
        if chosen and start < chosen[-1].end:
            last = chosen[-1]
            chosen[-1] = Cut(last.start, max(last.end, end), last.ground)
        else:
            chosen.append(Cut(start, end, cut.ground))
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of what is given, or (`ground` set) one block in place of what is not."""

    text: str
    ground: str = ""


def parts(text: str, cuts: Sequence[Cut]) -> list[Part]:
    """What may be shown, and blocks; what was cut is in none of them."""
    shown, place = [], 0
    for cut in tidy(cuts, text):
        if text[place : cut.start]:
            shown.append(Part(text[place : cut.start]))
        shown.append(Part(BLOCK, cut.ground))
        place = cut.end
    if text[place:]:
        shown.append(Part(text[place:]))
    return shown


def redacted(text: str, cuts: Sequence[Cut]) -> str:
    return "".join(part.text for part in parts(text, cuts))
