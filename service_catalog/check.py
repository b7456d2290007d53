"""What a catalogue that can be read must also hold before people may use it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from service_catalog.check_access import access
from service_catalog.check_journeys import journeys
from service_catalog.check_privacy import privacy
from service_catalog.check_wheel import wheel
from service_catalog.glossary import mentioned
from service_catalog.load import Sources
from service_catalog.schema import (
    Authority,
    Catalogue,
    Confidentiality,
    Field,
    FieldKind,
    Payer,
    Prefill,
    Prose,
    Service,
)
from service_catalog.words import fold
from sla.agreement import OTHER_UNITS
from sla.yaml_lines import Problem, Spot

if TYPE_CHECKING:
    from sla.load import Sla

READABLE_CONTRAST = 4.5
"""WCAG 1.4.3, ordinary text."""

Complaint = tuple[str, str, Spot, str]
"""Part of the catalogue, key in it, spot in that, message."""

PREFILL_SUITS: dict[Prefill, tuple[FieldKind, ...]] = {
    Prefill.ME: (FieldKind.PERSON,),
    Prefill.MY_LEADER: (FieldKind.PERSON,),
    Prefill.MY_UNIT: (FieldKind.ORG_UNIT,),
    Prefill.TODAY: (FieldKind.DATE,),
}
TEXTS = (FieldKind.TEXT, FieldKind.LONG_TEXT)


def check(catalogue: Catalogue, sla: Sla, sources: Sources | None = None) -> list[Problem]:
    """Everything wrong, in order. With `sources` (from `read_catalogue`) each has its file and line."""
    found = sources or Sources()
    complaints = (
        *_municipality(catalogue, sla),
        *_units(catalogue, sla),
        *_agreements(catalogue, sla),
        *_statutes(catalogue, sla),
        *_routing(catalogue),
        *_articles(catalogue),
        *_glossary(catalogue),
        *_synonyms(catalogue),
        *privacy(catalogue),
        *access(catalogue),
        *journeys(catalogue, sla),
        *wheel(catalogue, sla),
        *(each for service in catalogue.services.values() for each in _service(service, catalogue, sla)),
    )
    return sorted({found.problem(*complaint) for complaint in complaints})


def _municipality(catalogue: Catalogue, sla: Sla) -> Iterator[Complaint]:
    yield from _calendar("municipality", "", catalogue.municipality.calendar, sla)
    centre = catalogue.municipality.centre_service
    if centre is not None and centre not in catalogue.services:
        yield "municipality", "", ("centre_service",), f"tjenesten «{centre}» finnes ikke"
    accent = catalogue.municipality.brand.accent
    if _contrast_with_white(accent) < READABLE_CONTRAST:
        yield "municipality", "", ("brand", "accent"), f"hvit tekst kan ikke leses på fargen {accent}"


def _contrast_with_white(colour: str) -> float:
    """WCAG's contrast ratio."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _units(catalogue: Catalogue, sla: Sla) -> Iterator[Complaint]:
    first_lines = [key for key, unit in catalogue.units.items() if unit.first_line]
    if len(first_lines) != 1:
        where = first_lines[-1] if first_lines else next(iter(catalogue.units), "")
        yield "units", where, ("first_line",), "nøyaktig én fagenhet skal være førstelinje"
    for key, unit in catalogue.units.items():
        if not catalogue.services_of(key):
            yield "units", key, (), f"fagenheten «{key}» har ingen tjenester"
        yield from _calendar("units", key, unit.calendar, sla)


def _calendar(group: str, key: str, name: str, sla: Sla) -> Iterator[Complaint]:
    calendar = sla.calendars.get(name)
    if calendar is None:
        yield group, key, ("calendar",), f"kalenderen «{name}» finnes ikke"
    elif not any(calendar.weekly.values()):
        yield group, key, ("calendar",), f"kalenderen «{name}» er aldri åpen"


def _agreements(catalogue: Catalogue, sla: Sla) -> Iterator[Complaint]:
    for name, agreement in sla.agreements.items():
        if agreement.provider not in catalogue.units:
            message = f"fagenheten «{agreement.provider}» finnes ikke"
            yield "agreements", name, ("provider",), message
        if agreement.owner not in catalogue.owners:
            yield "agreements", name, ("owner",), f"eieren «{agreement.owner}» står ikke i owners.yaml"
        for unit in agreement.legs:
            if unit not in catalogue.units and unit != OTHER_UNITS:
                message = (
                    f"fagenheten «{unit}» finnes ikke; skriv en av dem, eller «{OTHER_UNITS}» for resten"
                )
                yield "agreements", name, ("legs", unit), message


