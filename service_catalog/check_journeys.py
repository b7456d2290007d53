"""What journeys and grounds that can be read must also hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from service_catalog.access_schema import Prerequisite
from service_catalog.journey_schema import Counted, Journey, JourneyKind, OwnerKind, Step
from service_catalog.schema import Field, FieldKind, Service
from sla.yaml_lines import Spot

if TYPE_CHECKING:
    from service_catalog.schema import Catalogue
    from sla.load import Sla

Found = tuple[str, str, Spot, str]
"""Part of the catalogue, key in it, spot in that, message."""
FOR_KINDS = (JourneyKind.JOIN, JourneyKind.CONTRACT)


def journeys(catalogue: Catalogue, sla: Sla) -> Iterator[Found]:
    for key, journey in catalogue.journeys.items():
        yield from (("journeys", key, *rest) for rest in _journey(journey))
        for index, step in enumerate(journey.steps):
            problems = _step(journey, step, catalogue, sla)
            yield from (("journeys", key, ("steps", index, *spot), told) for spot, told in problems)
    yield from _one_for_each_kind(catalogue)


def _journey(journey: Journey) -> Iterator[tuple[Spot, str]]:
    if (journey.kind in FOR_KINDS) is not bool(journey.for_kinds):
        needed = (
            "si hvilke slag ansettelse det er for" if journey.kind in FOR_KINDS else "det er for alle slag"
        )
        yield ("for_kinds",), needed
    twice = [key for key, count in Counter(step.key for step in journey.steps).items() if count > 1]
    for key in twice:
        yield ("steps",), f"steget «{key}» står to ganger"


def _one_for_each_kind(catalogue: Catalogue) -> Iterator[Found]:
    taken: dict[tuple[JourneyKind, str], str] = {}
    for key, journey in catalogue.journeys.items():
        for kind in journey.for_kinds or ("",):
            other = taken.setdefault((journey.kind, kind), key)
            if other != key:
                yield "journeys", key, (), f"forløpet «{other}» er for det samme"


def _step(journey: Journey, step: Step, catalogue: Catalogue, sla: Sla) -> Iterator[tuple[Spot, str]]:
    earlier = {each.key for each in journey.steps[: journey.steps.index(step)]}
    for key in step.after:
        if key not in earlier:
            yield ("after",), f"«{key}» står ikke tidligere i forløpet"
    if (step.owner is OwnerKind.UNIT) is not (step.ticket is not None):
        yield ("ticket",), "et steg har en sak når en fagenhet gjør det, og ellers ikke"
    if (step.owner is OwnerKind.SYSTEM) is not (step.closes is not None):
        yield ("closes",), "et steg systemet lukker, må si når; de andre lukkes av den som gjør dem"
    if step.opens is not None and step.calendar_days is None and step.opens > step.due:
        yield ("opens",), "steget begynner etter fristen"
    if step.counted_from is Counted.LAST_DAY and journey.kind is JourneyKind.LEAVE:
        yield ("counted_from",), "dagen i dette forløpet er den siste dagen"
    if step.statute is not None:
        statute = sla.statutes.get(step.statute)
        if statute is None or statute.rule is None:
            yield ("statute",), f"«{step.statute}» er ingen lovfrist i sla/statutes"
    if step.gives is not None and step.gives not in set(Prerequisite):
        yield ("gives",), f"«{step.gives}» er ikke noe en tilgang kan kreve"
    for code in step.when.codes:
        if code not in catalogue.access.positions:
            yield ("when", "codes"), f"stillingskoden «{code}» står ikke i positions.yaml"
    yield from _ticket(step, catalogue)


def _ticket(step: Step, catalogue: Catalogue) -> Iterator[tuple[Spot, str]]:
    """What is filled in must be a whole answer to the service's form."""
    if step.ticket is None:
        return
    service = catalogue.services.get(step.ticket.service)
    if service is None:
        yield ("ticket", "service"), f"tjenesten «{step.ticket.service}» finnes ikke"
        return
    fields = {field.key: field for field in service.form.fields}
    for name in (*step.ticket.fill, *step.ticket.fixed):
        if name not in fields:
            yield ("ticket",), f"«{name}» er ikke et felt i skjemaet til «{service.key}»"
    for name, value in step.ticket.fixed.items():
        for one in value if isinstance(value, tuple) else (value,):
            if name in fields and not _may_be(fields[name], one):
                yield ("ticket", "fixed", name), f"«{one}» kan ikke velges i «{name}» hos «{service.key}»"
    for name in _unanswered(step, service):
        yield ("ticket",), f"«{name}» må besvares hos «{service.key}»"


def _may_be(field: Field, value: str) -> bool:
    if field.kind is FieldKind.YES_NO:
        return value in ("yes", "no")
    return not field.choices or value in {choice.value for choice in field.choices}


def _unanswered(step: Step, service: Service) -> Iterator[str]:
    """Required questions that are shown by the fixed answers, and have none."""
    assert step.ticket is not None
    answered = step.ticket.fill.keys() | step.ticket.fixed.keys()
    for field in service.form.fields:
        if field.when is not None:
            given = step.ticket.fixed.get(field.when.field, ())
            chosen = set(given) if isinstance(given, tuple) else {given}
            if not chosen & set(field.when.wanted):
                continue
        if field.required and field.key not in answered:
            yield field.key
