"""Journeys as text: what is done when somebody begins, moves, leaves or gets a contract, by whom and when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field as Described
from pydantic import StringConstraints

from service_catalog.access_schema import Function, PositionCode, Prerequisite
from service_catalog.values import FieldKey, Key, Line, Text, Value

WorkingDays = Annotated[int, Described(ge=-120, le=400)]
"""From the day of the journey; negative before it."""


class JourneyKind(StrEnum):
    JOIN = "join"
    MOVE = "move"
    LEAVE = "leave"
    CONTRACT = "contract"


class OwnerKind(StrEnum):
    """Who does a step: one owner each."""

    LEADER = "leader"
    NEWCOMER = "newcomer"
    """Whoever the journey is about."""
    UNIT = "unit"
    """The unit of the service that is ordered, in a ticket with its clock."""
    SYSTEM = "system"
    """Nobody: it closes by itself when `closes` holds."""


class Closes(StrEnum):
    """What closes a step of the system."""

    ACCESS = "access"
    """Everything that the person should have on the day is granted."""
    GONE = "gone"
    """Nothing is left of what the person should no longer have."""
    MATCHED = "matched"
    """The row of the HR system has come and is matched to the order."""
    CONTRACT = "contract"
    """The journey of the person's contract is done."""
    SIGNED = "signed"
    """Both parties have signed."""


class Counted(StrEnum):
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    """Of what has an end; a step that is counted from it is for nobody else."""


class PayType(StrEnum):
    """Which run of the payroll somebody is paid by."""

    MONTHLY = "monthly"
    HOURLY = "hourly"


class Fact(StrEnum):
    """What is known of the job, and may be an answer in the form of a ticket."""

    PERSON = "person"
    NAME = "name"
    POSITION = "position"
    """Title and code: «Adjunkt (7962)»."""
    PERCENT = "percent"
    PLACE = "place"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    """Nothing where there is no end."""
    FROM_DAY = "from_day"
    """The journey's day, or today when that is past."""
    DUE_DAY = "due_day"
    """The day by which the step is to be done, or today when that is past."""
    ANSVAR = "ansvar"
    TJENESTE = "tjeneste"


class Condition(Value):
    """For whom a step is: everything that is said must hold; what is not said holds for all."""

    codes: tuple[PositionCode, ...] = ()
    functions: tuple[Function, ...] = ()
    kinds: tuple[Line, ...] = ()
    last_job: bool = False
    """Only when the person holds no other job afterwards."""


class Ordered(Value):
    """The ticket of a unit's step: which service, and what is answered in its form."""

    service: Key
    fill: dict[FieldKey, Fact] = Described(default={})
    fixed: dict[FieldKey, Line | tuple[Line, ...]] = Described(default={})


class Step(Value):
    """One thing that is to be done, once, by one owner."""

    key: Key
    owner: OwnerKind
    title: Text
    why: Text
    due: WorkingDays
    """By the closing of this working day, counted from the journey's day."""
    counted_from: Counted = Counted.FIRST_DAY
    calendar_days: Annotated[int, Described(ge=0, le=400)] | None = None
    """So many days after the day instead, whatever `due` says; for what law counts so."""
    opens: WorkingDays | None = None
    """The working day on which it can begin; None: at once."""
    days: Annotated[int, Described(ge=0, le=60)] = 0
    """Working days that it takes; 0 for a unit's step: as its agreement says."""
    after: tuple[Key, ...] = ()
    when: Condition = Condition()
    ticket: Ordered | None = None
    closes: Closes | None = None
    gives: Prerequisite | None = None
    """What has been shown when it is done: it unblocks what asks for it."""
    statute: Key | None = None
    """Its deadline by law, in sla/statutes: the step is due no later."""
    told: Text | None = None
    """What the newcomer reads about it before the first day; None: nothing."""


class Journey(Value):
    """One kind of journey. A joiner's and a contract's are for kinds of engagement, the others for all."""

    key: Key
    title: Text
    kind: JourneyKind
    for_kinds: tuple[Line, ...] = ()
    pay: PayType | None = None
    """None: not paid by us."""
    steps: tuple[Step, ...] = Described(min_length=1)

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)


class Ground(Value):
    """Why an engagement may have an end: the paragraph, for which kinds, and who last compared it with the law."""

    key: Key
    title: Text
    paragraph: Line
    kinds: tuple[Line, ...] = Described(min_length=1)
    """Kinds of engagement that must have a ground, and may have this one."""
    reference: bool = False
    """A contract's number must be given."""
    source: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    checked_on: date
    checked_by: Line
