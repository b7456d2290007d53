"""Search over the services in memory: everyday words, misspellings and compound words."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from service_catalog.schema import Catalogue, Service
from service_catalog.words import stem, words

# How much a hit counts by where the words stand.
TITLE, SYNONYM, KEYWORD, SUMMARY = 1.0, 1.0, 0.9, 0.55
POPULAR = 0.03
# How sure we are that a word of the question is a word of the catalogue.
SAME_STEM, BEGINS, PART_OF_COMPOUND = 0.96, 0.82, 0.74
SHORTEST_TO_GUESS = 4
SHORTEST_PART = 4
SPELLING_CUTOFF = 74.0
GOOD_ENOUGH = 0.3
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Hit:
    """A service that may be what was meant. `why` is the phrase that matched; `score` is 0 to about 1."""

    service_key: str
    score: float
    why: str


@dataclass(frozen=True)
class _Phrase:
    service: str
    text: str
    weight: float
    words: frozenset[str]


class ServiceIndex:
    """Built once per published version and language; asking changes nothing."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self._phrases = [
            each for service in catalogue.services.values() for each in _phrases(service, language)
        ]
        self._popular = {key for key, service in catalogue.services.items() if service.popular}
        self._phrases_with: dict[str, list[int]] = defaultdict(list)
        self._words_of: dict[str, set[str]] = defaultdict(set)
        for place, phrase in enumerate(self._phrases):
            self._words_of[phrase.service] |= phrase.words
            for word in phrase.words:
                self._phrases_with[word].append(place)
        self._vocabulary = sorted(self._phrases_with)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            self._by_stem[stem(word)].append(word)
        self._rarity = self._rarities()

    def find(self, query: str, limit: int = 8) -> list[Hit]:
        """The services that fit best, best first; empty when nothing is near."""
        asked = list(dict.fromkeys(words(query[:LONGEST_QUERY])))
        likeness = {word: self._likeness(word) for word in asked}
        weights = {word: self._weight(likeness[word]) for word in asked}
        best = self._best_phrases(asked, likeness, weights)
        hits = [
            Hit(service, round(score, 4), self._phrases[place].text)
            for service, (score, place) in best.items()
            if score >= GOOD_ENOUGH
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.service_key))[:limit]

    def _best_phrases(
        self, asked: list[str], likeness: dict[str, dict[str, float]], weights: dict[str, float]
    ) -> dict[str, tuple[float, int]]:
        """Per service: its score, and the place of the phrase that fits the question best."""
        whole = sum(weights.values()) or 1.0
        found: dict[int, dict[str, tuple[float, str]]] = defaultdict(dict)
        anywhere: dict[str, dict[str, float]] = defaultdict(dict)
        for word in asked:
            for known, sure in likeness[word].items():
                for place in self._phrases_with[known]:
                    service = self._phrases[place].service
                    if sure > found[place].get(word, (0.0, ""))[0]:
                        found[place][word] = (sure, known)
                    anywhere[service][word] = max(sure, anywhere[service].get(word, 0.0))
        best: dict[str, tuple[float, int]] = {}
        for place, matched in found.items():
            phrase = self._phrases[place]
            of_question = sum(weights[word] * sure for word, (sure, _) in matched.items()) / whole
            hit_words = {known: sure for sure, known in matched.values()}
            all_of_it = sum(self._rarity[known] for known in phrase.words)
            of_phrase = sum(self._rarity[known] * sure for known, sure in hit_words.items()) / all_of_it
            nearby = anywhere[phrase.service]
            coverage = sum(weights[word] * sure for word, sure in nearby.items()) / whole
            score = phrase.weight * (0.5 * of_question + 0.2 * of_phrase) + 0.3 * coverage
            score += POPULAR if phrase.service in self._popular else 0.0
            if score > best.get(phrase.service, (0.0, 0))[0]:
                best[phrase.service] = (score, place)
        return best

    def _likeness(self, word: str) -> dict[str, float]:
        """The catalogue's words that this may be, and how sure that is (0–1)."""
        alike: dict[str, float] = dict.fromkeys(self._by_stem.get(stem(word), ()), SAME_STEM)
        if word in self._phrases_with:
            alike[word] = 1.0
        if len(word) >= SHORTEST_TO_GUESS:
            near = process.extract(
                word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=SPELLING_CUTOFF, limit=12
            )
            for known, score, _ in near:
                if len(known) >= SHORTEST_TO_GUESS:
                    alike[known] = max(alike.get(known, 0.0), 0.95 * (score / 100) ** 1.5)
        if len(word) >= SHORTEST_PART - 1:
            self._add_parts(word, alike)
        return alike

    def _add_parts(self, word: str, alike: dict[str, float]) -> None:
        """Words that begin as this one (people are still typing), and compounds that share a part with it."""
        root = stem(word)
        for known in self._vocabulary[bisect_left(self._vocabulary, word) :]:
            if not known.startswith(word):
                break
            alike[known] = max(alike.get(known, 0.0), BEGINS)
        if len(root) >= SHORTEST_PART:
            for known in self._vocabulary:
                if root in known:
                    sure = PART_OF_COMPOUND * (0.6 + 0.4 * len(root) / len(known))
                    alike[known] = max(alike.get(known, 0.0), sure)
        for known in self._parts_of(word):
            sure = PART_OF_COMPOUND * (0.6 + 0.4 * len(known) / len(word))
            alike[known] = max(alike.get(known, 0.0), sure)

    def _parts_of(self, word: str) -> Iterator[str]:
        """A compound begins or ends with the word: «skjerm» in «skjermkabel», «kort» in «nøkkelkort»."""
        for cut in range(SHORTEST_PART, len(word) + 1):
            yield from self._by_stem.get(word[:cut], ())
        for cut in range(1, len(word) - SHORTEST_PART + 1):
            ending = word[cut:]
            yield from self._by_stem.get(ending, ())
            if ending in self._phrases_with:
                yield ending

    def _weight(self, alike: dict[str, float]) -> float:
        """How much a word of the question says: rare words say most. An unknown word says little."""
        if not alike:
            return 0.8
        surest = max(alike.values())
        return max(self._rarity[known] for known, sure in alike.items() if sure == surest)

    def _rarities(self) -> dict[str, float]:
        services = len(self._words_of)
        spread = {
            word: len({self._phrases[place].service for place in places})
            for word, places in self._phrases_with.items()
        }
        return {word: 0.4 + math.log((1 + services) / many) for word, many in spread.items()}


def _phrases(service: Service, language: str) -> Iterable[_Phrase]:
    """What can be searched: the reader's language, and bokmål, which most people write."""
    languages = dict.fromkeys((language, "nb"))
    for text, weight in (
        *((service.title.in_language(each), TITLE) for each in languages),
        *((synonym, SYNONYM) for synonym in service.synonyms),
        *((keyword, KEYWORD) for keyword in service.keywords),
        *((service.summary.in_language(each), SUMMARY) for each in languages),
    ):
        found = frozenset(words(text))
        if found:
            yield _Phrase(service.key, text, weight, found)
