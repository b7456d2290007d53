"""Nobody loads a ticket, message, attachment, person or event past the visibility predicate: read from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import PROJECT

PROTECTED = frozenset({"Ticket", "Message", "Attachment", "Person", "Event"})
TABLES = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(tickets|messages|attachments|persons|events)\b", re.IGNORECASE
)
PREDICATES = frozenset(
    {"visible_to", "visible_messages_to", "findable", "answerable_by", "take_ticket", "ticket_view"}
)
LOADING = frozenset({"select", "take", "get", "get_one", "update", "delete", "scalars", "with_only_columns"})
JOINING = frozenset({"join", "outerjoin"})
"""A person joined to what is seen already is the name beside it; everything else that is joined is loaded."""

ALLOWED: dict[str, str] = {
    "app.access.checking": "whether a yes still holds, asked by the machine as it gives; nothing of it is shown",
    "app.access.deviations": "people of the unit's own systems, without a case; a shielded one has no name",
    "app.access.reconciling": "a job: whose account in another system is whose",
    "app.access.errands": "the machine ends the ticket of what it has done",
    "app.access.following": "a job: how far a ticket has come, taken into the grant it is for",
    "app.access.provisioning": "whoever access is given to, as the other system knows them",
    "app.access.ordering": "a person by id, after `check_may_see`: the row is locked, and the name stands in the order",
    "app.administration.accounts:_ROWS": "names and whether they may come in; `administrable` keeps out the shielded",
    "app.clocks": "jobs: they read ids, enums and instants, which is all an event holds, and answer nobody",
    "app.demo": "makes the demo, answers nobody",
    "app.desk.changes": "says only which unit's list changed, and nothing of what is in it",
    "app.events.log": "the log itself; whoever reads on asks for the subject through its own predicate",
    "app.feed.applying": "the person that a row is about, by id; answers nobody",
    "app.feed.deciding": "names beside what `asked_of` lets HR and the leader who waits see",
    "app.feed.effects": "the address of whoever answers for an engagement, by id",
    "app.feed.externals": "names beside engagements that `answered_for_by` lets one see",
    "app.feed.importing": "names beside what a file says of them, for whoever has the file and the server",
    "app.feed.planning": "whom rows are about, by their numbers and ids; people see it through the match's own rule",
    "app.feed.reading": "ids of those a row names as leader or sponsor",
    "app.feed.returning": "lets in again, by id",
    "app.feed.turns": "a job",
    "app.identity.demo": "the demo's chooser, where everybody may be everybody",
    "app.identity.ending": "ends or begins a person's access, by id",
    "app.identity.signing_in": "who is signing in, by issuer and subject",
    "app.identity.systems": "the person a system acts as, by the system's own id",
    "app.oversight.search:persons_called": "whom the officer's log names",
    "app.people.authorities": "ids of who holds an authority, and works here; nothing of them is shown",
    "app.people.leading": "ids of who leads whom; nothing of them is shown",
    "app.people.offices": "who holds which office, for the operator",
    "app.privacy": "a person's own insight, looked through by the officer; access requests open what `ticket_view` opens",
    "app.retention": "keeps, packs and destroys closed cases by rule; people see numbers and rules, and no case",
    "app.identity.me": "who is acting is found by a secret of their own",
    "app.journeys.advancing:advance_due": "a job: which tickets of journeys are done",
    "app.journeys.changing:jobs_led_by": "the jobs of whom one is the nearest leader",
    "app.journeys.effects:_mail_for": "the language of whoever the link was made for",
    "app.journeys.places": "which leaders work here; ids and keys alone",
    "app.journeys.questions": "a job: who is asked, by id; the list tells them by its own rule",
    "app.journeys.hiring:withdraw": "ends whoever was ordered and never came, after the journey was taken through its predicate",
    "app.journeys.ordering:_facts": "the name in the order that a unit gets, of a journey that was taken by its job or its reader",
    "app.journeys.places:places_of": "who leads the places one may order for",
    "app.journeys.policy:visible_to": "leaves those who are shielded out of what a bestiller sees",
    "app.journeys.queries:_whole": "the columns of a journey; list and look-up add the journeys' own predicate",
    "app.journeys.queries:names_of_doers": "names beside what was done in a journey that is seen",
    "app.journeys.queries:told_steps": "names in steps that are tasks of whoever reads them: the list of tasks has asked",
    "app.journeys.signing:_request": "the names of the two who sign, for the signing service",
    "app.journeys.situation:situation": "how far the journey's own tickets have come, taken into its steps",
    "app.leader.handing_over:follow": "a job: which cases that a task was handed over to have ended",
    "app.journeys.welcome:welcome": "the name of whoever meets the newcomer, for whoever holds the link",
    "app.leader.figures": "counts of open and personal tickets in places one leads",
    "app.people.ties:is_too_near": "whether two stand too near each other, by id; nothing of them is shown",
    "app.people.queries": "names, leaders and holders by id; searching goes through `findable`",
    "app.portal.form_times:_returned": "shares of five cases or more of a service, of the whole municipality",
    "app.portal.lookups:names_of": "names in a case that was read; ids from a form pass `_known_to`, which asks `findable`",
    "app.portal.order:_file_names": "files one has put in oneself and not sent",
    "app.portal.prefill:known_about": "oneself",
    "app.portal.readers:readings_of": "who has read one's own cases; the query names the requester",
    "app.reminders.effects:mail_for": "the address of whoever the mail is for; what is in it, `theirs` has chosen",
    "app.reporting.agreeing:in_force": "who has looked at figures, for the whole unit to read",
    "app.reporting.figures:_measured": "figures of enough tickets and people",
    "app.scim.keys": "the person that a directory's key acts as",
    "app.scim.pushing": "ids of those the directory itself has told of",
    "app.web.news": "the address of whoever a delivery names, to tell them that something waits",
    "app.approvals.queries:_passed_by": "the name beside a question that `answerable_by` lets one answer",
    "app.tasks.pulling:pull": "the addresses of those who lead units, whose tasks elsewhere are read for themselves",
    "app.tasks.ticking:ticks_of": "who ticked off a step, beside a task whose reader has been asked for",
    "app.tickets.actions:_changes_since": "kinds of the events of a ticket that was taken through the predicate",
    "app.tickets.actions:approvals_decided": "carries out what was decided; the decision asked `answerable_by`",
    "app.tickets.actions:close_due": "a job",
    "app.tickets.actions:resolve_at_once": "the ticket that this very request opened",
    "app.tickets.actions:wake_due": "a job",
    "app.tickets.answering:_known": "ids only, with its own rule against shielded persons",
    "app.tickets.approving:decide": "locks the row first; `approvals.decide` asks `answerable_by` before anything is told",
    "app.tickets.attachments:link": "one's own staged files",
    "app.tickets.attachments:own_staged": "one's own staged files",
    "app.tickets.attachments:sweep_staged": "a job",
    "app.tickets.copies": "a job that repairs copies of instants",
    "app.tickets.effects": "finds recipients by id; `mail_for` asks the predicate before anything is said",
    "app.tickets.expecting": "jobs, and what is usual for tickets of a kind",
    "app.tickets.glass": "who broke the glass, for those it concerns; `break_glass` answers 404 before it opens",
    "app.tickets.told_approvers": "finds whom an approval is asked of, by id; the effect's `mail_for` asks the predicate",
    "app.tickets.passing_up": "where an order was made, so that somebody further up is asked; nothing of it is shown",
    "app.tickets.policy": "the predicate itself",
    "app.tickets.queries:_columns": "the columns of a list; `_rows` and the search add the predicate",
    "app.tickets.tasking": "a job: which tickets stand still and for whom, by id; whoever reads the task is told no more",
    "app.tickets.view:_name_of": "the name beside what is seen",
    "app.wheel.places:places": "whether whoever leads a place works here; only ids come out",
    "app.whistleblowing": "the names of the mottak; reports have a predicate of their own",
}
"""Module or module:function -> why it needs none. Every line must be needed."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts)