def _statutes(catalogue: Catalogue, sla: Sla) -> Iterator[Complaint]:
    """A law follows a service only if its dates can be read there, and if the agreement says so to those who read it."""
    for name, statute in sla.statutes.items():
        for concern in statute.concerns:
            service = catalogue.services.get(concern.service)
            if service is None:
                yield "statutes", name, (), f"tjenesten «{concern.service}» finnes ikke"
                continue
            asked = {field.key: field.kind for field in service.form.fields}
            for field in (concern.starts_on, *concern.ends_on):
                if asked.get(field) is not FieldKind.DATE:
                    yield "statutes", name, (), f"«{field}» er ingen dato i skjemaet til «{service.key}»"
            for field in concern.when.keys() - asked.keys():
                yield "statutes", name, (), f"«{field}» finnes ikke i skjemaet til «{service.key}»"
            for each in sla.versions.get(service.agreement, ()):
                if name not in each.statutes:
                    message = f"lovfristen «{name}» følger «{service.key}»; nevn den under «statutes»"
                    yield "agreements", each.name, (), message


def _routing(catalogue: Catalogue) -> Iterator[Complaint]:
    areas = {area.key for area in catalogue.municipality.areas}
    last = catalogue.routing[-1] if catalogue.routing else None
    seen: set[str] = set()
    for rule in catalogue.routing:
        when = rule.when
        catches_all = not (when.keywords or when.areas or when.channels or when.confidentiality)
        if rule.id in seen:
            yield "routing", rule.id, ("id",), f"to regler heter «{rule.id}»"
        seen.add(rule.id)
        if rule.unit not in catalogue.units:
            yield "routing", rule.id, ("unit",), f"fagenheten «{rule.unit}» finnes ikke"
        for area in when.areas:
            if area not in areas:
                yield "routing", rule.id, ("when", "areas"), f"området «{area}» står ikke i municipality.yaml"
        if catches_all and rule is not last:
            yield "routing", rule.id, (), "regelen passer alltid, så reglene under den blir aldri brukt"
        if rule is last and not catches_all:
            yield "routing", rule.id, (), "den siste regelen skal passe alltid, så ingen melding blir borte"
    if last is None:
        yield "routing", "", (), "det finnes ingen regler"


def _articles(catalogue: Catalogue) -> Iterator[Complaint]:
    for key, article in catalogue.articles.items():
        if article.unit not in catalogue.units:
            yield "articles", key, ("unit",), f"fagenheten «{article.unit}» finnes ikke"
        yield from _words(catalogue, "articles", key, (), article.body)


def _glossary(catalogue: Catalogue) -> Iterator[Complaint]:
    seen: dict[str, str] = {}
    for key, term in catalogue.glossary.items():
        for word in {fold(term.term.nb), *map(fold, term.also)}:
            if seen.setdefault(word, key) != key:
                yield "glossary", key, (), f"«{word}» er forklart to ganger, også under «{seen[word]}»"
        yield from _words(catalogue, "glossary", key, ("meaning",), term.meaning)


def _words(
    catalogue: Catalogue, part: str, key: str, spot: Spot, *texts: Prose | None
) -> Iterator[Complaint]:
    for text in texts:
        for language in ("nb", "nn", "en"):
            for word in mentioned(getattr(text, language, None) or ""):
                if word not in catalogue.glossary:
                    yield part, key, (*spot, language), f"ordet «{word}» er ikke forklart i glossary.yaml"


def _synonyms(catalogue: Catalogue) -> Iterator[Complaint]:
    """The same everyday words for two services would make the search a toss."""
    owners: dict[str, list[tuple[str, Spot]]] = defaultdict(list)
    for key, service in catalogue.services.items():
        owners[fold(service.title.nb)].append((key, ("title",)))
        for index, synonym in enumerate(service.synonyms):
            owners[fold(synonym)].append((key, ("synonyms", index)))
    for phrase, places in owners.items():
        services = list(dict.fromkeys(key for key, _ in places))
        if len(services) > 1:
            for key, spot in places:
                others = ", ".join(other for other in services if other != key)
                yield "services", key, spot, f"«{phrase}» peker også på {others}"


def _service(service: Service, catalogue: Catalogue, sla: Sla) -> Iterator[Complaint]:
    for spot, message in (
        *_belongs(service, catalogue, sla),
        *_price(service),
        *_approvals(service),
        *_shared(service),
        *_fields(service.form.fields, ("form", "fields"), {}),
    ):
        yield "services", service.key, spot, message
    texts = (service.gets, service.for_whom, service.price.note, service.form.intro)
    yield from _words(catalogue, "services", service.key, (), *texts)
    for spot, field in _every_field(service.form.fields, ("form", "fields")):
        yield from _words(catalogue, "services", service.key, (*spot, "help"), field.help)


