"""Closed cases in the words of Noark 5 (version 5.0, arkivstruktur): an exporter's names, not our data model.

Source: Arkivverket, «Noark 5 arkivstruktur» and its metadata catalogue; one case is a `saksmappe`, what was written in
it are `registrering`, each with its text as the main document and its files as attachments.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sla.zone import day_of

NAMESPACE = "http://www.arkivverket.no/standarder/noark5/arkivstruktur"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OURS = uuid.UUID("6f0b43f0-7a0e-5b8a-9d0a-3c8f2f6f7d11")
"""A name's `systemID` is made from this, so that packing again gives the same identities."""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class ArchivedFile:
    """A document in the package. `sha256` is of its bytes, in hexadecimal."""

    path: str
    title: str
    format: str
    size: int
    sha256: str
    at: datetime
    by: str
    is_main: bool


@dataclass(frozen=True)
class Record:
    """Something written in the case: the order itself, an answer, a note, the solution."""

    key: str
    title: str
    at: datetime
    by: str
    sender: str
    receiver: str
    files: tuple[ArchivedFile, ...]


@dataclass(frozen=True)
class Kept:
    """How long, and by which law, when it is not for ever."""

    decision: str
    basis: str
    years: int
    ends_on: date


@dataclass(frozen=True)
class CaseFile:
    number: str
    sequence: int
    title: str
    public_title: str
    """Says nothing about whom it concerns."""
    unit: str
    handler: str
    requester: str
    opened_at: datetime
    closed_at: datetime
    shielded_by: str
    """The provision; empty for a case that may be read by everybody."""
    kept: Kept | None
    records: tuple[Record, ...]


def archive_structure(
    cases: Iterable[CaseFile],
    *,
    municipality: str,
    classes: dict[str, str],
    in_class: dict[str, str],
    at: datetime,
) -> bytes:
    """`arkivstruktur.xml`. `classes`: services by key and title; `in_class`: a case's number to its service's key."""
    by_class: dict[str, list[CaseFile]] = {}
    for case in cases:
        by_class.setdefault(in_class[case.number], []).append(case)
    everything = [case for found in by_class.values() for case in found]
    begun = min((case.opened_at for case in everything), default=at)
    root = Element("arkiv", {"xmlns": NAMESPACE, "xmlns:xsi": XSI})
    _head(root, "arkiv", municipality, f"Skranke, {municipality}", begun)
    _texts(root, ("avsluttetDato", at), ("avsluttetAv", "Skranke"))
    creator = SubElement(root, "arkivskaper")
    _texts(creator, ("arkivskaperID", municipality), ("arkivskaperNavn", municipality))
    part = SubElement(root, "arkivdel")
    _texts(part, ("systemID", _id("arkivdel", municipality)), ("tittel", "Interne tjenester"))
    _texts(
        part, ("arkivdelstatus", "Avsluttet periode"), ("opprettetDato", begun), ("opprettetAv", "Skranke")
    )
    _texts(part, ("avsluttetDato", at), ("avsluttetAv", "Skranke"))
    system = SubElement(part, "klassifikasjonssystem")
    _texts(
        system,
        ("systemID", _id("klassifikasjonssystem", municipality)),
        ("klassifikasjonstype", "Funksjonsbasert, hierarkisk"),
    )
    _texts(system, ("tittel", "Tjenester"), ("opprettetDato", begun), ("opprettetAv", "Skranke"))
    for key, found in sorted(by_class.items()):
        group = SubElement(system, "klasse")
        _texts(group, ("systemID", _id("klasse", key)), ("klasseID", key), ("tittel", classes[key]))
        _texts(group, ("opprettetDato", begun), ("opprettetAv", "Skranke"))
        for case in sorted(found, key=lambda each: each.number):
            _case(group, case)
    indent(root, space=" ")
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _head(parent: Element, kind: str, name: str, title: str, created_at: datetime) -> None:
    _texts(parent, ("systemID", _id(kind, name)), ("tittel", title))
    _texts(parent, ("opprettetDato", created_at), ("opprettetAv", "Skranke"))


