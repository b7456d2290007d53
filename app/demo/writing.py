"""What people write in a ticket: about its service, in words that seldom repeat."""

from __future__ import annotations

from app.demo.phrases import anskaffelse, arkiv, eiendom, everywhere, hr, it, lonn, regnskap, servicesenteret
from app.demo.phrases.topic import Topic
from app.demo.slots import Slots
from service_catalog.schema import Catalogue, Kind, Service

TOPICS: dict[str, tuple[Topic, ...]] = {
    "it": it.TOPICS,
    "hr": hr.TOPICS,
    "lonn": lonn.TOPICS,
    "regnskap": regnskap.TOPICS,
    "anskaffelse": anskaffelse.TOPICS,
    "eiendom": eiendom.TOPICS,
    "arkiv": arkiv.TOPICS,
    "servicesenteret": servicesenteret.TOPICS,
}
SUBJECT_MAX = 200
KEYWORDS_NEEDED = 2


def topics_of(service: Service) -> tuple[Topic, ...]:
    """The topics that fit a service; none means that its own everyday words are used."""
    able = [t for t in TOPICS.get(service.unit, ()) if not (service.kind is Kind.ORDER and t.only_faults)]
    by_key = [topic for topic in able if any(about in service.key for about in topic.about)]
    if by_key:
        return tuple(by_key[:1])
    words = [word for keyword in service.keywords for word in keyword.lower().split()]
    fitting = [
        (sum(word.startswith(topic.about) for word in words), -place) for place, topic in enumerate(able)
    ]
    best, place = max(fitting, default=(0, 0))
    return (able[-place],) if best >= KEYWORDS_NEEDED else ()


def topics_of_all(catalogue: Catalogue) -> dict[str, tuple[Topic, ...]]:
    return {key: topics_of(service) for key, service in catalogue.services.items()}


class Writer:
    """Writes everything that is said in one ticket."""

    def __init__(self, service: Service, topics: tuple[Topic, ...], slots: Slots) -> None:
        self.slots = slots
        self.service = service
        self.random = slots.random
        self.topic = topics[0] if topics and self.random.random() < 0.85 else None
        self.matter = self.random.choice(self.topic.matters) if self.topic else None
        matter = self.random.choice(service.synonyms)
        slots["matter"] = matter[0].upper() + matter[1:]
        slots["matter_lower"] = matter
        slots["title"] = service.title.nb

    def ordering(self, goods: str) -> None:
        """What was chosen in the form, in the form's own words."""
        self.slots["title"] = goods

    def _pick(self, *choices: tuple[str, ...]) -> str:
        return self.slots.fill(self.random.choice(self.random.choice(choices)))

    def subject(self) -> str:
        if self.matter is not None:
            return self.slots.fill(self.matter[0])[:SUBJECT_MAX]
        if self.service.kind is not Kind.ORDER:
            return self._pick(everywhere.PLAIN_SUBJECTS)[:SUBJECT_MAX]
        free = self.service.price.is_free
        return self._pick(everywhere.ORDER_SUBJECTS if free else everywhere.GOODS_SUBJECTS)[:SUBJECT_MAX]

    def description(self) -> str:
        opening, ending = self._pick(everywhere.OPENINGS), self._pick(everywhere.ENDINGS)
        body = " ".join(filter(None, (self._said(), self.detail())))
        return f"{opening}{body}\n\n{ending}" if ending else f"{opening}{body}"

    def _said(self) -> str:
        if self.matter is not None:
            return self.slots.fill(self.matter[1])
        if self.service.kind is not Kind.ORDER:
            return self._pick(everywhere.PLAIN_TEXTS)
        # What costs something is a thing; the rest are orders of somebody's work.
        return self._pick(everywhere.ORDER_TEXTS if self.service.price.is_free else everywhere.GOODS_TEXTS)

    def detail(self) -> str:
        if self.service.kind is Kind.INCIDENT and self.random.random() < 0.3:
            return self._pick(everywhere.FAULT_DETAILS)
        return self._pick(everywhere.DETAILS)

    def question(self) -> str:
        return self._pick(self.topic.questions if self.topic else everywhere.PLAIN_QUESTIONS)

    def answer(self) -> str:
        return self._pick(self.topic.answers if self.topic else everywhere.PLAIN_ANSWERS)

    def solution(self) -> str:
        if self.matter is not None:
            return self.slots.fill(self.matter[2])
        ordered = self.service.kind is Kind.ORDER
        return self._pick(everywhere.ORDER_SOLUTIONS if ordered else everywhere.PLAIN_SOLUTIONS)

    def note(self) -> str:
        if self.topic and self.topic.notes:
            return self._pick(self.topic.notes, everywhere.NOTES)
        return self._pick(everywhere.NOTES)

    def say(self, sentences: tuple[str, ...]) -> str:
        return self._pick(sentences)
