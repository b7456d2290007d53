"""What the leader's page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.agreements.difference import Change
from service_catalog.schema import Authority


@dataclass(frozen=True)
class Card:
    """One question. `asked_of_me` is False when a colleague was asked first and the reader may answer for them."""

    id: int
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
    authority: Authority
    asked_at: datetime
    due_at: datetime | None
    asked_of_me: bool

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
class UnitFigures:
    """Counts only: how the orders of the leader's units stand. Personnel cases are not among them."""

    units: tuple[str, ...]
    open: int
    waiting_for_approval: int
    over_due: int
    resolved_lately: int
    people: int


@dataclass(frozen=True)
class Tried:
    """An answer that could not be saved: to which questions, what was typed, and why not."""

    problems: Mapping[int, str]
    comments: Mapping[int, str]


@dataclass(frozen=True)
class LeaderPage:
    first_name: str
    cards: list[Card]
    agreements: list[AgreementCard]
    destructions: list[int]
    """Lists that wait for an answer; each is read and answered on its own page."""
    figures: UnitFigures | None
    approved: int
    rejected: int
    tried: Tried | None

    def comment(self, card: Card | AgreementCard) -> str:
        return self.tried.comments.get(card.id, "") if self.tried else ""

    def problem(self, card: Card | AgreementCard) -> str:
        return self.tried.problems.get(card.id, "") if self.tried else ""
