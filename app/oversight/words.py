"""What each kind of entry says to a person, and the groups they are looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.audit.kinds import AuditKind
from app.web.i18n import _, say
from app.web.problem_texts import sentence_of

SENTENCES: dict[AuditKind, str] = {
    AuditKind.SIGNED_IN: _("Logget inn"),
    AuditKind.SIGN_IN_REFUSED: _("Innlogging avvist"),
    AuditKind.STEPPED_UP: _("Logget inn på nytt for å gjøre noe viktig"),
    AuditKind.SIGNED_OUT: _("Logget ut"),
    AuditKind.SIGNED_OUT_EVERYWHERE: _("Logget ut overalt"),
    AuditKind.PERSON_DISABLED: _("Person stengt ute"),
    AuditKind.PERSON_ENABLED: _("Person sluppet inn igjen"),
    AuditKind.KEY_CREATED: _("API-nøkkel laget"),
    AuditKind.KEY_REVOKED: _("API-nøkkel trukket tilbake"),
    AuditKind.CLIENT_REGISTERED: _("System fikk tilgang"),
    AuditKind.CLIENT_REVOKED: _("System mistet tilgang"),
    AuditKind.ACCOUNT_SHOWN: _("Så hvor noen er logget inn, og nøklene deres"),
    AuditKind.REFUSED: _("Nektet adgang"),
    AuditKind.NOT_FOUND: _("Spurte etter noe som ikke finnes, eller som ikke er for dem"),
    AuditKind.NOT_SIGNED_IN: _("Ugyldig innlogging"),
    AuditKind.RATE_LIMITED: _("For mange forsøk"),
    AuditKind.CASE_READ: _("Leste i en vernet sak"),
    AuditKind.GLASS_BROKEN: _("Åpnet en sak med nødtilgang"),
    AuditKind.IDENTITY_NUMBER_SHOWN: _("Så et fødselsnummer"),
    AuditKind.INSIGHT_ASKED: _("Innsyn i egne opplysninger bedt om"),
    AuditKind.INSIGHT_APPROVED: _("Innsyn i egne opplysninger godkjent"),
    AuditKind.INSIGHT_RELEASED: _("Innsyn i egne opplysninger utlevert"),
    AuditKind.INSIGHT_FETCHED: _("Innsyn i egne opplysninger hentet"),
    AuditKind.ACCESS_ANSWERED: _("Innsynskrav besvart"),
    AuditKind.RIGHT_GIVEN: _("Rettighet gitt"),
    AuditKind.RIGHT_TAKEN: _("Rettighet tatt bort"),
    AuditKind.CATALOGUE_PUBLISHED: _("Katalogen tatt i bruk"),
    AuditKind.AGREEMENT_PROPOSED: _("Avtale foreslått"),
    AuditKind.AGREEMENT_ADOPTED: _("Avtale vedtatt"),
    AuditKind.AGREEMENT_REJECTED: _("Avtale avvist"),
    AuditKind.AGREEMENT_WITHDRAWN: _("Forslag til avtale trukket tilbake"),
    AuditKind.AUDIT_SEARCHED: _("Søkte i sikkerhetsloggen"),
    AuditKind.AUDIT_EXPORTED: _("Hentet ut sikkerhetsloggen"),
    AuditKind.AUDIT_SHORTENED: _("Sikkerhetsloggen forkortet etter oppbevaringsregelen"),
    AuditKind.EXPORTED: _("Hentet ut data"),
    AuditKind.DELIVERY_RETRIED: _("Forsendelser prøvd igjen"),
    AuditKind.ACCESS_READ: _("System lest av for avvik"),
    AuditKind.ACCESS_RELEASED: _("Stanset fjerning av tilganger sluppet fri"),
    AuditKind.HOLD_PLACED: _("Sletting stanset"),
    AuditKind.HOLD_LIFTED: _("Sletting sluppet fri"),
    AuditKind.DESTRUCTION_PROPOSED: _("Kassasjonsliste foreslått"),
    AuditKind.DESTRUCTION_APPROVED: _("Kassasjonsliste godkjent"),
    AuditKind.DESTRUCTION_REJECTED: _("Kassasjonsliste avvist"),
    AuditKind.DESTROYED: _("Saker slettet eller anonymisert"),
    AuditKind.CASES_EXPORTED: _("Avsluttede saker pakket for arkivet"),
    AuditKind.CONTACTS_FORGOTTEN: _("Kontaktopplysninger til dem som har sluttet, slettet"),
    AuditKind.PERSONS_FORGOTTEN: _("Personer som har sluttet, anonymisert"),
}

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lesing": (_("Lesing av vernede saker"), ("case.", "glass.", "identity_number.")),
    "avvist": (_("Avvist"), ("request.", "sign_in.refused")),
    "innlogging": (_("Innlogging"), ("sign_in.", "session.")),
    "tilgang": (_("Rettigheter og nøkler"), ("right.", "key.", "client.", "person.", "account.")),
    "endring": (_("Katalog og avtaler"), ("catalogue.", "agreement.")),
    "uttrekk": (_("Uttrekk og innsyn i loggen"), ("audit.", "data.", "cases.")),
    "innsyn": (_("Innsyn"), ("insight.", "access.answered")),
    "drift": (_("Drift"), ("delivery.", "access.read", "access.released")),
    "sletting": (_("Sletting og arkiv"), ("hold.", "destruction.", "contacts.", "persons.")),
}
"""By the word in the address: its name, and how the kinds in it begin."""


def kinds_in(group: str) -> tuple[AuditKind, ...]:
    """All of them for a group that is not one of ours."""
    _name, beginnings = GROUPS.get(group, ("", ("",)))
    return tuple(kind for kind in SENTENCES if kind.value.startswith(beginnings))


PARTS = {
    "case": _("Saken"),
    "file": _("Vedlegg"),
    "approval": _("Spørsmål om godkjenning"),
    "access": _("Vurdering av et innsynskrav"),
    "insight": _("Innsyn i egne opplysninger"),
    "archive": _("Pakke til arkivet"),
}
SUBJECTS = {
    "agreement_version": _("Avtaleversjon"),
    "api_token": _("API-nøkkel"),
    "approval": _("Godkjenning"),
    "archive_package": _("Pakke"),
    "attachment": _("Vedlegg"),
    "catalogue_version": _("Katalogversjon"),
    "delivery": _("Forsendelse"),
    "destruction": _("Kassasjonsliste"),
    "legal_hold": _("Sperre"),
    "person": _("Person"),
    "target": _("Annet system"),
    "session": _("Innlogging"),
    "system": _("System"),
}
WAYS = {"oidc": _("kommunens innlogging"), "idporten": _("ID-porten"), "demo": _("demoens personvelger")}
WAY = _("via %(way)s")
NAMED = {
    "device": _("fra %(value)s"),
    "address": _("adresse %(value)s"),
    "scopes": _("får: %(value)s"),
    "days": _("dager: %(value)s"),
    "cases": _("saker: %(value)s"),
    "persons": _("personer: %(value)s"),
    "rule": _("regel: %(value)s"),
    "asked": _("spurte etter %(value)s"),
    "form": _("som %(value)s"),
}
"""What else a payload may tell, in words; the rest stands by its key."""
SAID_ELSEWHERE = frozenset({"method", "route", "part", "code", "group", "way"})


def subject_in(kind: str, subject: str, language: str) -> str:
    """«104827-3» of a case, «Kassasjonsliste 3» of what has no number of its own."""
    if not subject or kind == "ticket":
        return subject
    return f"{say(language, SUBJECTS[kind]) if kind in SUBJECTS else kind} {subject}"


def details_in(payload: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """What an entry says beyond who and whom: «Vedlegg», «GET /saker/{number}», the reason a person was given."""
    part = PARTS.get(str(payload.get("part", "")))
    group, _kinds = GROUPS.get(str(payload.get("group", "")), ("", ()))
    known = (
        say(language, part) if part else "",
        say(language, group) if group else "",
        sentence_of(str(payload.get("code", "")), language) or "",
        _way(str(payload.get("way", "")), language),
        f"{payload.get('method', '')} {payload.get('route', '')}".strip(),
    )
    rest = (
        say(language, NAMED[name], value=_plain(value)) if name in NAMED else f"{name}: {_plain(value)}"
        for name, value in payload.items()
        if name not in SAID_ELSEWHERE and value != ""
    )
    return tuple(line for line in (*known, *rest) if line)


def _way(key: str, language: str) -> str:
    """How somebody came in; another issuer is called by its key."""
    if not key:
        return ""
    return say(language, WAY, way=say(language, WAYS[key]) if key in WAYS else key)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
