"""What a catalogue is made of: frozen values, refusing anything they do not know."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field as Described
from pydantic import StringConstraints, model_validator

from service_catalog.access_schema import Access
from service_catalog.journey_schema import Ground, Journey, JourneyKind
from service_catalog.processing import Law, Processing, Risk
from service_catalog.values import LANGUAGES as LANGUAGES
from service_catalog.values import Colour, Email, Key, Language, Line, Nok, Value
from service_catalog.values import Confidentiality as Confidentiality
from service_catalog.values import FieldKey as FieldKey
from service_catalog.values import Prose as Prose
from service_catalog.values import Text as Text
from service_catalog.wheel_schema import Activity


class Kind(StrEnum):
    ORDER = "order"
    INCIDENT = "incident"
    QUESTION = "question"
    NEED = "need"


class Impact(StrEnum):
    """How many it concerns; from least to most."""

    ONE = "one"
    SEVERAL = "several"
    MANY = "many"


class Urgency(StrEnum):
    """How little it can wait; from least to most."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Channel(StrEnum):
    PORTAL = "portal"
    PHONE = "phone"
    COUNTER = "counter"
    EMAIL = "email"
    TEAMS = "teams"
    API = "api"


class Authority(StrEnum):
    PERSONAL = "personal"
    BUDGET = "budsjettdisponering"
    PROFESSIONAL = "fag"


class Whose(StrEnum):
    """Where the holder of the authority is looked for."""

    ANSVAR = "ansvar"
    LEADER = "leader"


class Payer(StrEnum):
    ORDERING_UNIT = "ordering_unit"
    CENTRE = "centre"


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    ORG_UNIT = "org_unit"
    DATE = "date"
    NUMBER = "number"
    AMOUNT = "amount"
    FILE = "file"
    YES_NO = "yes_no"
    GROUP = "group"


class Prefill(StrEnum):
    """What a field may be filled with before the person has written anything."""

    ME = "me"
    MY_NAME = "me.name"
    MY_EMAIL = "me.email"
    MY_PHONE = "me.phone"
    MY_POSITION = "me.position"
    MY_UNIT = "me.unit"
    MY_LEADER = "me.leader"
    MY_ANSVAR = "me.ansvar"
    MY_TJENESTE = "me.tjeneste"
    TODAY = "today"


class Condition(Value):
    """The field is shown only when an earlier field has (one of) these answers; «yes» and «no» for yes_no."""

    field: FieldKey
    is_: str | None = Described(default=None, alias="is")
    in_: tuple[str, ...] = Described(default=(), alias="in")

    @model_validator(mode="after")
    def _is_or_in(self) -> Self:
        if (self.is_ is None) == (not self.in_):
            raise ValueError("skriv enten «is» eller «in»")
        return self

    @property
    def wanted(self) -> tuple[str, ...]:
        return self.in_ or (() if self.is_ is None else (self.is_,))


class Choice(Value):
    """One answer to choose; it may say that the matter concerns more people or can wait less."""

    value: FieldKey
    label: Text
    impact: Impact | None = None
    urgency: Urgency | None = None


class Field(Value):
    """One question. `min` and `max` count characters, items, kroner, or whole days from today, by kind.

    `concerns`: the person named here is whom the case is about (`app/tickets/permissions.py` says what follows).
    """

    key: FieldKey
    kind: FieldKind
    label: Text
    help: Prose | None = None
    required: bool = False
    when: Condition | None = None
    prefill: Prefill | None = None
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    min: int | None = None
    max: int | None = None
    concerns: bool = False

    @model_validator(mode="after")
    def _parts_suit_the_kind(self) -> Self:
        if self.concerns and self.kind is not FieldKind.PERSON:
            raise ValueError("«concerns» hører til feltet person")
        chooses = self.kind in (FieldKind.CHOICE, FieldKind.CHOICES)
        if chooses != bool(self.choices):
            raise ValueError("«choices» hører til feltene choice og choices, og må finnes der")
        if (self.kind is FieldKind.GROUP) != bool(self.fields):
            raise ValueError("«fields» hører til feltet group, og må finnes der")
        if any(inner.concerns for inner in self.fields):
            raise ValueError("«concerns» kan ikke stå i en gruppe")
        if any(inner.kind is FieldKind.GROUP for inner in self.fields):
            raise ValueError("en gruppe kan ikke stå inne i en gruppe")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("«min» er større enn «max»")
        return self


