"""What the leader's page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.access.peers import Peers
from app.agreements.difference import Change
from app.approvals.models import Outcome
from app.tasks.models import Consequence, Kind
from app.tasks.queries import Silent
from app.tasks.ranking import Group
from app.tasks.ticking import Tick
from service_catalog.schema import Authority

ENOUGH = 5
LONG = 100
"""Minutes; more is told in hours."""


def in_hours(minutes: int) -> int | None:
    """None for what is told in minutes."""
    return round(minutes / 60) if minutes > LONG else None


@dataclass(frozen=True)
class Card:
    """One order. `asked_of_me` is False when a colleague was asked first and the reader may answer for them."""

    ids: tuple[int, ...]
    """Of the questions that one press answers: an order may need several authorities of the same leader."""
    number: str
    subject: str
    service_title: str
    icon: str
    requester_name: str
    beneficiary_name: str
    org_unit_name: str
    description: str
    answers: list[tuple[str, str]]
    amount: Decimal | None
    ansvar: str | None
    authorities: tuple[Authority, ...]
    asked_at: datetime
    due_at: datetime | None
    asked_of_me: bool
    for_name: str | None
    """Whose deputy the reader is in answering."""
    passed_by: str | None
    """Who was asked before the reader, and did not answer."""
    peers: Peers | None
    """Of an order of access."""

    @property
    def id(self) -> int:
        """What the page calls the card by."""
        return self.ids[0]

    @property
    def is_for_another(self) -> bool:
        return self.beneficiary_name != self.requester_name


@dataclass(frozen=True)
class AgreementCard:
    """A proposed version. `for_provider`: the reader answers for the unit that promises, else for its customers."""

    id: int
    name: str
    version: int
    title: str
    provider: str
    for_provider: bool
    proposer_name: str
    valid: str
    changes: tuple[Change, ...]
    is_first: bool
    asked_at: datetime
    asked_of_me: bool

    @property
    def subject(self) -> str:
        return self.title


@dataclass(frozen=True)
class Few:
    """A count that is told only when it is none, or enough that nobody is found by it."""

    count: int

    @property
    def is_told(self) -> bool:
        return self.count == 0 or self.count >= ENOUGH


@dataclass(frozen=True)
class UnitFigures:
    """Counts only: how the tickets of the leader's units stand. Personnel cases are not among them."""

    units: tuple[str, ...]
    new: Few
    working: Few
    waiting: Few
    late: Few
    solved: Few
    """In the last thirty days."""
    kept_percent: int | None
    """Of those, how many in time. None: too few to be told."""
    cost: Decimal | None
    """Of what was ordered in the last thirty days. None: too few orders to be told."""
    people: int
    beginning: int
    leaving: int


@dataclass(frozen=True)
class Tried:
    """An answer that could not be saved: to which questions, what was typed, and why not."""

    problems: Mapping[int, str]
    comments: Mapping[int, str]


@dataclass(frozen=True)
class StepLine:
    """One line of a checklist, and who ticked it off when."""

    key: str
    text: str
    done: Tick | None


@dataclass(frozen=True)
class TaskCard:
    """One thing to do, with what must be known to do it. At most one of `order`, `agreement`, `destruction_id`."""

    id: int
    kind: Kind
    title: str
    why: str | None
    steps: tuple[StepLine, ...]
    law: str | None
    """The paragraph it rests on."""
    place_name: str | None
    """The org unit it is for, of a task of the annual wheel."""
    consequence: Consequence
    minutes: int | None
    due_at: datetime | None
    is_late: bool
    url: str | None
    source_name: str | None
    """The other system it lives in; None: here."""
    heard_at: datetime | None
    """Set when that system has been silent too long: it may be done there already."""
    postponed_to: date | None
    postponed_why: str | None
    for_name: str | None
    """Whose deputy the reader is in doing it."""
    with_name: str | None
    """Who was asked to do it."""
    number: str | None
    """The case in which the centre does it."""
    is_done_here: bool
    order: Card | None
    agreement: AgreementCard | None
    destruction_id: int | None

    @property
    def hours(self) -> int | None:
        return in_hours(self.minutes or 0)

    @property
    def steps_done(self) -> int:
        return sum(1 for step in self.steps if step.done)

    @property
    def is_question(self) -> bool:
        return self.order is not None or self.agreement is not None or self.destruction_id is not None


@dataclass(frozen=True)
class TaskGroup:
    group: Group
    cards: tuple[TaskCard, ...]
    hidden: int
    """So many more there are, of what can wait."""

    @property
    def count(self) -> int:
        return len(self.cards) + self.hidden


@dataclass(frozen=True)
class Answered:
    """An answer of the reader's that can be taken back, or that could not be carried out."""

    approval_id: int
    subject: str | None
    outcome: Outcome
    problem: str | None
    """Why not, as a sentence."""


@dataclass(frozen=True)
class LeaderPage:
    first_name: str
    groups: tuple[TaskGroup, ...]
    minutes: int
    """What everything is thought to take."""
    is_cut: bool
    """There is more than is shown."""
    silent: tuple[Silent, ...]
    """Other systems whose tasks may be missing."""
    answered: tuple[Answered, ...]
    figures: UnitFigures | None
    approved: int
    rejected: int
    tried: Tried | None
    too_late: bool
    """The reader wanted to take back an answer that counts already."""
    chosen: frozenset[int]
    """Cards that are ticked when the page is shown, by their ids: chosen before the reader had to sign in again."""
    answered_after_seconds: int
    """By then what was answered just now counts."""

    @property
    def count(self) -> int:
        return sum(each.count for each in self.groups if each.group is not Group.WAITING)

    @property
    def hours(self) -> int | None:
        """When it is more than is told in minutes."""
        return in_hours(self.minutes)

    @property
    def has_answered(self) -> bool:
        """There is something to tell of the reader's own answers."""
        return bool(self.answered or self.approved or self.rejected or self.too_late)

    @property
    def just_answered(self) -> tuple[Answered, ...]:
        return tuple(one for one in self.answered if one.problem is None)

    @property
    def refused(self) -> tuple[Answered, ...]:
        return tuple(one for one in self.answered if one.problem is not None)

    @property
    def questions(self) -> list[Card | AgreementCard]:
        cards = (card for group in self.groups for card in group.cards)
        return [found for card in cards if (found := card.order or card.agreement) is not None]

    @property
    def still_chosen(self) -> list[Card | AgreementCard]:
        """Of what was chosen, what still waits for an answer."""
        return [card for card in self.questions if card.id in self.chosen]

    @property
    def choosable(self) -> int:
        """Orders that can be answered together."""
        return sum(1 for each in self.groups for card in each.cards if card.order is not None)

    def comment(self, card: Card | AgreementCard) -> str:
        return self.tried.comments.get(card.id, "") if self.tried else ""

    def problem(self, card: Card | AgreementCard) -> str:
        return self.tried.problems.get(card.id, "") if self.tried else ""
