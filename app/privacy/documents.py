"""The drafts that a municipality needs before it may begin, written from what its catalogue says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.catalogue.handling import ARCHIVE, kept, laws_of
from service_catalog.processing import Law, Processing
from service_catalog.schema import Catalogue, Confidentiality, Service

DRAFTS = Path(__file__).parent / "drafts"
NAMES = ("privacy.md", "behandlingsprotokoll.md", "dpia.md", "ros.md")
CLASSES: dict[Confidentiality, str] = {
    Confidentiality.OPEN: "åpen for enheten",
    Confidentiality.PERSONAL: "personlig",
    Confidentiality.PERSONNEL: "personalsak",
    Confidentiality.WHISTLEBLOWING: "varsling",
}
GRAVE = (Confidentiality.PERSONNEL, Confidentiality.WHISTLEBLOWING)
GREEN, YELLOW = 4, 8
"""The highest product of likelihood and consequence of each colour."""
WORTH_A_WORD = 4
"""Remaining risks from here on are named as the municipality's own decision."""


@dataclass(frozen=True)
class ServiceLine:
    title: str
    processing: str
    confidentiality: str
    archive: str
    kept: str


@dataclass(frozen=True)
class ProcessingLines:
    title: str
    purpose: str
    people: str
    data: str
    recipients: str
    special: bool
    because: str
    """Why its consequences must be assessed; empty when they need not be."""
    laws: tuple[Law, ...]
    archive: str
    kept: str
    classes: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class RiskLine:
    what: str
    concerns: tuple[str, ...]
    likelihood: int
    consequence: int
    likelihood_after: int
    consequence_after: int
    before: int
    after: int
    measures: tuple[str, ...]


def documents(catalogue: Catalogue) -> dict[str, str]:
    """File name → text; the same catalogue always gives the same text."""
    processings = [_processing(each, catalogue) for each in catalogue.processing.values()]
    risks = _risks(catalogue)
    known = {
        "name": catalogue.municipality.name,
        "address": catalogue.municipality.address,
        "email": catalogue.municipality.email,
        "phone": catalogue.municipality.phone,
        "units": len(catalogue.units),
        "services": [_service(each, catalogue) for each in catalogue.services.values()],
        "processings": processings,
        "grave": [each for each in processings if each.because],
        "laws": list(catalogue.laws.values()),
        "risks": risks,
        "left": [risk for risk in risks if risk.after >= WORTH_A_WORD],
        "measures": list(dict.fromkeys(measure for risk in risks for measure in risk.measures)),
    }
    return {name: _environment().get_template(f"{name}.j2").render(known) for name in NAMES}


def write(catalogue: Catalogue, folder: Path) -> list[str]:
    """Write what differs from what stands there; the names of those files."""
    changed = stale(catalogue, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents(catalogue).items():
        if name in changed:
            (folder / name).write_text(text, encoding="utf-8")
    return changed


def stale(catalogue: Catalogue, folder: Path) -> list[str]:
    """The drafts that do not say what the catalogue says now."""
    return [
        name
        for name, text in documents(catalogue).items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


@cache
def _environment() -> Environment:
    """Markdown of reviewed texts, for a folder and not for a browser: nothing is escaped but the table's own sign."""
    environment = Environment(
        loader=FileSystemLoader(DRAFTS),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: value.replace("|", "\\|") if isinstance(value, str) else value,
    )
    environment.filters["colour"] = _colour
    environment.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    return environment


def _colour(product: int) -> str:
    return "(grønn)" if product <= GREEN else "(gul)" if product <= YELLOW else "(rød)"


def _service(service: Service, catalogue: Catalogue) -> ServiceLine:
    processing = _must(catalogue.processing_of(service))
    return ServiceLine(
        service.title.nb,
        processing.title.nb,
        CLASSES[service.confidentiality],
        ARCHIVE[processing.archive],
        kept(processing.retention, "nb"),
    )


def _processing(processing: Processing, catalogue: Catalogue) -> ProcessingLines:
    services = [each for each in catalogue.services.values() if catalogue.processing_of(each) == processing]
    classes = [each for each in Confidentiality if each in {service.confidentiality for service in services}]
    because = [
        *(["særlige kategorier"] if processing.special else []),
        *(CLASSES[each] for each in classes if each in GRAVE),
    ]
    return ProcessingLines(
        title=processing.title.nb,
        purpose=processing.purpose.nb,
        people=processing.people.nb,
        data=processing.data.nb,
        recipients=processing.recipients.nb,
        special=processing.special,
        because=", ".join(because),
        laws=tuple(laws_of(processing, catalogue)),
        archive=ARCHIVE[processing.archive],
        kept=kept(processing.retention, "nb"),
        classes=tuple(CLASSES[each] for each in classes),
        services=tuple(service.title.nb for service in services),
    )


def _risks(catalogue: Catalogue) -> list[RiskLine]:
    """The gravest that remain come first, and of equals those that were gravest before."""
    lines = [
        RiskLine(
            what=risk.what,
            concerns=tuple(CLASSES[each] for each in risk.concerns),
            likelihood=risk.likelihood,
            consequence=risk.consequence,
            likelihood_after=risk.likelihood_after,
            consequence_after=risk.consequence_after,
            before=risk.before,
            after=risk.after,
            measures=risk.measures,
        )
        for risk in catalogue.risks.values()
    ]
    return sorted(lines, key=lambda risk: (-risk.after, -risk.before))


def _must(processing: Processing | None) -> Processing:
    assert processing is not None, "the lint refuses a service without a processing"
    return processing