class Form(Value):
    """The questions of a service, in order, and a sentence above them."""

    intro: Prose | None = None
    fields: tuple[Field, ...] = Described(min_length=1)


class ChoicePrices(Value):
    """A price that depends on what is chosen in one field of the form."""

    field: FieldKey
    amounts_nok: dict[str, Nok]


class Price(Value):
    """What it costs. Neither amount nor `by_choice` means that the price is agreed each time."""

    amount_nok: Nok | None = None
    by_choice: ChoicePrices | None = None
    times: FieldKey | None = None
    pays: Payer = Payer.CENTRE
    note: Prose | None = None

    @property
    def is_free(self) -> bool:
        return self.amount_nok == 0 and self.by_choice is None

    @model_validator(mode="after")
    def _says_what_it_costs(self) -> Self:
        if self.amount_nok is None and self.by_choice is None and self.note is None:
            raise ValueError("når prisen avtales hver gang, må «note» si hvordan")
        if self.amount_nok and self.by_choice:
            raise ValueError("skriv enten «amount_nok» eller «by_choice»")
        return self


class Mandate(Value):
    """One thing the first line may decide itself, up to a limit when there is one."""

    key: Key
    may: Prose
    limit_nok: Nok | None = None


class ApprovalRule(Value):
    """Somebody who must say yes first: which authority, and whose."""

    authority: Authority
    whose: Whose
    recent_sign_in: bool = False
    """Only by somebody who has just shown who they are: for what gives access to something."""


class SharedList(Value):
    """The tickets lie in one list that every unit's agents and all leaders see (need B7).

    `kind` is the question of the form whose answer says what sort of need it is.
    """

    kind: FieldKey


class ProcessOwner(Value):
    """The role that answers for the service from end to end."""

    key: Key
    role: Text
    org: Text


class Service(Value):
    """One thing people can order, report or ask about."""

    key: Key
    unit: Key
    title: Text
    summary: Text
    gets: Prose
    for_whom: Prose
    kind: Kind
    process_owner: ProcessOwner
    agreement: Key
    price: Price = Price(amount_nok=0)
    kontering: bool = False
    mandate: tuple[Mandate, ...] = ()
    approvals: tuple[ApprovalRule, ...] = ()
    approvals_reason: Prose | None = None
    confidentiality: Confidentiality = Confidentiality.OPEN
    processing: Key | None = None
    """None: as its unit does (`Catalogue.processing_of`)."""
    impact: Impact = Impact.ONE
    urgency: Urgency = Urgency.NORMAL
    keywords: tuple[Line, ...] = Described(min_length=1)
    synonyms: tuple[Line, ...] = Described(min_length=1)
    articles: tuple[Key, ...] = ()
    popular: bool = False
    shows_existing: bool = False
    shared: SharedList | None = None
    access_request: bool = False
    """Its tickets are requests for access (innsynskrav, offentleglova)."""
    accounts_for: tuple[Text, ...] = ()
    """What the solution must say, each on a line of its own («Varsel: …»), before a ticket may be solved."""
    form: Form

    @property
    def shared_kinds(self) -> tuple[Choice, ...]:
        """What a ticket in the shared list may be; empty for a service whose tickets are not in it."""
        asked = self.shared.kind if self.shared else None
        return next((each.choices for each in self.form.fields if each.key == asked), ())


class Unit(Value):
    """A unit that solves tickets (fagenhet)."""

    key: Key
    title: Text
    icon: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]+$")]
    what: Prose
    phone: Line
    email: Email
    lead: Text
    calendar: Key
    first_line: bool = False
    processing: Key | None = None
    """What its services do with personal data, unless they say otherwise."""


