"""The annual wheel as text: what leaders do at fixed times of the year, by when, and why."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field as Described
from pydantic import StringConstraints, model_validator

from service_catalog.access_schema import Function
from service_catalog.values import Key, Line, Text, Value

EVERY_MONTH = tuple(range(1, 13))
A_COMMON_YEAR = 2026
"""Any year without a 29 February: a day of the year must exist in all of them."""

Month = Annotated[int, Described(ge=1, le=12)]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Role(StrEnum):
    """Whom an activity is for: once for each place they answer for."""

    LEADER = "leader"
    """Of any place in the organisation."""
    AREA_LEADER = "area_leader"
    """Kommunalsjef: of a place at the top of an area."""
    UNIT_LEAD = "unit_lead"
    """Of a unit (fagenhet) of the catalogue."""


class Gravity(StrEnum):
    """What happens when it is not done in time; from the worst. The words of the tasks' own `Consequence`."""

    SEVERE = "severe"
    SERIOUS = "serious"
    NOTICEABLE = "noticeable"
    SLIGHT = "slight"


class Rule(Value):
    """When it is due: the nth working day of some months, or so many working days before a day of the year."""

    months: tuple[Month, ...] | Literal["every"] = ()
    working_day: Annotated[int, Described(ge=-15, le=15)] = 0
    """1 is the first of the month, -1 the last."""
    date: MonthDay | None = None
    """A day of the year, 08-31; on a day off, the working day before it."""
    working_days_before: Annotated[int, Described(ge=0, le=60)] = 0

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if (self.date is None) is (not self.months):
            raise ValueError("skriv enten «months» og «working_day», eller «date»")
        if (self.date is None) is (self.working_day == 0):
            raise ValueError("«working_day» følger «months»: 1 er den første arbeidsdagen, -1 den siste")
        if self.date is None and self.working_days_before:
            raise ValueError("«working_days_before» følger «date»")
        return self

    @model_validator(mode="after")
    def _is_in_every_year(self) -> Self:
        if self.date is not None:
            try:
                date.fromisoformat(f"{A_COMMON_YEAR}-{self.date}")
            except ValueError:
                raise ValueError(f"{self.date} finnes ikke hvert år") from None
        return self

    @property
    def in_months(self) -> tuple[int, ...]:
        return EVERY_MONTH if self.months == "every" else self.months


class Basis(Value):
    """The provision it rests on, and who last held our words against it."""

    paragraph: Line
    source: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    checked_on: date
    checked_by: Line


class Activity(Value):
    """One recurring thing to do. Title and reason are read on lock screens: never about a person."""

    key: Key
    title: Text
    why: Text
    role: Role
    areas: tuple[Key, ...] = ()
    """Only places in these areas; none named: in all."""
    functions: tuple[Function, ...] = ()
    """Only places whose work has one of these KOSTRA functions; none named: all."""
    due: tuple[Rule, ...] = Described(min_length=1)
    notice: Annotated[int, Described(ge=0, le=120)]
    """Working days before it is due that it becomes a task."""
    minutes: Annotated[int, Described(ge=1, le=6000)]
    consequence: Gravity
    steps: tuple[Text, ...] = Described(default=(), max_length=15)
    """What is ticked off on the way."""
    link: Annotated[str, StringConstraints(pattern=r"^(/[a-z]\S*|https://\S+)$")] | None = None
    """Where it is done: a path of ours, or another system."""
    discreet: bool = False
    """Outside these pages it is called only «en fast oppgave»."""
    asked: bool = True
    """False: another part of Skranke asks for it by itself; here it only stands in the year."""
    basis: Basis | None = None
