"""Entitlements and role profiles as text: what people may have in which system, and which jobs give it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field as Described
from pydantic import StringConstraints

from service_catalog.values import FieldKey, Key, Line, Nok, Prose, Text, Value

GIVE, TAKE, CONFIRM = "give", "take", "confirm"
PositionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
"""KS' stillingskode (hovedtariffavtalen, vedlegg 1); 0000 for those who hold no position."""
Function = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
"""KOSTRA function of a place (its `tjeneste`): 202 school, 253 nursing home, 254 home care…"""
Days = Annotated[int, Described(ge=0, le=3650)]


class SystemKind(StrEnum):
    DIRECTORY = "directory"
    LICENCE = "licence"
    PAYROLL = "payroll"
    ACCOUNTS = "accounts"
    ARCHIVE = "archive"
    CARE_RECORD = "care-record"
    HEALTH_RECORD = "health-record"
    CHILD_WELFARE = "child-welfare"
    SOCIAL = "social"
    SCHOOL = "school"
    CHILDCARE = "childcare"
    ROTA = "rota"
    PURCHASING = "purchasing"
    MAPS = "maps"
    FACILITIES = "facilities"
    EMERGENCY = "emergency"
    KEY_CARD = "key-card"
    PHONE = "phone"
    MAILBOX = "mailbox"
    DESK = "desk"


class How(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


class Approver(StrEnum):
    NONE = "none"
    """The job itself gives it: whoever hired has said yes."""
    LEADER = "leader"
    OWNER = "owner"
    """Whoever answers for the entitlement."""


class Risk(StrEnum):
    """From least to most."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Prerequisite(StrEnum):
    POLITIATTEST = "politiattest"
    HPR = "hpr"
    """Authorised as health personnel (Helsepersonellregisteret)."""
    TAUSHETSERKLAERING = "taushetserklaering"


class System(Value):
    """Something people get access to. `unit` does by hand what does not do itself."""

    key: Key
    title: Text
    kind: SystemKind
    unit: Key
    owner: Key | None = None
    restore: Prose | None = None
    """Who gives back, at any hour, what lives may depend on."""


class Entitlement(Value):
    """One thing that somebody may have in a system."""

    key: Key
    system: Key
    title: Text
    gives: Prose
    owner: Key | None = None
    """Who answers for it; None: whoever answers for the system."""
    risk: Risk
    how: How
    approval: Approver = Approver.NONE
    licence_nok_month: Nok = 0
    requires: tuple[Prerequisite, ...] = ()
    conflicts: tuple[Key, ...] = ()
    """One person ought not to have both. Said at either of the two."""
    max_days: Annotated[int, Described(ge=1, le=3650)] | None = None
    """How long it is given for before somebody says that it is needed still."""
    grace_days: Days = 30
    """How long whoever changes jobs keeps it."""
    paused_on_leave: bool = False
    """It is taken while every job that gives it is on leave, and given back when they are. Not what lives depend on."""
    life_and_health: bool = False
    """Lives may depend on it: it never expires because nobody answered."""


class Profile(Value):
    """What a job gives. It is for whoever fits everything that is said; what is not said fits all."""

    key: Key
    title: Text
    codes: tuple[PositionCode, ...] = ()
    functions: tuple[Function, ...] = ()
    places: tuple[Key, ...] = ()
    """Org units by their key; also for those below them."""
    kinds: tuple[Line, ...] = ()
    """Kinds of engagement, by their key."""
    gives: tuple[Key, ...] = Described(min_length=1)


class Position(Value):
    """A position code, and on which day it was read at a source; None: written from memory."""

    key: PositionCode
    title: Line
    checked: date | None = None

    @property
    def is_unread(self) -> bool:
        """Nobody has read it at a source; 0000 is no position, and stands in none."""
        return self.checked is None and self.key != "0000"


class Order(Value):
    """Which service is asked when something is to be given or taken away by hand, and where in its form what stands."""

    key: Key
    service: Key
    person: FieldKey
    what: FieldKey
    day: FieldKey
    why: FieldKey | None = None
    fixed: dict[FieldKey, Line] = Described(default={})
    """What is always answered."""


class Access(Value):
    """Empty in a municipality that has not put its access in order yet."""

    systems: dict[str, System] = Described(default={})
    entitlements: dict[str, Entitlement] = Described(default={})
    profiles: dict[str, Profile] = Described(default={})
    positions: dict[str, Position] = Described(default={})
    orders: dict[str, Order] = Described(default={})
    """GIVE and TAKE; without them nothing can be ordered from the plan. CONFIRM: where it is said that nobody has
    confirmed what lives may depend on."""

    def owner_of(self, entitlement: Entitlement) -> str | None:
        """By their key in owners.yaml."""
        system = self.systems.get(entitlement.system)
        return entitlement.owner or (system.owner if system else None)

    def conflicts_of(self, key: str) -> frozenset[str]:
        """With what it must not be together, whichever of the two says so."""
        said = self.entitlements[key].conflicts if key in self.entitlements else ()
        return frozenset(said) | {other.key for other in self.entitlements.values() if key in other.conflicts}
