"""Every way in: which part of a case each operation and page needs, and whom the others are for.

A new operation or page fails `test_every_way_in_is_known` until it has its line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from app.tickets.rights import Field, Operation
from tests.rights.world import AGENTS, LEADERS, Case
from tests.web.test_routes import routes_of

Op, Part = Operation, Field


@dataclass(frozen=True)
class Door:
    """One method on one address that names a case."""

    method: str
    path: str
    """With {number}, {attachment_id} or {approval_id}."""
    needs: frozenset[Operation] = frozenset()
    """Any of these operations; empty for reading."""
    field: Field = Field.CASE
    """What is read, or what must be seen before anything is done."""
    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    desk: bool = False
    """Agents only, and the others are told so whatever they name."""
    note_file: bool = False
    word: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.word}".strip()

    def url(self, case: Case) -> str:
        file_id = case.note_file_id if self.note_file else case.file_id
        return (
            self.path.replace("{number}", case.number)
            .replace("{word}", self.word)
            .replace("{attachment_id}", str(file_id))
            .replace("{approval_id}", str(case.approval_id))
        )


def verb(method: str, path: str, *needs: Operation, body: dict[str, Any] | None = None) -> Door:
    return Door(method, f"/api/v1/tickets/{{number}}{path}", frozenset(needs), body=body)


def read(path: str, **more: Any) -> Door:
    return Door("GET", path, **more)


FORM = {
    "version": "1",
    "body": "Tekst",
    "kind": "public",
    "unit": "lonn",
    "reason": "agreed",
    "service": "noe-mangler",
    "agreement_version": "1",
    "waiting_for": "supplier",
    "impact": "one",
    "urgency": "low",
    "delay": "few_hands",
    "text": "Tekst",
    "assignee_id": "",
    "idempotency_key": "matrix",
}
DESK_VERBS: dict[str, frozenset[Operation]] = {
    "svar": frozenset({Op.REPLY}),
    "ta": frozenset({Op.ASSIGN}),
    "tildel": frozenset({Op.ASSIGN}),
    "send-videre": frozenset({Op.HAND_OVER}),
    "ta-imot": frozenset({Op.ANSWER_HANDOVER}),
    "returner": frozenset({Op.ANSWER_HANDOVER}),
    "flytt": frozenset({Op.REROUTE}),
    "vent": frozenset({Op.WAIT}),
    "fortsett": frozenset({Op.RESUME}),
    "prioritet": frozenset({Op.PRIORITY}),
    "forsinket": frozenset({Op.EXPLAIN_DELAY}),
    "los": frozenset({Op.RESOLVE, Op.RESOLVE_BY_MANDATE}),
    "gjenapne": frozenset({Op.REOPEN}),
    "tjeneste": frozenset({Op.REROUTE}),
    "avtale": frozenset({Op.MOVE_TO_VERSION}),
}
"""«hent» moves it and takes it: what both of them need."""
WORDS = {"reason": "Tekst"}
ON_A_CASE: tuple[Door, ...] = (
    read("/api/v1/tickets/{number}"),
    read("/api/v1/tickets/{number}/events"),
    read("/api/v1/tickets/{number}/expected"),
    read("/api/v1/tickets/{number}/clocks"),
    read("/api/v1/attachments/{attachment_id}"),
    read("/api/v1/attachments/{attachment_id}", field=Part.NOTES, note_file=True),
    read("/saker/{number}"),
    read("/saker/{number}/frister"),
    read("/vedlegg/{attachment_id}"),
    read("/vedlegg/{attachment_id}", field=Part.NOTES, note_file=True),
    read("/desk/saker/{number}", desk=True),
    verb("POST", "/messages", Op.REPLY, body={"body": "Tekst"}),
    verb("POST", "/messages", Op.NOTE, body={"body": "Tekst", "kind": "internal"}),
    verb("POST", "/delays", Op.EXPLAIN_DELAY, body={"reason": "few_hands", "text": "Tekst"}),
    verb("PUT", "/assignee", Op.ASSIGN, body={"person_id": 1}),
    verb("DELETE", "/assignee", Op.ASSIGN),
    verb("PUT", "/handover", Op.HAND_OVER, body={"unit": "lonn"} | WORDS),
    verb("PUT", "/handover/acceptance", Op.ANSWER_HANDOVER),
    verb("PUT", "/handover/return", Op.ANSWER_HANDOVER, body=WORDS),
    verb("PUT", "/unit", Op.REROUTE, body={"unit": "lonn"}),
    verb("PUT", "/service", Op.REROUTE, body={"service": "noe-mangler"} | WORDS),
    verb("PUT", "/waiting", Op.WAIT, body={"reason": "supplier"}),
    verb("DELETE", "/waiting", Op.RESUME),
    verb("PUT", "/priority", Op.PRIORITY, body={"impact": "one", "urgency": "low"}),
    verb("PUT", "/agreement", Op.MOVE_TO_VERSION, body={"version": 1, "reason": "agreed"}),
    verb("PUT", "/resolution", Op.RESOLVE, Op.RESOLVE_BY_MANDATE, body={"text": "Tekst"}),
    verb("PUT", "/reopening", Op.REOPEN, body=WORDS),
    verb("PUT", "/withdrawal", Op.WITHDRAW),
    Door("POST", "/saker/{number}/svar", frozenset({Op.REPLY}), form=FORM),
    Door("POST", "/saker/{number}/gjenapne", frozenset({Op.REOPEN}), form=FORM),
    verb("POST", "/corrections", Op.CORRECT, body={"body": "Tekst"}),
    Door("POST", "/saker/{number}/rett", frozenset({Op.CORRECT}), form=FORM),
    Door("POST", "/saker/{number}/trekk", frozenset({Op.WITHDRAW}), form=FORM),
    *(
        Door("POST", "/desk/saker/{number}/{word}", needs, form=FORM, desk=True, word=word)
        for word, needs in DESK_VERBS.items()
    ),
)
GLASS = (
    Door("POST", "/api/v1/tickets/{number}/glass", frozenset({Op.BREAK_GLASS}), body=WORDS, desk=True),
    Door("POST", "/desk/nodtilgang", frozenset({Op.BREAK_GLASS}), form=WORDS, desk=True),
)
DECIDING = (
    Door(
        "PUT",
        "/api/v1/approvals/{approval_id}/decision",
        frozenset({Op.DECIDE}),
        body={"outcome": "rejected", "comment": "Nei"},
    ),
)


@dataclass(frozen=True)
class Gate:
    """One address that names no case: for whom it is, and what the others are answered."""

    method: str
    path: str
    for_: frozenset[str] | None = None
    """None: everybody who is signed in."""
    refused: int = 403
    sent: dict[str, Any] = field(default_factory=dict)
    public: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


LEADS = frozenset({"stein", "petra"})
MOTTAK = frozenset({"mona"})
OWNERS = frozenset({"pia", "katrine"})
OFFICER = frozenset({"vera"})
OPERATOR = frozenset({"tor"})
FIELD_HOLDERS = frozenset({"fredrik"})
WHEELS = frozenset({"liv", "leif", "stein", "petra", "alice"})
"""Those who lead a place or a unit; an authority alone gives no annual wheel."""
PAYROLL = frozenset({"carol"})
HR = frozenset({"petra"})
GATES: tuple[Gate, ...] = (
    # Administration asks even its own for a recent sign-in, which no key has: tests/administration goes on from there.
    *(
        Gate("GET", f"/api/v1/{path}")
        for path in (
            "me",
            "services",
            "services/bestille-pc",
            "units",
            "tickets",
            "tickets/search?q=kvitterskog",
            "queue",
            "persons?q=berg",
            "approvals",
            "agreements",
            "agreements/lonn/versions/1",
            "agreements/proposals",
            "near-ties",
            "glass-openings",
            "tasks",
        )
    ),
    *(
        Gate(method, f"/api/v1/tasks/999999999/{verb}", frozenset(), 404, sent={"json": body} if body else {})
        for method, verb, body in (
            ("PUT", "completion", None),
            ("PUT", "postponement", {"to": "2099-01-04", "why": "x"}),
            ("PUT", "delegate", {"person_id": 1}),
            ("DELETE", "delegate", None),
            ("PUT", "steps/0123456789ab", None),
            ("DELETE", "steps/0123456789ab", None),
        )
    ),
    # Nobody's but the one system's, which tests/tasks registers.
    *(
        Gate(method, f"/api/v1/external-tasks/{path}", frozenset(), 404, sent={"json": body} if body else {})
        for method, path, body in (
            ("PUT", "planner", {"items": []}),
            ("PUT", "planner/7", {"person": "1", "title": "x", "url": "https://x.example/"}),
            ("GET", "planner/7", None),
            ("DELETE", "planner/7", None),
        )
    ),
    Gate("GET", "/api/v1/needs", AGENTS | LEADERS),
    Gate("POST", "/api/v1/tickets", sent={"json": {"service": "finnes-ikke", "subject": "x"}}),
    Gate("POST", "/api/v1/attachments", sent={"content": b"", "headers": {"x-filename": "x.txt"}}),
    Gate("PUT", "/api/v1/near-ties/999999999"),
    Gate("DELETE", "/api/v1/near-ties/999999999", frozenset(), refused=404),
    Gate(
        "PUT",
        "/api/v1/agreements/proposals/999999999/decision",
        frozenset(),
        refused=404,
        sent={"json": {"outcome": "approved"}},
    ),
    *(
        Gate("GET", path)
        for path in (
            "/",
            "/tjenester",
            "/tjenester/bestille-pc",
            "/tjenester/bestille-pc/bestill",
            "/sok?q=pc",
            "/mine-saker",
            "/mine-saker/lesere",
            "/artikler/slik-varsler-du",
            "/oppslag/person?felt=x",
            "/leder",
            "/leder/borte",
            "/leder/varsler",
            "/leder/tiltak",
            "/habilitet",
            "/nodtilgang",
            "/tilganger",
            "/friske-oyne",
        )
    ),
    Gate("GET", "/friske-oyne/svar", LEADERS | HR),
    Gate("POST", "/friske-oyne/999999999", frozenset(), 404, sent={"data": {"ready": "3"}}),
    Gate("GET", "/tilganger/999999999", frozenset(), refused=404),
    Gate("GET", "/leder/tilganger", LEADERS),
    Gate("GET", "/leder/tilganger/gjennomgang", LEADERS),
    Gate("GET", "/leder/arshjul", WHEELS),
    Gate("GET", "/leder/oppgaver/999999999", frozenset(), refused=404),
    *(
        Gate("POST", f"/leder/oppgaver/999999999/{verb}", frozenset(), 404, sent={"data": form})
        for verb, form in (
            ("ferdig", {}),
            ("ta-tilbake", {}),
            ("steg", {"gjort": "0123456789ab"}),
            ("utsett", {"to": "2099-01-04", "why": "x"}),
            ("gi", {"search.who": "Truls Lie"}),
            ("servicesenteret", {}),
        )
    ),
    Gate("POST", "/leder/svar/999999999/angre", frozenset(), refused=409),
    Gate("POST", "/leder/borte", frozenset(), refused=404, sent={"data": {"end": "999999999"}}),
    *(
        Gate("GET", path, LEADERS | {"oda"})
        for path in ("/leder/folk", "/leder/folk/naermest", "/leder/folk/ny", "/api/v1/journeys")
    ),
    *(
        Gate("GET", path, frozenset(), 404)
        for path in ("/leder/folk/999999999", "/api/v1/journeys/999999999")
    ),
    Gate("POST", "/leder/folk/ny", LEADERS | {"oda"}),
    Gate("GET", "/leder/folk/endring", LEADERS),
    Gate("GET", "/leder/eksterne", LEADERS),
    Gate("POST", "/leder/eksterne/999999999", frozenset(), 404, sent={"data": {"last_day": "2027-01-01"}}),
    Gate("GET", "/leder/mulige-treff", LEADERS | HR),
    Gate("POST", "/leder/mulige-treff/999999999/samme", frozenset(), 404),
    Gate("POST", "/leder/folk/endring", LEADERS),
    *(Gate(method, "/desk/lonnskjoringer", PAYROLL) for method in ("GET", "POST")),
    Gate("POST", "/desk/lonnskjoringer/999999999/fjern", PAYROLL),
    *(
        Gate("POST", f"/leder/folk/999999999/{verb}", frozenset(), 404, sent={"data": data})
        for verb, data in (
            ("steg/1", {"verb": "done"}),
            ("bekreft", {}),
            ("dag", {"day": "2027-01-04"}),
            ("trekk", {}),
            ("lenke", {}),
            ("lenke/trekk", {}),
        )
    ),
    *(
        Gate(
            "PUT", f"/api/v1/journeys/999999999/{verb}", frozenset(), 404, sent={"json": sent} if sent else {}
        )
        for verb, sent in (
            ("steps/1", {"verb": "done"}),
            ("confirmation", {}),
            ("day", {"day": "2027-01-04"}),
            ("withdrawal", {}),
            ("link", {}),
        )
    ),
    Gate("DELETE", "/api/v1/journeys/999999999/link", frozenset(), 404),
    *(
        Gate(
            "POST", f"/tilganger/999999999/{verb}", frozenset(), 404, sent={"data": {"entitlement": "konto"}}
        )
        for verb in ("bestill", "ta-bort", "trengs", "ta-farlige")
    ),
    Gate("GET", "/behov", AGENTS | LEADERS),
    *(
        Gate("GET", path, AGENTS)
        for path in (
            "/desk",
            "/desk/sok?q=kvitterskog",
            "/desk/registrer",
            "/desk/mine-tall",
            "/desk/nodtilgang",
            "/desk/tilganger",
        )
    ),
    Gate("POST", "/desk/registrer", AGENTS),
    Gate("GET", "/desk/lofter", LEADS),
    Gate("GET", "/desk/tidstyver", WHEELS | OWNERS),
    Gate("GET", "/desk/lofter/personer", frozenset()),
    Gate("POST", "/desk/lofter/drofting", LEADS),
    *(Gate("GET", path, OFFICER) for path in ("/kontroll/logg", "/api/v1/audit-entries")),
    Gate("GET", "/kontroll"),
    Gate("GET", "/drift/leveranser", OPERATOR),
    Gate("GET", "/drift/tilganger", OPERATOR),
    Gate("POST", "/drift/leveranser/parkert", OPERATOR),
    Gate("GET", "/meg/innlogging"),
    *(
        Gate("GET", path, frozenset())
        for path in (
            "/drift",
            "/drift/verv",
            "/drift/systemer",
            "/drift/personer/999999999",
            "/api/v1/administration/persons?q=berg",
            "/api/v1/administration/persons/999999999",
            "/api/v1/administration/offices",
            "/api/v1/administration/systems",
        )
    ),
    *(
        Gate("POST", f"/drift/{path}", frozenset())
        for path in (
            "personer/999999999/logg-ut",
            "personer/999999999/steng",
            "personer/999999999/apne",
            "personer/999999999/nokler/1/tilbakekall",
            "personer/999999999/verv",
            "personer/999999999/verv/slutt",
            "systemer",
            "systemer/999999999/slutt",
        )
    ),
    *(
        Gate(method, f"/api/v1/administration/{path}", frozenset())
        for method, path in (
            ("DELETE", "persons/999999999/sessions"),
            ("DELETE", "persons/999999999/access"),
            ("PUT", "persons/999999999/access"),
            ("DELETE", "persons/999999999/keys/1"),
            ("PUT", "offices/privacy_officer/999999999"),
            ("DELETE", "offices/privacy_officer/999999999"),
            ("DELETE", "systems/999999999"),
        )
    ),
    Gate(
        "POST",
        "/api/v1/administration/systems",
        frozenset(),
        sent={"json": {"name": "x", "client_id": "y", "scopes": ["read"]}},
    ),
    Gate("GET", "/varsling/mottak", MOTTAK, refused=404),
    Gate("GET", "/varsling/mottak/0000-0000", frozenset(), refused=404),
    Gate("POST", "/varsling/mottak/0000-0000/svar", frozenset(), refused=404, sent={"data": {"key": "k"}}),
    Gate(
        "POST",
        "/varsling/mottak/0000-0000/tilstand",
        frozenset(),
        refused=404,
        sent={"data": {"state": "closed"}},
    ),
    Gate("POST", "/varsling/mottak/0000-0000/slett", frozenset(), refused=404),
    Gate("POST", "/habilitet"),
    Gate("POST", "/leder"),
    *(Gate("POST", f"/leder/varsler{verb}") for verb in ("", "/kalender", "/kalender/trekk", "/teams/fjern")),
    Gate("POST", "/leder/varsler/teams"),
    Gate("POST", "/leder/tiltak"),
    Gate("POST", "/tjenester/bestille-pc/bestill"),
    Gate("POST", "/tjenester/bestille-pc/finnes"),
    *(
        Gate("GET", path, public=True)
        for path in (
            "/logg-inn",
            "/velkommen",
            "/tilgjengelighet",
            "/personvern",
            "/varsling",
            "/avtaler",
            "/avtaler/lonn",
            "/tjenesteniva",
            "/brand.css",
            "/logo.svg",
            "/health/live",
        )
    ),
    *(Gate("POST", path, public=True) for path in ("/varsling", "/language", "/logg-ut")),
)
NOT_WALKED = {
    "GET /kalender/{secret}.ics": "opened by its secret alone, whoever asks: tests/reminders",
    "POST /leder/tilganger/gjennomgang": "tests/access/test_reviewing: 403 for whoever leads nobody, 404 for others' reviews",
    **dict.fromkeys(
        ("POST /api/v1/journeys", "POST /api/v1/journeys/leavers", "POST /api/v1/journeys/movers"),
        "tests/hiring: who may order, move and end whom",
    ),
    "GET /desk/ko": "checked with its unit below, and by the canary",
    "GET /desk/ko/liste": "as /desk/ko",
    "GET /desk/ko/sak": "as /desk/ko",
    "GET /desk/strom": "lives for fifty seconds; the canary listens to it",
    "GET /avtaler/{name}/pdf": "needs Pango",
    "GET /health/ready": "asks the database and shows nothing",
    "POST /logg-inn": "exists in the demo only",
    "POST /desk/lofter/drofting/{agreement_id}/slutt": "tests/reporting",
    **dict.fromkeys(
        (
            "GET /logg-inn/hos/{key}",
            "GET /logg-inn/igjen",
            "GET /logg-inn/svar/{key}",
            "GET /logg-ut/ferdig",
            "GET /logg-ut/hos/{key}",
            "POST /logg-ut/overalt",
            "POST /meg/innlogging/okter/{session_id}/slutt",
            "POST /meg/innlogging/nokler",
            "POST /meg/innlogging/nokler/{key_id}/tilbakekall",
            "GET /api/v1/me/keys",
            "POST /api/v1/me/keys",
            "DELETE /api/v1/me/keys/{key_id}",
        ),
        "tests/identity: signing in and out, one's own sessions and keys, which a key itself may not touch",
    ),
    **dict.fromkeys(
        (
            "GET /kontroll/logg.csv",
            "GET /kontroll/logg.json",
            "GET /kontroll/oppbevaring",
            "POST /kontroll/oppbevaring",
            "POST /kontroll/sperrer",
            "POST /kontroll/sperrer/{hold_id}/slutt",
            "GET /kontroll/kassasjon/{list_id}",
            "POST /kontroll/kassasjon/{list_id}",
            "GET /kontroll/arkiv",
            "POST /kontroll/arkiv",
            "POST /kontroll/arkiv/{package_id}/kvittering",
            "GET /kontroll/arkiv/{package_id}.zip",
        ),
        "tests/oversight and tests/retention: for the officer and the archive",
    ),
    **dict.fromkeys(
        (
            "GET /desk/saker/{number}/fodselsnummer/{mark}",
            "POST /desk/saker/{number}/fodselsnummer/{mark}",
            "GET /api/v1/tickets/{number}/identity-numbers/{mark}",
            "GET /personvern/innsyn",
            "POST /personvern/innsyn",
            "POST /personvern/innsyn/{request_id}/trekk",
            "GET /personvern/innsyn/{request_id}/fil",
            "GET /personvern/ombud",
            "POST /personvern/ombud",
            "GET /personvern/ombud/{request_id}",
            "POST /personvern/ombud/{request_id}/frigi",
            "POST /personvern/ombud/{request_id}/{item_id}",
            "GET /desk/saker/{number}/innsyn",
            "POST /desk/saker/{number}/innsyn/legg-til",
            "POST /desk/saker/{number}/innsyn/svar",
            "POST /desk/saker/{number}/innsyn/{document_id}",
            "POST /desk/saker/{number}/innsyn/{document_id}/fjern",
            "GET /desk/saker/{number}/innsyn/svar/{answer_id}",
            "GET /desk/saker/{number}/innsyn/svar/{answer_id}/pdf",
            "GET /api/v1/insights",
            "POST /api/v1/insights",
            "PUT /api/v1/insights/{insight_id}/withdrawal",
            "GET /api/v1/insights/{insight_id}/file",
        ),
        "tests/privacy: insight, requests for access, and numbers that a handler's work needs",
    ),
    "POST /drift/leveranser/parkert/{delivery_id}": "tests/operations: nobody but the technical administrator",
    "POST /drift/leveranser/mottaker/{target}": "tests/operations",
    **{
        f"{method} /scim/v2/{{path:path}}": "tests/scim: nobody but a key or a system with the scope of its own"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
    **dict.fromkeys(
        ("POST /velkommen", "GET /velkommen/{code}"), "tests/hiring: opened by a code and nobody's name"
    ),
    "POST /drift/tilganger/les/{system}": "tests/operations: nobody but the technical administrator",
    "POST /drift/tilganger/slipp": "tests/operations",
    "POST /varsling/samtale": "tests/whistleblowing: opened by a code and by nobody's name",
    "POST /varsling/samtale/svar": "tests/whistleblowing",
}
"""Why each of these has no line above."""


def ways_in(app: FastAPI) -> Iterator[tuple[str, str]]:
    """(«GET /saker/{number}», its pattern) of everything the product answers."""
    for route in routes_of(app):
        for method in sorted(route.methods - {"HEAD"}):
            yield f"{method} {route.path}", route.path_regex.pattern