MODULES = sorted(
    path
    for path in (PROJECT / "app").rglob("*.py")
    if "node_modules" not in path.parts and path.name != "models.py"
)


def pieces(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Functions, methods and statements of the module, each by its name."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}", inner
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield target.id if isinstance(target, ast.Name) else "", node


def loaded_by(piece: ast.AST) -> set[str]:
    """The protected things it loads, however it does it."""
    found: set[str] = set()
    for node in ast.walk(piece):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {match.lower() for match in TABLES.findall(node.value)}
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        verb = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        if verb not in LOADING | JOINING:
            continue
        named = {
            inner.id for given in node.args for inner in ast.walk(given) if isinstance(inner, ast.Name)
        } & PROTECTED
        found |= named - {"Person"} if verb in JOINING else named
    return found


def words_of(piece: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(piece) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(piece) if isinstance(node, ast.Attribute)
    }


def past_the_predicate(path: Path) -> Iterator[tuple[str, set[str]]]:
    """(«module:function», what it loads) of everything that asks no predicate."""
    for name, piece in pieces(ast.parse(path.read_text(encoding="utf-8"))):
        loaded = loaded_by(piece)
        if loaded and not words_of(piece) & PREDICATES:
            yield f"{name_of(path)}:{name}", loaded


def allowance_for(where: str) -> str | None:
    module = where.partition(":")[0]
    parts = module.split(".")
    names = [where, *(".".join(parts[:length]) for length in range(len(parts), 1, -1))]
    return next((name for name in names if name in ALLOWED), None)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_is_loaded_is_asked_for_through_the_predicate(path: Path) -> None:
    wrong = [
        f"{where} loads {', '.join(sorted(loaded))} without {' or '.join(sorted(PREDICATES))}"
        for where, loaded in past_the_predicate(path)
        if allowance_for(where) is None
    ]
    assert not wrong, "\n".join([*wrong, "Ask the predicate, or give it a line in ALLOWED with the reason."])


def test_every_allowance_is_needed() -> None:
    needed = {allowance_for(where) for path in MODULES for where, _ in past_the_predicate(path)}
    assert set(ALLOWED) - needed == set()


@pytest.mark.parametrize(
    ("source", "loads"),
    [
        ("async def f(s): return await s.get(Ticket, 1)", {"Ticket"}),
        ("async def f(s): return await s.scalars(select(Message.body))", {"Message"}),
        ("async def f(s): return select(Other).join(Attachment, Attachment.id == 1)", {"Attachment"}),
        ("async def f(s): return select(Other).join(Person, Person.id == Other.id)", set()),
        ("Q = text('SELECT subject FROM tickets')", {"tickets"}),
        ("async def f(s): return await take(s, Ticket, Ticket.id == 1)", {"Ticket"}),
    ],
)
def test_it_finds_what_it_is_for(source: str, loads: set[str]) -> None:
    ((_, piece),) = pieces(ast.parse(source))
    assert loaded_by(piece) == loads
