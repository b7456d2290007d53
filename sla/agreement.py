"""What a unit has promised, to whom, counted how, and who is told when it is about to break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from sla.amount import ANY_DAY, Amount, AmountText
from sla.calendar import DayLengths
from sla.hours import Day, Title

__all__ = ["OTHER_UNITS", "Agreement", "Amount", "Duties", "Escalation", "Priority", "Promise", "Recipient"]

OTHER_UNITS = "annen"
"""In `legs`: every unit that is not named."""
Disorder = tuple[tuple[str, str], str]
"""The two keys where it stands, and what is wrong."""
DUE = 100
"""Percent of the target at which the promise is broken; always a step."""


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class PauseReason(StrEnum):
    """What a ticket may wait for."""

    REQUESTER = "requester"
    APPROVAL = "approval"
    SUPPLIER = "supplier"
    DATE = "date"


class Recipient(StrEnum):
    """Who is told that a promise is running out, or is broken."""

    ASSIGNEE = "assignee"
    UNIT_LEAD = "unit_lead"
    PROCESS_OWNER = "process_owner"


class Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Promise(Written):
    """Counted in the agreement's calendar from the opening of the ticket."""

    response: AmountText
    solution: AmountText
    update: AmountText | None = None
    """The longest that an open ticket is left without news; None: not promised."""

    @model_validator(mode="after")
    def _holds_together(self) -> Promise:
        for problem in self.disorders(ANY_DAY):
            raise ValueError(problem)
        return self

    def amounts(self) -> tuple[Amount, ...]:
        return tuple(each for each in (self.response, self.update, self.solution) if each is not None)

    def disorders(self, days: DayLengths) -> Iterator[str]:
        """What contradicts itself, given how long a working day is."""
        if self.response.is_surely_longer_than(self.solution, days):
            yield "svaret er lovet senere enn løsningen"
        if self.update is not None and self.update.is_surely_longer_than(self.solution, days):
            yield "neste beskjed er lovet senere enn løsningen"


class DutyTexts(Written):
    """Duties in words, one sentence each, the same ones in each language."""

    nb: tuple[str, ...]
    nn: tuple[str, ...]
    en: tuple[str, ...]

    @model_validator(mode="after")
    def _same_ones_in_each(self) -> DutyTexts:
        if len({len(self.nb), len(self.nn), len(self.en)}) != 1:
            raise ValueError("nb, nn og en skal ha like mange plikter")
        if not all(sentence.strip() for sentence in (*self.nb, *self.nn, *self.en)):
            raise ValueError("en plikt er tom")
        return self


class Duties(Written):
    """What the customer owes in return."""

    reply: AmountText | None = None
    """How soon the customer answers a question; measured, like the unit's own promises."""
    text: DutyTexts | None = None


class Escalation(Written):
    """Who is told when this much of the target is used."""

    at: Annotated[int, Field(ge=1, le=1000)]
    """Percent of the target; above 100 it is broken."""
    to: tuple[Recipient, ...] = Field(min_length=1)


