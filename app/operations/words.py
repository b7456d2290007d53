"""What deliveries, other systems and failures are called. Codes only: nobody's name, nothing of what is sent."""

from __future__ import annotations

import re

from app.access.deviations import Kind
from app.access.targets import TOPIC
from app.access.words import FAILURES, failure_in
from app.deliveries.effect import DIED, TIMED_OUT
from app.web.i18n import _, say

TOPICS = {
    "ticket.opened": _("Sak mottatt"),
    "ticket.replied": _("Nytt svar"),
    "ticket.corrected": _("Rettelse"),
    "ticket.delay_expected": _("Trolig forsinket"),
    "ticket.resolved": _("Sak løst"),
    "ticket.reopened": _("Sak åpnet igjen"),
    "ticket.handed_over": _("Sak overlevert"),
    "approval.asked": _("Godkjenning venter"),
    "approval.reminded": _("Påminnelse om godkjenning"),
    "approval.decided": _("Godkjenning avgjort"),
    "task.delegated": _("Oppgave gitt videre"),
    "people.deputy_named": _("Ny stedfortreder"),
    "office.named": _("Nytt verv"),
    "tasks.digest": _("Ukas oppgaver"),
    "tasks.reminder": _("Påminnelse om oppgaver"),
    "tasks.digest_card": _("Ukas oppgaver i Teams"),
    "tasks.reminder_card": _("Påminnelse i Teams"),
    "tasks.teams_connected": _("Prøve til Teams"),
    "engagement.renewal": _("Oppdrag går snart ut"),
    "welcome.link": _("Lenke til den som begynner"),
    "fresh_eyes.asked": _("Spørsmål til den som er ny eller slutter"),
    "agreement.approval_asked": _("Avtale venter på godkjenning"),
    "destruction.approval_asked": _("Kassasjonsliste venter på godkjenning"),
    "insight.released": _("Innsyn i egne opplysninger er klart"),
    "clock.warned": _("Frist nærmer seg"),
    "clock.breached": _("Frist er ute"),
    "clock.escalated": _("Frist godt overskredet"),
    "glass.broken": _("Nødtilgang er brukt"),
    # That somebody has blown the whistle is not the operator's to know.
    "whistleblowing.news": _("Annet"),
}
DEVIATIONS: dict[Kind, tuple[str, str]] = {
    Kind.LATE_TAKING: (_("Skulle vært tatt bort"), "danger"),
    Kind.LATE_GIVING: (_("Skulle vært gitt"), "warning"),
    Kind.FOUND: (_("Gitt utenom Skranke"), "warning"),
    Kind.LOST: (_("Tatt bort utenom Skranke"), "warning"),
    Kind.FAILED: (_("Gikk ikke"), "danger"),
    Kind.CONFIRM: (_("Må bekreftes, liv og helse"), "danger"),
}
"""Word and colour of what differs between the plan and a system."""
ACCESS = _("Tilganger i %(system)s")
TARGETS = {"mail": _("E-posttjeneren")}
REASONS = {
    DIED: _("Prosessen som sendte, stanset hver gang"),
    TIMED_OUT: _("Ikke noe svar i tide"),
    "smtp connection": _("Fikk ikke kontakt"),
    "smtp timeout": _("Ikke noe svar i tide"),
    "smtp 421": _("E-posttjeneren tar ikke imot nå"),
    "smtp 450": _("Postkassen er opptatt"),
    "smtp 452": _("E-posttjeneren er full"),
    "smtp 550": _("Postkassen finnes ikke"),
    "smtp 551": _("Postkassen er flyttet"),
    "smtp 552": _("Postkassen er full"),
    "smtp 553": _("Adressen er ikke gyldig"),
    "smtp 554": _("E-posttjeneren avviste meldingen"),
}
SMTP = _("E-posttjeneren svarte %(code)s")
OURS = _("Feil i Skranke, %(place)s")
UNKNOWN = _("Ukjent grunn")
_OF_TARGETS = ("graph ", "scim ", "webhook ")
_CODE = re.compile(r"smtp (?P<code>\d{3})")


def topic_in(topic: str, language: str) -> str:
    if topic.startswith(TOPIC):
        return say(language, ACCESS, system=topic.removeprefix(TOPIC))
    return say(language, TOPICS[topic]) if topic in TOPICS else topic


def target_in(target: str, language: str) -> str:
    if target.startswith(TOPIC):
        return say(language, ACCESS, system=target.removeprefix(TOPIC))
    return say(language, TARGETS[target]) if target in TARGETS else target


def reason_in(reason: str, language: str) -> str:
    """«Postkassen finnes ikke» of «smtp 550»; what is our own fault says which error stands where."""
    if reason in REASONS:
        return say(language, REASONS[reason])
    found = _CODE.fullmatch(reason)
    if found:
        return say(language, SMTP, code=found["code"])
    if reason.startswith(_OF_TARGETS) or reason in FAILURES:
        return failure_in(reason, language)
    return say(language, OURS, place=reason) if reason else say(language, UNKNOWN)