def _case(parent: Element, case: CaseFile) -> None:
    folder = SubElement(parent, "mappe", {"xsi:type": "saksmappe"})
    _texts(
        folder,
        ("systemID", _id("sak", case.number)),
        ("mappeID", case.number),
        ("tittel", case.title),
        ("offentligTittel", case.public_title),
        ("dokumentmedium", "Elektronisk arkiv"),
        ("opprettetDato", case.opened_at),
        ("opprettetAv", case.requester),
        ("avsluttetDato", case.closed_at),
        ("avsluttetAv", "Skranke"),
    )
    party = SubElement(folder, "part")
    _texts(party, ("partNavn", case.requester), ("partRolle", "Bestiller"))
    if case.kept:
        disposal = SubElement(folder, "kassasjon")
        _texts(disposal, ("kassasjonsvedtak", case.kept.decision), ("kassasjonshjemmel", case.kept.basis))
        _texts(disposal, ("bevaringstid", case.kept.years), ("kassasjonsdato", case.kept.ends_on))
    if case.shielded_by:
        shield = SubElement(folder, "skjerming")
        _texts(
            shield, ("tilgangsrestriksjon", "Unntatt offentlighet"), ("skjermingshjemmel", case.shielded_by)
        )
        _texts(shield, ("skjermingMetadata", "Tittel"), ("skjermingMetadata", "Navn på part i sak"))
        _texts(shield, ("skjermingDokument", "Skjerming av hele dokumentet"))
    for record in case.records:
        _record(folder, case, record)
    _texts(
        folder,
        ("saksaar", case.opened_at.year),
        ("sakssekvensnummer", case.sequence),
        ("saksdato", day_of(case.opened_at)),
        ("administrativEnhet", case.unit),
        ("saksansvarlig", case.handler),
        ("saksstatus", "Avsluttet"),
    )


def _record(folder: Element, case: CaseFile, record: Record) -> None:
    element = SubElement(folder, "registrering")
    _texts(element, ("systemID", _id("registrering", f"{case.number}/{record.key}")))
    _texts(element, ("opprettetDato", record.at), ("opprettetAv", record.by))
    _texts(element, ("arkivertDato", case.closed_at), ("arkivertAv", "Skranke"))
    for number, file in enumerate(record.files, start=1):
        _document(element, file, number)
    _texts(element, ("registreringsID", f"{case.number}/{record.key}"), ("tittel", record.title))
    for role, name in (("Avsender", record.sender), ("Mottaker", record.receiver)):
        correspondent = SubElement(element, "korrespondansepart")
        _texts(correspondent, ("korrespondanseparttype", role), ("korrespondansepartNavn", name))


def _document(record: Element, file: ArchivedFile, number: int) -> None:
    described = SubElement(record, "dokumentbeskrivelse")
    _texts(
        described,
        ("systemID", _id("dokument", file.path)),
        ("dokumenttype", "Brev" if file.is_main else "Annet"),
        ("dokumentstatus", "Dokumentet er ferdigstilt"),
        ("tittel", file.title),
        ("opprettetDato", file.at),
        ("opprettetAv", file.by),
        ("tilknyttetRegistreringSom", "Hoveddokument" if file.is_main else "Vedlegg"),
        ("dokumentnummer", number),
        ("tilknyttetDato", file.at),
        ("tilknyttetAv", file.by),
    )
    stored = SubElement(described, "dokumentobjekt")
    _texts(
        stored,
        ("systemID", _id("fil", file.path)),
        ("versjonsnummer", 1),
        ("variantformat", "Produksjonsformat"),
        ("format", file.format),
        ("opprettetDato", file.at),
        ("opprettetAv", file.by),
        ("referanseDokumentfil", file.path),
        ("sjekksum", file.sha256),
        ("sjekksumAlgoritme", "SHA-256"),
        ("filstoerrelse", file.size),
    )


def _texts(parent: Element, *pairs: tuple[str, object]) -> None:
    for name, value in pairs:
        said = value.isoformat() if isinstance(value, date) else str(value)
        SubElement(parent, name).text = NOT_XML.sub("\ufffd", said) or "–"


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(OURS, f"{kind}:{name}"))


def checksums(files: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Lines that `sha256sum --check` reads, of (path, hexadecimal digest)."""
    for path, digest in files:
        yield f"{digest}  {path}\n"