class Agreement(Written):
    """One version of an agreement between a unit and those it serves."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: Title
    provider: str = Field(min_length=1)
    """Key of the unit that promises."""
    customer: Title | Annotated[str, Field(min_length=1)]
    """To whom; as text it reads the same in every language."""
    calendar: str
    """Name of the calendar that its time is counted in."""
    owner: str = Field(min_length=1)
    """Who answers for the agreement: a key of service_catalog/owners.yaml."""
    revised_on: Day
    valid_from: Day
    valid_to: Day | None = None
    """Last day, included; None: until a new version."""
    promises: dict[Priority, Promise]
    pauses_on: tuple[PauseReason, ...] = ()
    """What both agreed clocks, answer and solution, do not run while waiting for. Legal clocks never pause."""
    legs: dict[str, AmountText] = {}
    """Internal agreement: how long each unit may hold the ticket; OTHER_UNITS stands for the rest."""
    duties: Duties | None = None
    warn_at: tuple[Annotated[int, Field(ge=1, lt=DUE)], ...] = ()
    """Percent of the target at which a step is recorded before it is due."""
    escalation: tuple[Escalation, ...] = ()
    statutes: tuple[str, ...] = ()
    """Legal clocks that these tickets also follow: keys of sla/statutes/*.yaml."""

    @field_validator("valid_to")
    @classmethod
    def _ends_after_it_begins(cls, valid_to: date | None, known: ValidationInfo) -> date | None:
        begins = known.data.get("valid_from")
        if valid_to is not None and begins is not None and valid_to < begins:
            raise ValueError("avtalen slutter å gjelde før den begynner")
        return valid_to

    @field_validator("promises")
    @classmethod
    def _promises_to_all(cls, promises: dict[Priority, Promise]) -> dict[Priority, Promise]:
        missing = [priority for priority in Priority if priority not in promises]
        if missing:
            raise ValueError(f"løftet mangler for {', '.join(missing)}")
        for _, problem in _promise_disorders(promises, ANY_DAY):
            raise ValueError(problem)
        return promises

    @field_validator("legs")
    @classmethod
    def _legs_fit_in_the_promise(cls, legs: dict[str, Amount], known: ValidationInfo) -> dict[str, Amount]:
        for _, problem in _leg_disorders(legs, known.data.get("promises", {}), ANY_DAY):
            raise ValueError(problem)
        return legs

    @field_validator("pauses_on", "statutes")
    @classmethod
    def _each_once(cls, listed: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(listed)) != len(listed):
            raise ValueError("det samme står to ganger")
        return listed

    @field_validator("warn_at")
    @classmethod
    def _warns_in_order(cls, warn_at: tuple[int, ...]) -> tuple[int, ...]:
        if list(warn_at) != sorted(set(warn_at)):
            raise ValueError("«warn_at» skal stå i stigende rekkefølge, hver prosent én gang")
        return warn_at

    @field_validator("escalation")
    @classmethod
    def _tells_where_it_is_decided(
        cls, escalation: tuple[Escalation, ...], known: ValidationInfo
    ) -> tuple[Escalation, ...]:
        told = [step.at for step in escalation]
        if told != sorted(set(told)):
            raise ValueError("«escalation» skal stå i stigende rekkefølge, hver prosent én gang")
        for percent in told:
            if percent < DUE and percent not in known.data.get("warn_at", (percent,)):
                raise ValueError(f"ved {percent} % blir det ikke avgjort noe; skriv {percent} i «warn_at»")
        return escalation

    def disorders(self, days: DayLengths) -> Iterator[Disorder]:
        """Where the promises contradict themselves, given how long a working day is in the calendar."""
        for priority in Priority:
            for problem in self.promises[priority].disorders(days):
                yield ("promises", priority.value), problem
        yield from _promise_disorders(self.promises, days)
        yield from _leg_disorders(self.legs, self.promises, days)

    def counts_days(self) -> bool:
        """Whether anything is promised in working days."""
        promised = [amount for promise in self.promises.values() for amount in promise.amounts()]
        reply = self.duties.reply if self.duties else None
        return any(amount.days for amount in (*promised, *self.legs.values(), reply) if amount is not None)

    def customer_in(self, language: str) -> str:
        return self.customer if isinstance(self.customer, str) else str(getattr(self.customer, language))

    def promise(self, priority: str) -> Promise:
        """For critical, high, normal or low; another word is a ValueError."""
        return self.promises[Priority(priority)]

    def leg(self, unit: str) -> Amount | None:
        """How long this unit may hold a ticket; None when nothing is agreed."""
        return self.legs.get(unit, self.legs.get(OTHER_UNITS))

    @property
    def steps(self) -> tuple[int, ...]:
        """Every percent of a target at which something is recorded, in order."""
        return tuple(sorted({*self.warn_at, DUE, *(escalation.at for escalation in self.escalation)}))

    def told_at(self, percent: int) -> tuple[Recipient, ...]:
        """Who is told at this step; nobody when it is only recorded."""
        return next((each.to for each in self.escalation if each.at == percent), ())

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def _promise_disorders(promises: dict[Priority, Promise], days: DayLengths) -> Iterator[Disorder]:
    for part in ("response", "solution", "update"):
        amounts = [(priority, getattr(promises[priority], part)) for priority in Priority]
        for (priority, sooner), (_, later) in pairwise(each for each in amounts if each[1] is not None):
            if sooner.is_surely_longer_than(later, days):
                yield (
                    ("promises", priority.value),
                    f"en viktigere sak kan ikke ha lengre {part} enn en mindre viktig",
                )


def _leg_disorders(
    legs: dict[str, Amount], promises: dict[Priority, Promise], days: DayLengths
) -> Iterator[Disorder]:
    longest = promises.get(Priority.LOW)
    for unit, share in legs.items():
        if longest is not None and share.is_surely_longer_than(longest.solution, days):
            yield ("legs", unit), f"«{unit}» kan ikke ha saken lenger enn hele løsningen er lovet"
