"""«Slik behandler vi opplysningene»: why, what, who reads it, by which law and for how long, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.web.i18n import _, say
from service_catalog.processing import ArchiveDuty, CountedFrom, Disposal, Law, Processing, Retention
from service_catalog.schema import Catalogue, Confidentiality, Service

READERS: dict[Confidentiality, str] = {
    Confidentiality.OPEN: _("Du og de som løser saken: fagenheten og førstelinja."),
    Confidentiality.PERSONAL: _("Du, fagenheten og førstelinja. Ikke kolleger som bestiller for enheten."),
    Confidentiality.PERSONNEL: _("Du og fagenheten. Lesing blir loggført, og du kan se hvem som har lest."),
    Confidentiality.WHISTLEBLOWING: _("Bare du og varslingsmottaket. Ingen andre får vite at saken finnes."),
}
COUNTED_FROM: dict[CountedFrom, str] = {
    CountedFrom.CLOSED: _("%(time)s etter at saken er lukket."),
    CountedFrom.YEAR_END: _("%(time)s etter utgangen av året saken ble lukket."),
    CountedFrom.EMPLOYMENT_ENDED: _("%(time)s etter at ansettelsen er slutt."),
    CountedFrom.RECORDED: _("%(time)s etter at det ble skrevet, eller var over."),
}
THEN: dict[Disposal, str] = {
    Disposal.DELETE: _("Så slettes den."),
    Disposal.ANONYMISE: _("Så fjerner vi det som viser hvem den gjelder."),
    Disposal.TRANSFER: _("Så overføres den til arkivet for ettertiden."),
}
ARCHIVE: dict[ArchiveDuty, str] = {
    ArchiveDuty.NONE: _("Nei, den er ikke arkiv."),
    ArchiveDuty.TEMPORARY: _("Ja, for en tid."),
    ArchiveDuty.PERMANENT: _("Ja, for ettertiden."),
}
YEARS = {"nb": "år", "nn": "år", "en": ("year", "years")}
MONTHS = {"nb": ("måned", "måneder"), "nn": ("månad", "månader"), "en": ("month", "months")}


@dataclass(frozen=True)
class LawLine:
    paragraph: str
    says: str
    source: str
    checked_on: date


@dataclass(frozen=True)
class Handling:
    """What one service does with personal data, in the reader's language."""

    title: str
    purpose: str
    people: str
    data: str
    recipients: str
    readers: str
    kept: str
    archived: str
    laws: tuple[LawLine, ...]


def handling_of(service: Service, catalogue: Catalogue, language: str) -> Handling | None:
    """None only for what was published before services said this."""
    processing = catalogue.processing_of(service)
    if processing is None:
        return None
    return of_processing(processing, catalogue, language, readers=READERS[service.confidentiality])


def of_processing(
    processing: Processing, catalogue: Catalogue, language: str, *, readers: str = ""
) -> Handling:
    """`readers` is a text of ours, to be translated; empty for what no service has."""
    return Handling(
        title=processing.title.in_language(language),
        purpose=processing.purpose.in_language(language),
        people=processing.people.in_language(language),
        data=processing.data.in_language(language),
        recipients=processing.recipients.in_language(language),
        readers=say(language, readers) if readers else "",
        kept=kept(processing.retention, language),
        archived=say(language, ARCHIVE[processing.archive]),
        laws=tuple(law_line(law, language) for law in laws_of(processing, catalogue)),
    )


def laws_of(processing: Processing, catalogue: Catalogue) -> list[Law]:
    """The provisions it builds on, in the order they were written."""
    named = (*processing.legal_basis, *processing.archive_basis)
    return [catalogue.laws[key] for key in named if key in catalogue.laws]


def law_line(law: Law, language: str) -> LawLine:
    return LawLine(law.paragraph, law.says.in_language(language), law.source, law.checked_on)


def kept(retention: Retention, language: str) -> str:
    """«5 år etter at saken er lukket. Så slettes den.»"""
    time = say(language, COUNTED_FROM[retention.counted_from], time=time_of(retention, language))
    return f"{time} {say(language, THEN[retention.then])}"


def time_of(retention: Retention, language: str) -> str:
    """«5 år», «1 år 6 måneder»."""
    parts = []
    for number, words in ((retention.years, YEARS[language]), (retention.months, MONTHS[language])):
        if number:
            forms = (words, words) if isinstance(words, str) else words
            parts.append(f"{number} {forms[0] if number == 1 else forms[1]}")
    return " ".join(parts)
