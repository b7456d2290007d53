"""`python -m app.tickets.permissions` writes docs/permissions.md: the table of rights as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from app.settings import PROJECT
from app.tickets.rights import TICKET_CLASSES, Field, Operation, Role, right_of
from service_catalog.schema import Confidentiality

PAGE = PROJECT / "docs" / "permissions.md"

CLASSES: dict[Confidentiality, str] = {
    Confidentiality.OPEN: "Åpen for enheten",
    Confidentiality.PERSONAL: "Personlig",
    Confidentiality.PERSONNEL: "Personalsak",
}
ROLES: dict[Role, str] = {
    Role.REQUESTER: "Den saken gjelder",
    Role.OPENER: "Den som meldte den for en annen",
    Role.AGENT: "Saksbehandler i enheten som har saken",
    Role.LEAD: "Leder for enheten, eller fagansvarlig",
    Role.RECEIVER: "Saksbehandler i enheten som er tilbudt saken",
    Role.FIRST_LINE: "Førstelinja",
    Role.NEEDS_AGENT: "Saksbehandler i en annen enhet, om et behov",
    Role.NEEDS_LEADER: "Leder, om et behov",
    Role.APPROVER: "Den som er spurt om å godkjenne",
    Role.ORDERER: "Bestiller for stedet",
    Role.PROCESS_OWNER: "Prosesseier for tjenesten",
    Role.OTHER_AGENT: "Saksbehandler i en annen enhet",
    Role.GLASS: "Den som har brukt nødtilgang",
    Role.LINE_LEADER: "Leder for den saken gjelder",
    Role.CATALOGUE_EDITOR: "Katalogredaktør",
    Role.PRIVACY_OFFICER: "Personvernombud og sikkerhetsansvarlig",
    Role.TECHNICAL_ADMINISTRATOR: "Teknisk administrator",
    Role.COLLEAGUE: "Alle andre",
}
FIELDS: dict[Field, str] = {
    Field.CASE: "saken",
    Field.CONVERSATION: "samtalen",
    Field.NOTES: "notater",
    Field.HISTORY: "historien",
    Field.APPROVALS: "godkjenninger",
    Field.IDENTITY_NUMBER: "fødselsnummer",
}
OPERATIONS: dict[Operation, str] = {
    Operation.REPLY: "svare",
    Operation.REOPEN: "gjenåpne",
    Operation.WITHDRAW: "trekke",
    Operation.CORRECT: "rette",
    Operation.NOTE: "skrive notat",
    Operation.TAKE: "ta",
    Operation.ASSIGN: "fordele",
    Operation.WAIT: "sette på vent",
    Operation.RESUME: "ta opp igjen",
    Operation.PRIORITY: "prioritere",
    Operation.EXPLAIN_DELAY: "forklare forsinkelse",
    Operation.RESOLVE: "løse",
    Operation.RESOLVE_BY_MANDATE: "løse etter fullmakt",
    Operation.HAND_OVER: "overlevere",
    Operation.ANSWER_HANDOVER: "ta imot eller returnere",
    Operation.REROUTE: "flytte",
    Operation.MOVE_TO_VERSION: "la en annen avtaleversjon gjelde",
    Operation.DECIDE: "godkjenne eller avslå",
    Operation.BREAK_GLASS: "bruke nødtilgang",
}
HEAD = """\
# Hvem ser og gjør hva

Skrevet av `python -m app.tickets.permissions` fra tabellen i `app/tickets/rights.py`, som også programmet og testene
leser. Rett tabellen, ikke denne siden. En person kan stå i flere forhold til samme sak, og har da alt de gir.

Disse reglene tar fra det tabellen gir:

- **Habilitet.** Ingen behandler eller godkjenner sin egen sak, en sak for noen de står nær, eller sin egen leders sak
  (forvaltningsloven kap. II). Den som ikke kan behandle en sak for en nærstående eller sin leder, kan likevel gi den til
  en annen enhet.
- **Egen sak.** En saksbehandler ser sin egen sak som alle andre ser sine: uten notater.
- **Den saken er om.** Når en annen spør (en leder om en ansatt), gjelder reglene om egen sak, habilitet og nødtilgang i
  personlige saker og personalsaker også for den saken er om, og ingen godkjenner det de selv skal få. Hun ser ikke saken,
  heller ikke som saksbehandler; når den er løst, ser hun hvem som har lest den og om noen brukte nødtilgang.
- **Leder.** Den som leder noen, ser ikke deres personlige saker og personalsaker, heller ikke som saksbehandler. Den som er
  spurt om å godkjenne, ser det som skal godkjennes.
- **Førstelinja** flytter og løser bare det ingen har begynt på, og løser bare det fullmakten nevner. En personalsak løser den
  bare i det den registreres, mens den som spør er der; etterpå ser førstelinja den ikke.
- **Nødtilgang** krever en begrunnelse, varer i fire timer, gir bare lesing, og meldes til personvernombudet og den saken
  gjelder. Den åpner aldri en sak for noen som leder den saken gjelder, eller som ikke er habil.
- **Varsling** er ikke en sak. Den ligger i et eget rom (`app/whistleblowing`), som bare det navngitte mottaket leser. Der
  finnes ingen nødtilgang, ingen leserliste, ingen linjeledelse, ikke noe søk, ingen forslag og ingen statistikk.
- Det noen ikke kan se, svarer akkurat som det som ikke finnes.
"""


def rendered() -> str:
    """One table per class: each role with what it sees and does."""
    parts = [HEAD]
    for confidentiality in TICKET_CLASSES:
        parts.append(f"\n## {CLASSES[confidentiality]}\n\n| Hvem | Ser | Gjør |\n|---|---|---|\n")
        for role in Role:
            right = right_of(role, confidentiality)
            sees = _words((FIELDS[each] for each in Field if each in right.fields), "ingenting")
            does = _words((OPERATIONS[each] for each in Operation if each in right.operations), "–")
            parts.append(f"| {ROLES[role]} | {sees} | {does} |\n")
    return "".join(parts)


def _words(found: Iterable[str], otherwise: str) -> str:
    return ", ".join(found) or otherwise


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
