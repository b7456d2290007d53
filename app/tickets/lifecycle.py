"""States of a ticket and the moves between them; priority from impact and urgency; the number people say aloud."""

from __future__ import annotations

from enum import StrEnum

from app.errors import Conflict
from service_catalog.schema import Impact, Urgency
from sla.agreement import Priority


class Status(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class WaitingFor(StrEnum):
    """Why nothing happens. The agreement says which of these pause its clocks."""

    REQUESTER = "requester"
    APPROVAL = "approval"
    SUPPLIER = "supplier"
    DATE = "date"


class NewTerms(StrEnum):
    """Why a ticket is moved to another version of its agreement while it runs."""

    AGREED = "agreed"
    """With whoever asked."""
    WRONG_VERSION = "wrong_version"
    """It was opened under a version that was not meant for it."""
    ALL_MOVED = "all_moved"
    """The parties moved all that was open."""


class Resolution(StrEnum):
    SOLVED = "solved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DelayReason(StrEnum):
    """Why the agreed limit will probably be missed, as an agent says it to whoever waits."""

    MANY_TICKETS = "many_tickets"
    FEW_HANDS = "few_hands"
    SUPPLIER = "supplier"
    OTHER_UNIT = "other_unit"
    LARGER = "larger"
    """It is more work than it seemed."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED}),
    Status.IN_PROGRESS: frozenset({Status.NEW, Status.WAITING, Status.RESOLVED}),
    Status.WAITING: frozenset({Status.NEW, Status.IN_PROGRESS, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.NEW, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
OPEN = frozenset({Status.NEW, Status.IN_PROGRESS, Status.WAITING})

PRIORITY: dict[tuple[Impact, Urgency], Priority] = {
    (Impact.MANY, Urgency.HIGH): Priority.CRITICAL,
    (Impact.MANY, Urgency.NORMAL): Priority.HIGH,
    (Impact.MANY, Urgency.LOW): Priority.NORMAL,
    (Impact.SEVERAL, Urgency.HIGH): Priority.HIGH,
    (Impact.SEVERAL, Urgency.NORMAL): Priority.NORMAL,
    (Impact.SEVERAL, Urgency.LOW): Priority.LOW,
    (Impact.ONE, Urgency.HIGH): Priority.HIGH,
    (Impact.ONE, Urgency.NORMAL): Priority.NORMAL,
    (Impact.ONE, Urgency.LOW): Priority.LOW,
}
"""How many it concerns × how little it can wait, as the requester or the first line judges them."""


def check_move(old: Status, new: Status) -> None:
    """Raises Conflict for every move that is not listed."""
    if new not in MOVES[old]:
        raise Conflict("ticket.move_not_allowed", old=old.value, new=new.value)


def check_digit(number: int) -> int:
    """Luhn (ISO/IEC 7812-1): catches one wrong digit and nearly every swapped pair."""
    total = 0
    for place, digit in enumerate(reversed(str(number))):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def number_of(ticket_id: int) -> str:
    """How a ticket is named to people: «104827-3»."""
    return f"{ticket_id}-{check_digit(ticket_id)}"


def id_of(number: str) -> int | None:
    """The ticket a number names; None when it is mistyped. Blanks, «#» and a missing hyphen are forgiven."""
    digits = "".join(c for c in number if c not in " #-\u2013")
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 16):
        return None
    ticket_id = int(digits[:-1])
    return ticket_id if check_digit(ticket_id) == int(digits[-1]) else None