class RoutingCondition(Value):
    """All that is written must hold; within a list one is enough. Nothing written always holds."""

    keywords: tuple[Line, ...] = ()
    areas: tuple[Key, ...] = ()
    channels: tuple[Channel, ...] = ()
    confidentiality: tuple[Confidentiality, ...] = ()


class RoutingRule(Value):
    """Where free text goes, and why, in words the first line can read. The first rule that holds wins."""

    id: Key
    when: RoutingCondition = RoutingCondition()
    unit: Key
    confidentiality: Confidentiality | None = None
    reason: Text


class Article(Value):
    """A short help text in Markdown."""

    key: Key
    title: Text
    unit: Key
    keywords: tuple[Line, ...] = ()
    body: Prose


class Term(Value):
    """A word explained so that a newcomer understands it."""

    key: Key
    term: Text
    meaning: Prose
    also: tuple[Line, ...] = ()


class Area(Value):
    """A kommunalsjefområde: the top of one branch of the organisation."""

    key: Key
    title: Text


class Brand(Value):
    """The colours: `accent` carries white text; `colours` has the names after `--ds-color-`."""

    accent: Colour
    accent_dark: Colour
    accent_soft: Colour
    colours: dict[Key, Colour] = Described(default={})


class Municipality(Value):
    """Whose portal this is, and how to reach people in it."""

    name: Line
    portal: Text
    languages: tuple[Language, ...] = Described(min_length=1)
    brand: Brand
    logo: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.svg$")]
    phone: Line
    email: Email
    address: Line
    opening_hours: Text
    calendar: Key = "kontortid"
    """The hours in which people are looked to for an answer: when tasks are due, and when anybody is reminded."""
    centre_service: Key | None = None
    """The service in which a leader's task is handed to the centre (B6). Its form has `task`, `due` and `details`."""
    website: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    accessibility_statement: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    areas: tuple[Area, ...] = Described(min_length=1)


class Catalogue(Value):
    """Everything that is published together, by key; the order is the order on the page."""

    municipality: Municipality
    units: dict[str, Unit]
    owners: dict[str, ProcessOwner] = Described(default={})
    """Roles that answer for services and agreements."""
    services: dict[str, Service]
    routing: tuple[RoutingRule, ...]
    articles: dict[str, Article]
    glossary: dict[str, Term]
    processing: dict[str, Processing] = Described(default={})
    laws: dict[str, Law] = Described(default={})
    risks: dict[str, Risk] = Described(default={})
    access: Access = Described(default=Access())
    journeys: dict[str, Journey] = Described(default={})
    grounds: dict[str, Ground] = Described(default={})
    """Why an engagement may have an end."""
    wheel: dict[str, Activity] = Described(default={})
    """What leaders do at fixed times of the year."""

    def processing_of(self, service: Service) -> Processing | None:
        """None only in what was published before services said this."""
        unit = self.units.get(service.unit)
        return self.processing.get(service.processing or (unit.processing if unit else None) or "")

    def joining(self, kind: str) -> Journey | None:
        """The journey of whoever begins in this kind of engagement; None: there is none."""
        return self._journey(JourneyKind.JOIN, kind)

    def contract_of(self, kind: str) -> Journey | None:
        return self._journey(JourneyKind.CONTRACT, kind)

    def journey_of(self, kind: JourneyKind) -> Journey | None:
        """Of moving and leaving there is one for everybody."""
        return next((each for each in self.journeys.values() if each.kind is kind), None)

    def _journey(self, what: JourneyKind, kind: str) -> Journey | None:
        fits = (each for each in self.journeys.values() if each.kind is what and kind in each.for_kinds)
        return next(fits, None)

    def grounds_for(self, kind: str) -> list[Ground]:
        """Those that an engagement of this kind may have; none: it needs no ground, and no end."""
        return [ground for ground in self.grounds.values() if kind in ground.kinds]

    def services_of(self, unit: str) -> list[Service]:
        return [service for service in self.services.values() if service.unit == unit]

    def first_line(self) -> Unit:
        return next(unit for unit in self.units.values() if unit.first_line)

    def digest(self) -> str:
        """The same content gives the same digest: publishing it again changes nothing."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
