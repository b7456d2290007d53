"""The table of permissions: who, in which place beside a case, sees and does what with which class of case.

The policy is derived from this table, `docs/permissions.md` is written from it, and the tests build every cell of their
matrix from it. Whistle-blowing has no row: it is no ticket, and lies in a room of its own (`app/whistleblowing`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service_catalog.schema import Confidentiality


class Role(StrEnum):
    """How somebody stands to one case. One person may stand to it in several ways at once."""

    REQUESTER = "requester"
    OPENER = "opener"
    """Sent it in for somebody else."""
    AGENT = "agent"
    """Of the unit that holds it."""
    LEAD = "lead"
    """Leads the unit that holds it, or holds its field (fag)."""
    RECEIVER = "receiver"
    """Agent of the unit it is offered to."""
    FIRST_LINE = "first_line"
    NEEDS_AGENT = "needs_agent"
    """Agent of any unit, of what lies in the list of needs."""
    NEEDS_LEADER = "needs_leader"
    APPROVER = "approver"
    """Is asked to say yes or no to it, or has said it."""
    ORDERER = "orderer"
    """Bestiller of the place it was asked from."""
    PROCESS_OWNER = "process_owner"
    """Owns its service."""
    OTHER_AGENT = "other_agent"
    """Agent of some other unit."""
    GLASS = "glass"
    """Broke the glass to it, while that lasts."""
    LINE_LEADER = "line_leader"
    """Leads the requester, and nothing more."""
    CATALOGUE_EDITOR = "catalogue_editor"
    PRIVACY_OFFICER = "privacy_officer"
    TECHNICAL_ADMINISTRATOR = "technical_administrator"
    COLLEAGUE = "colleague"
    """Everybody else who is signed in."""


class Field(StrEnum):
    """The parts of a case that are given and withheld together."""

    CASE = "case"
    CONVERSATION = "conversation"
    NOTES = "notes"
    HISTORY = "history"
    APPROVALS = "approvals"
    IDENTITY_NUMBER = "identity_number"
    """A national identity number in any text of it, in the clear."""


class Operation(StrEnum):
    REPLY = "reply"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    """Say what is right, beside what was written (GDPR article 16)."""
    NOTE = "note"
    TAKE = "take"
    ASSIGN = "assign"
    WAIT = "wait"
    RESUME = "resume"
    PRIORITY = "priority"
    EXPLAIN_DELAY = "explain_delay"
    RESOLVE = "resolve"
    RESOLVE_BY_MANDATE = "resolve_by_mandate"
    HAND_OVER = "hand_over"
    ANSWER_HANDOVER = "answer_handover"
    REROUTE = "reroute"
    MOVE_TO_VERSION = "move_to_version"
    DECIDE = "decide"
    """Approve or reject what is asked about it."""
    BREAK_GLASS = "break_glass"


@dataclass(frozen=True, slots=True)
class Right:
    """What one role sees and does with one class of case."""

    fields: frozenset[Field] = frozenset()
    operations: frozenset[Operation] = frozenset()


NOTHING = Right()
TICKET_CLASSES = (Confidentiality.OPEN, Confidentiality.PERSONAL, Confidentiality.PERSONNEL)
OPEN, OPEN_AND_PERSONAL, EVERY = TICKET_CLASSES[:1], TICKET_CLASSES[:2], TICKET_CLASSES
PERSONNEL = TICKET_CLASSES[2:]
NONE: tuple[Confidentiality, ...] = ()

WHAT_THE_PARTIES_SEE = frozenset({Field.CASE, Field.CONVERSATION, Field.HISTORY, Field.APPROVALS})
WHAT_COLLEAGUES_SEE = WHAT_THE_PARTIES_SEE | {Field.NOTES}
EVERYTHING = frozenset(Field)
NO_FIELD: frozenset[Field] = frozenset()

BY_THE_PARTIES = frozenset({Operation.REPLY, Operation.REOPEN, Operation.WITHDRAW, Operation.CORRECT})
PASSING_ON = frozenset({Operation.HAND_OVER, Operation.ANSWER_HANDOVER, Operation.REROUTE})
"""What somebody who may not handle a case still does with it: see to it that another unit gets it."""
HANDLING = frozenset(
    {
        Operation.REPLY,
        Operation.REOPEN,
        Operation.NOTE,
        Operation.TAKE,
        Operation.ASSIGN,
        Operation.WAIT,
        Operation.RESUME,
        Operation.PRIORITY,
        Operation.EXPLAIN_DELAY,
        Operation.RESOLVE,
        Operation.HAND_OVER,
        Operation.REROUTE,
    }
)
NO_OPERATION: frozenset[Operation] = frozenset()
BY_WORK = frozenset({Role.AGENT, Role.RECEIVER, Role.FIRST_LINE})
"""Places that open no personal case of somebody one leads."""

Row = tuple[Role, tuple[Confidentiality, ...], frozenset[Field], frozenset[Operation]]
ROWS: tuple[Row, ...] = (
    (Role.REQUESTER, EVERY, WHAT_THE_PARTIES_SEE | {Field.IDENTITY_NUMBER}, BY_THE_PARTIES),
    (Role.OPENER, OPEN_AND_PERSONAL, WHAT_THE_PARTIES_SEE, BY_THE_PARTIES),
    (Role.AGENT, EVERY, EVERYTHING, HANDLING),
    (Role.LEAD, EVERY, NO_FIELD, frozenset({Operation.MOVE_TO_VERSION})),
    (Role.RECEIVER, EVERY, EVERYTHING, frozenset({Operation.NOTE, Operation.ANSWER_HANDOVER})),
    (
        Role.FIRST_LINE,
        OPEN_AND_PERSONAL,
        WHAT_COLLEAGUES_SEE,
        frozenset({Operation.NOTE, Operation.REROUTE, Operation.RESOLVE_BY_MANDATE}),
    ),
    # What was answered while the caller was there is solved as it is registered, though it may land where they see nothing.
    (Role.FIRST_LINE, PERSONNEL, NO_FIELD, frozenset({Operation.RESOLVE_BY_MANDATE})),
    (Role.NEEDS_AGENT, OPEN, WHAT_COLLEAGUES_SEE, frozenset({Operation.NOTE, Operation.REROUTE})),
    (Role.NEEDS_LEADER, OPEN, WHAT_THE_PARTIES_SEE, NO_OPERATION),
    (Role.APPROVER, EVERY, WHAT_THE_PARTIES_SEE, frozenset({Operation.DECIDE})),
    (Role.ORDERER, OPEN, WHAT_THE_PARTIES_SEE, NO_OPERATION),
    (Role.PROCESS_OWNER, OPEN, WHAT_THE_PARTIES_SEE, NO_OPERATION),
    (Role.OTHER_AGENT, EVERY, NO_FIELD, frozenset({Operation.BREAK_GLASS})),
    (Role.GLASS, EVERY, WHAT_COLLEAGUES_SEE, NO_OPERATION),
    (Role.LINE_LEADER, NONE, NO_FIELD, NO_OPERATION),
    (Role.CATALOGUE_EDITOR, NONE, NO_FIELD, NO_OPERATION),
    (Role.PRIVACY_OFFICER, NONE, NO_FIELD, NO_OPERATION),
    (Role.TECHNICAL_ADMINISTRATOR, NONE, NO_FIELD, NO_OPERATION),
    (Role.COLLEAGUE, NONE, NO_FIELD, NO_OPERATION),
)
RIGHTS: dict[tuple[Role, Confidentiality], Right] = {
    (role, confidentiality): Right(fields, operations)
    for role, classes, fields, operations in ROWS
    for confidentiality in classes
}
"""Whoever is in no row has no right."""


def right_of(role: Role, confidentiality: Confidentiality) -> Right:
    return RIGHTS.get((role, confidentiality), NOTHING)


def classes_seen(role: Role, field: Field = Field.CASE) -> frozenset[Confidentiality]:
    """The classes of which this role sees the field."""
    return frozenset(each for each in Confidentiality if field in right_of(role, each).fields)


def fields_of(roles: Iterable[Role], confidentiality: Confidentiality) -> frozenset[Field]:
    """Everything that somebody in all these places sees of it."""
    return frozenset().union(*(right_of(role, confidentiality).fields for role in roles))


def operations_of(roles: Iterable[Role], confidentiality: Confidentiality) -> frozenset[Operation]:
    """What the table gives; habilitet and the state of the case take away from it."""
    return frozenset().union(*(right_of(role, confidentiality).operations for role in roles))
