"""What a plan says to people: where each line stands, and its «fordi»."""

from __future__ import annotations

from datetime import date

from app.access.plan import Line, Reason, Standing, Why
from app.web import words
from app.web.i18n import _, say
from service_catalog.access_schema import Access, Entitlement, Prerequisite

STANDINGS: dict[Standing, tuple[str, str]] = {
    Standing.SUPERFLUOUS: (_("For mye"), "warning"),
    Standing.FAILED: (_("Gikk ikke"), "danger"),
    Standing.BLOCKED: (_("Mangler krav"), "danger"),
    Standing.DUE: (_("Mangler"), "danger"),
    Standing.EXPIRING: (_("Går ut"), "warning"),
    Standing.UNKNOWN: (_("Undersøkes"), "info"),
    Standing.PENDING: (_("Venter på godkjenning"), "info"),
    Standing.ORDERED: (_("Bestilt"), "info"),
    Standing.GRANTED: (_("Har"), "success"),
}
"""Word and colour."""
PREREQUISITES = {
    Prerequisite.POLITIATTEST: _("politiattest"),
    Prerequisite.HPR: _("autorisasjon som helsepersonell (HPR)"),
    Prerequisite.TAUSHETSERKLAERING: _("taushetserklæring"),
}
YOU = _("du")
FAILURES = {
    "not_wanted": _("ingen stilling gir den lenger"),
    "missing": _("noe måtte vises fram først"),
    "not_approved": _("den var ikke godkjent"),
    "changed": _("det som ble godkjent, er ikke det som skulle gis"),
    "approver": _("den som godkjente, kan ikke godkjenne lenger"),
    "not_connected": _("systemet gir den ikke av seg selv lenger"),
    "unknown_person": _("systemet kjenner ikke personen"),
    "no_account": _("personen har ingen konto i systemet"),
    "at_once": _("noen ba om at den ble tatt bort med en gang"),
    "lost": _("den er tatt bort i systemet, utenom Skranke"),
    "timeout": _("systemet svarte ikke i tide"),
    "ambiguous": _("systemet har flere kontoer med samme kjennetegn"),
    "connection": _("fikk ikke kontakt med systemet"),
}
"""By the last word of the code."""
REFUSED = _("systemet svarte nei (%(code)s)")
_BECAUSE = {
    Why.JOB: _("fordi %(who)s er %(title)s (%(code)s) ved %(place)s"),
    Why.JOB_BEGINS: _("fordi %(who)s begynner som %(title)s (%(code)s) ved %(place)s %(day)s"),
    Why.JOB_ENDED: _("fordi %(who)s ikke er %(title)s ved %(place)s etter %(day)s"),
    Why.LEFT: _("fordi %(who)s sluttet %(day)s"),
    Why.ORDER: _("fordi det er bestilt i tillegg, til og med %(day)s"),
    Why.ORDER_ENDED: _("fordi bestillingen bare gjaldt til og med %(day)s"),
    Why.NOT_CONFIRMED: _("fordi ingen har sagt at den trengs etter %(day)s"),
}
_BECAUSE_UNDATED = {
    Why.LEFT: _("fordi %(who)s ikke har noen stilling her nå"),
    Why.ORDER: _("fordi det er bestilt i tillegg"),
    Why.ORDER_ENDED: _("fordi bestillingen er over"),
    Why.NO_ROLE: _("fordi ingen av stillingene gir dette"),
    Why.ON_LEAVE: _("fordi %(who)s har permisjon fra %(place)s; den kommer tilbake når permisjonen er over"),
}


def because(reason: Reason, language: str, *, who: str = "", today: date) -> str:
    """«fordi du er adjunkt (7962) ved Solbakken skole»; `who` is a first name, empty for the reader."""
    day = words.day(reason.on, language, today) if reason.on else ""
    found = _BECAUSE.get(reason.why) if reason.on or reason.why is Why.JOB else None
    job = reason.given.job if reason.given else None
    return say(
        language,
        found or _BECAUSE_UNDATED[reason.why],
        who=who or say(language, YOU),
        title=_lowered(job.title) if job else "",
        code=job.code if job else "",
        place=job.place if job else "",
        day=day,
    )


def reasons_of(line: Line, language: str, *, who: str = "", today: date) -> tuple[str, ...]:
    """One for each job, however many profiles of it give the same."""
    said = (because(reason, language, who=who, today=today) for reason in line.reasons)
    return tuple(dict.fromkeys(said))


def failure_in(reason: str, language: str) -> str:
    """«fikk ikke kontakt med systemet» of «graph connection»."""
    known = FAILURES.get(reason) or FAILURES.get(reason.rpartition(" ")[2])
    return say(language, known) if known else say(language, REFUSED, code=reason)


def standing_in(standing: Standing, language: str) -> str:
    return say(language, STANDINGS[standing][0])


def missing_in(missing: tuple[Prerequisite, ...], language: str) -> str:
    return ", ".join(say(language, PREREQUISITES[each]) for each in missing)


def restorer_in(access: Access, one: Entitlement, language: str) -> str:
    """Who gives it back round the clock; empty for what no life depends on."""
    system = access.systems[one.system]
    return (system.restore or system.title).in_language(language) if one.life_and_health else ""


def _lowered(title: str) -> str:
    """«Adjunkt» in a sentence is «adjunkt»; «HR-rådgiver» stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