def _belongs(service: Service, catalogue: Catalogue, sla: Sla) -> Iterator[tuple[Spot, str]]:
    if service.unit not in catalogue.units:
        yield (), f"mappen «{service.unit}» er ingen fagenhet i units.yaml"
    if service.agreement not in sla.versions:
        yield ("agreement",), f"avtalen «{service.agreement}» finnes ikke"
    for index, article in enumerate(service.articles):
        if article not in catalogue.articles:
            yield ("articles", index), f"artikkelen «{article}» finnes ikke"
    keys = [mandate.key for mandate in service.mandate]
    if len(keys) != len(set(keys)):
        yield ("mandate",), "to fullmakter har samme nøkkel"


def _price(service: Service) -> Iterator[tuple[Spot, str]]:
    price = service.price
    fields = {field.key: field for field in service.form.fields}
    unit_pays = price.pays is Payer.ORDERING_UNIT and not price.is_free
    if unit_pays and not service.kontering:
        yield ("price",), "den som bestiller betaler, så tjenesten må ha «kontering: true»"
    if service.kontering and not unit_pays:
        yield ("kontering",), "tjenesten spør om kontering, men koster ikke den som bestiller noe"
    if unit_pays and Authority.BUDGET not in {rule.authority for rule in service.approvals}:
        yield ("approvals",), "det som koster, skal godkjennes av en med budsjettdisponering"
    if price.times and getattr(fields.get(price.times), "kind", None) is not FieldKind.NUMBER:
        yield ("price", "times"), f"«{price.times}» er ikke et felt med et antall"
    if price.by_choice is None:
        return
    chosen = fields.get(price.by_choice.field)
    offered = {choice.value for choice in chosen.choices} if chosen else set()
    if not offered:
        yield ("price", "by_choice"), f"«{price.by_choice.field}» er ikke et felt med valg"
    for value in price.by_choice.amounts_nok.keys() - offered:
        yield ("price", "by_choice", "amounts_nok", value), f"«{value}» kan ikke velges i skjemaet"
    missing = offered - price.by_choice.amounts_nok.keys()
    if missing and price.note is None:
        yield ("price", "by_choice"), f"pris mangler for {', '.join(sorted(missing))}; si hvorfor i «note»"


def _approvals(service: Service) -> Iterator[tuple[Spot, str]]:
    if len(service.approvals) > 1 and service.approvals_reason is None:
        yield ("approvals",), "mer enn ett godkjenningsledd; si hvorfor i «approvals_reason»"
    if len(set(service.approvals)) != len(service.approvals):
        yield ("approvals",), "samme godkjenning står to ganger"


def _shared(service: Service) -> Iterator[tuple[Spot, str]]:
    """A ticket that many read holds nothing private, and always says what it is."""
    if service.shared is None:
        return
    asked = next((field for field in service.form.fields if field.key == service.shared.kind), None)
    if asked is None or asked.kind is not FieldKind.CHOICE or not asked.required or asked.when:
        yield ("shared", "kind"), f"«{service.shared.kind}» er ikke et valg som alltid må tas i skjemaet"
    if service.confidentiality is not Confidentiality.OPEN:
        yield ("shared",), "det som alle enheter ser, kan ikke være fortrolig"


def _fields(fields: Iterable[Field], start: Spot, earlier: dict[str, Field]) -> Iterator[tuple[Spot, str]]:
    """Conditions look back only; inside a group also at what stands before the group."""
    own: set[str] = set()
    known = dict(earlier)
    for index, field in enumerate(fields):
        spot = (*start, index)
        if field.key in own:
            yield spot, f"to felter heter «{field.key}»"
        own.add(field.key)
        if field.when is not None:
            yield from _condition(field, spot, known)
        suits = PREFILL_SUITS.get(field.prefill, TEXTS) if field.prefill else (field.kind,)
        if field.kind not in suits:
            yield (*spot, "prefill"), f"«{field.prefill}» kan ikke stå i et felt av slaget {field.kind}"
        yield from _fields(field.fields, (*spot, "fields"), known)
        known[field.key] = field


def _condition(field: Field, spot: Spot, known: dict[str, Field]) -> Iterator[tuple[Spot, str]]:
    assert field.when is not None
    other = known.get(field.when.field)
    if other is None:
        yield (*spot, "when"), f"vilkåret viser til «{field.when.field}», som ikke står tidligere i skjemaet"
        return
    answers = {choice.value for choice in other.choices}
    if other.kind is FieldKind.YES_NO:
        answers = {"yes", "no"}
    if not answers:
        yield (*spot, "when"), f"«{other.key}» har ingen valg å vise til"
    for wanted in field.when.wanted:
        if answers and wanted not in answers:
            yield (*spot, "when"), f"«{wanted}» kan ikke velges i «{other.key}»"


def _every_field(fields: Iterable[Field], start: Spot) -> Iterator[tuple[Spot, Field]]:
    for index, field in enumerate(fields):
        yield (*start, index), field
        yield from _every_field(field.fields, (*start, index, "fields"))
