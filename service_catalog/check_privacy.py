"""What must be said about personal data before a service may be used."""

from __future__ import annotations

from collections.abc import Iterator

from service_catalog.processing import (
    LEAVERS,
    OF_THE_HOUSE,
    SECURITY_LOG,
    ArchiveDuty,
    CountedFrom,
    Disposal,
    Law,
    LawKind,
    Processing,
)
from service_catalog.schema import Catalogue, Confidentiality
from sla.yaml_lines import Spot

Complaint = tuple[str, str, Spot, str]
FROM_CLOSING = (CountedFrom.CLOSED, CountedFrom.YEAR_END)
NEEDS_NATIONAL = ("gdpr-6-1-c", "gdpr-6-1-e")
"""Bases that must be laid down in national law as well (GDPR article 6(3))."""


def privacy(catalogue: Catalogue) -> Iterator[Complaint]:
    """Every service says why it may use personal data, and how long; every law that is named is written down."""
    yield from _services(catalogue)
    for processing in catalogue.processing.values():
        for spot, message in (*_known(processing, catalogue), *_grounded(processing, catalogue)):
            yield "processing", processing.key, spot, message
    log = catalogue.processing.get(SECURITY_LOG)
    if log is not None and log.retention.years < 1:
        yield "processing", SECURITY_LOG, ("retention",), "sikkerhetsloggen må stå i minst ett år"
    names = catalogue.processing.get(LEAVERS)
    if names is not None and (log is None or names.retention.lasts < log.retention.lasts):
        message = "navnet må stå så lenge som sikkerhetsloggen, som skal kunne si hvem som leste"
        yield "processing", LEAVERS, ("retention",), message
    yield from _used(catalogue)


def _services(catalogue: Catalogue) -> Iterator[Complaint]:
    for key, unit in catalogue.units.items():
        if unit.processing is not None and unit.processing not in catalogue.processing:
            yield (
                "units",
                key,
                ("processing",),
                f"behandlingen «{unit.processing}» står ikke i processing.yaml",
            )
    for key, service in catalogue.services.items():
        if service.processing is not None and service.processing not in catalogue.processing:
            message = f"behandlingen «{service.processing}» står ikke i processing.yaml"
            yield "services", key, ("processing",), message
        elif catalogue.processing_of(service) is None:
            yield (
                "services",
                key,
                (),
                "ingen behandling: hvorfor og hvor lenge må stå på tjenesten eller enheten",
            )
        elif (
            found := catalogue.processing_of(service)
        ) and found.retention.counted_from is CountedFrom.RECORDED:
            yield (
                "services",
                key,
                ("processing",),
                "«recorded» er for logger; en sak har en dag den ble lukket",
            )
        elif service.confidentiality is Confidentiality.WHISTLEBLOWING:
            kept = catalogue.processing_of(service)
            assert kept is not None
            if kept.retention.then is not Disposal.DELETE or kept.retention.counted_from not in FROM_CLOSING:
                message = (
                    "varsler slettes, en tid etter at de er avsluttet: hvem som varslet, er det ingen som vet"
                )
                yield "services", key, ("processing",), message


def _known(processing: Processing, catalogue: Catalogue) -> Iterator[tuple[Spot, str]]:
    for part in ("legal_basis", "archive_basis"):
        for index, key in enumerate(getattr(processing, part)):
            if key not in catalogue.laws:
                yield (part, index), f"«{key}» står ikke i laws.yaml"


def _grounded(processing: Processing, catalogue: Catalogue) -> Iterator[tuple[Spot, str]]:
    named = [catalogue.laws[key] for key in processing.legal_basis if key in catalogue.laws]
    kinds = {law.kind for law in named}
    if LawKind.GDPR_6 not in kinds:
        yield ("legal_basis",), "grunnlaget må nevne artikkel 6 i personvernforordningen"
    if {law.key for law in named} & set(NEEDS_NATIONAL) and LawKind.NATIONAL not in kinds:
        yield (
            ("legal_basis",),
            "artikkel 6 nr. 1 bokstav c og e trenger en norsk lov i tillegg (artikkel 6 nr. 3)",
        )
    if processing.special != (LawKind.GDPR_9 in kinds):
        yield ("special",), "særlige opplysninger («special») og artikkel 9 hører sammen"
    if processing.archive is not ArchiveDuty.NONE and not _of_kind(processing, catalogue, LawKind.ARCHIVE):
        yield ("archive_basis",), "arkivplikten må vise til en bestemmelse av slaget «archive»"


def _of_kind(processing: Processing, catalogue: Catalogue, kind: LawKind) -> list[Law]:
    named = (catalogue.laws.get(key) for key in processing.archive_basis)
    return [law for law in named if law is not None and law.kind is kind]


def _used(catalogue: Catalogue) -> Iterator[Complaint]:
    """What nothing uses is a slip of the pen; risks cover every class there is."""
    used = {service.processing for service in catalogue.services.values()}
    used |= {unit.processing for unit in catalogue.units.values()}
    for key in catalogue.processing.keys() - used - OF_THE_HOUSE:
        yield "processing", key, (), f"ingen tjeneste bruker behandlingen «{key}»"
    named = {
        law for each in catalogue.processing.values() for law in (*each.legal_basis, *each.archive_basis)
    }
    for key, law in catalogue.laws.items():
        if key not in named and law.kind in (LawKind.GDPR_6, LawKind.GDPR_9, LawKind.ARCHIVE):
            yield "laws", key, (), f"ingen behandling bygger på «{key}»"
    for key, risk in catalogue.risks.items():
        if risk.after > risk.before:
            yield "risks", key, ("likelihood_after",), "risikoen er større etter tiltakene enn før"
    judged = {each for risk in catalogue.risks.values() for each in risk.concerns}
    for missing in (each for each in Confidentiality if each not in judged):
        yield "risks", "", (), f"ingen risiko er vurdert for «{missing}»"
