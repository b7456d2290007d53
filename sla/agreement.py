"""What a unit has promised: working time to response and solution, per priority."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator

from sla.hours import Day, Title

MINUTE = timedelta(minutes=1)


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


def read_working_time(written: object) -> timedelta:
    """From `30 min`, `4 t` or `7 t 30 min`. There is no day: how long one is depends on the calendar."""
    if isinstance(written, timedelta):
        return written
    found = re.fullmatch(r"(?=.)(?:([0-9]{1,4}) t)?(?:(?:^|(?<=t) )([0-9]{1,5}) min)?", str(written))
    if found is None:
        raise ValueError(f"skriv arbeidstid som 30 min, 4 t eller 7 t 30 min, ikke «{written}»")
    hours, minutes = (int(part or 0) for part in found.groups())
    if hours == minutes == 0:
        raise ValueError("et løfte må være lenger enn null")
    return timedelta(hours=hours, minutes=minutes)


def write_working_time(amount: timedelta) -> str:
    """As it is read: `7 t 30 min`."""
    hours, minutes = divmod(amount // MINUTE, 60)
    return " ".join([f"{hours} t"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


WorkingTime = Annotated[timedelta, PlainValidator(read_working_time), PlainSerializer(write_working_time)]


class Promise(BaseModel):
    """Working time in the agreement's calendar from the opening of the ticket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    response: WorkingTime
    solution: WorkingTime

    @model_validator(mode="after")
    def _answer_before_solving(self) -> Promise:
        if self.response > self.solution:
            raise ValueError("svaret er lovet senere enn løsningen")
        return self


class Agreement(BaseModel):
    """One version of an agreement between a unit and those it serves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: Title
    provider: str = Field(min_length=1)
    """Key of the unit that promises."""
    customer: str = Field(min_length=1)
    calendar: str
    """Name of the calendar that its time is counted in."""
    owner: str = Field(min_length=1)
    """Who answers for the agreement."""
    revised_on: Day
    valid_from: Day
    valid_to: Day | None = None
    """Last day, included; None: until a new version."""
    promises: dict[Priority, Promise]
    pauses_on: tuple[PauseReason, ...] = ()
    """What the solution clock does not run while waiting for."""

    @model_validator(mode="after")
    def _promises_to_all(self) -> Agreement:
        missing = [priority for priority in Priority if priority not in self.promises]
        if missing:
            raise ValueError(f"løftet mangler for {', '.join(missing)}")
        ordered = [self.promises[priority] for priority in Priority]
        for part in ("response", "solution"):
            amounts = [getattr(promise, part) for promise in ordered]
            if amounts != sorted(amounts):
                raise ValueError(f"en viktigere sak kan ikke ha lengre {part} enn en mindre viktig")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("avtalen slutter å gjelde før den begynner")
        return self

    def promise(self, priority: str) -> Promise:
        """For critical, high, normal or low; another word is a ValueError."""
        return self.promises[Priority(priority)]

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
