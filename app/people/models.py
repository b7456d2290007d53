"""Persons and the organisation as the HR feed, the catalogue and delegations describe them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Logged, Written
from app.identity.actor import Office
from service_catalog.schema import Authority


class OrgUnit(Base):
    """A place in the organisation. Its leader's own leader is the leader of the unit above."""

    __tablename__ = "org_units"
    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_key: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_units.id"), index=True)
    area: Mapped[str]
    """Kommunalsjefområdet the unit belongs to, by its key."""
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", use_alter=True), index=True)
    ansvar: Mapped[str]
    """The cost centre its orders are charged to unless the order says otherwise."""
    tjeneste: Mapped[str]


class Person(Base):
    """Somebody who may ask. Identity is issuer + subject, never an e-mail address."""

    __tablename__ = "persons"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index("ix_persons_sort_key", "sort_key", "id"))
    id: Mapped[BigId]
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    sort_key: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(index=True)
    employee_number: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(server_default="nb")
    shielded: Mapped[bool] = mapped_column(server_default=text("false"))
    """A shielded address: never found by person search."""
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    left_at: Mapped[datetime | None]
    """When their last job was over and their access ended by itself; a new job lets them in again."""


class EngagementKind(Base):
    """Fixed, temporary, hourly, consultant…: kinds are data, so that a municipality may add its own."""

    __tablename__ = "engagement_kinds"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    employed: Mapped[bool]


CONSULTANT, HIRED_IN = "konsulent", "innleid"
"""The kinds that have rules of their own, whatever a municipality calls its others."""


class Engagement(Logged, Base):
    """One period of an ansettelsesforhold or oppdrag: in force on its first and its last day too.

    A person may have several at once, each with its own leader. Whoever moves gets a new period, under the same
    `feed_key`. A period that ends the day before it begins has no days: it was withdrawn before it came to anything.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on - 1", name="period"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
        CheckConstraint(
            "kind <> 'konsulent' OR"
            " (sponsor_id IS NOT NULL AND contract_reference IS NOT NULL AND ends_on IS NOT NULL)",
            name="consultant",
        ),
        CheckConstraint(
            "kind <> 'innleid' OR (legal_basis IS NOT NULL AND ends_on IS NOT NULL)", name="hired_in"
        ),
        CheckConstraint("length(contract_reference) > 0", name="contract"),
        Index("ix_engagements_feed_key", "feed_key", postgresql_where=text("feed_key IS NOT NULL")),
    )
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), index=True)
    kind: Mapped[str] = mapped_column(ForeignKey("engagement_kinds.key"))
    position_code: Mapped[str]
    title: Mapped[str]
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    feed_key: Mapped[str | None]
    """The source that tells of it, and its key there («hr:4711-1»); None: nobody but us."""
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    """Who answers for an external consultant, and is asked before the time is over."""
    contract_reference: Mapped[str | None]
    legal_basis: Mapped[str | None]
    """Of somebody hired in: which ground allows it, by its key in the catalogue."""
    last_shift_ends_at: Mapped[datetime | None]
    """When the last shift of its last day is over, where the leader or the rota has said; else `ends_at` has a rule."""
    last_event_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Leave(Base):
    """Permisjon: a state of an engagement, which goes on meanwhile. Why is nobody's business here, and is not kept."""

    __tablename__ = "leaves"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date | None]


class Turn(StrEnum):
    """What time does to an engagement."""

    BEGINS = "begins"
    ENDS = "ends"
    RENEWAL = "renewal"
    """Its sponsor is asked whether it is to go on."""


class EngagementTurn(Base):
    """A turn and when it is due. Written with every change of the engagement; taken when its instant has come."""

    __tablename__ = "engagement_turns"
    __table_args__ = (
        CheckConstraint("turn IN ('begins','ends','renewal')", name="turn"),
        Index("ix_engagement_turns_due", "due_at", postgresql_where=text("done_at IS NULL")),
    )
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    turn: Mapped[Turn] = mapped_column(primary_key=True)
    due_at: Mapped[Instant]
    done_at: Mapped[datetime | None]


class HireState(StrEnum):
    EXPECTED = "expected"
    """Ordered by the leader; the HR system does not know them yet."""
    MATCHED = "matched"
    """The HR system's row is the same person, as somebody has confirmed."""
    WITHDRAWN = "withdrawn"


PREHIRE = "prehire"
"""Issuer of whoever has no account yet. The subject is random, and nobody can sign in with it."""


class Hire(Base):
    """A leader's order of somebody who is to begin, before the HR system knows them."""

    __tablename__ = "hires"
    __table_args__ = (
        CheckConstraint("state IN ('expected','matched','withdrawn')", name="state"),
        Index("ix_hires_expected", "id", postgresql_where=text("state = 'expected'")),
    )
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagements.id"), unique=True)
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    state: Mapped[HireState] = mapped_column(server_default="expected")
    created_at: Mapped[Instant] = mapped_column(server_default=text("clock_timestamp()"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Whoever may hire there has said yes; until then the job gives nothing."""
    ground: Mapped[str | None]
    """Why it has an end, by its key in the catalogue."""
    reference: Mapped[Written | None]
    """The number of the contract, for whoever is not employed."""
    private_email: Mapped[str | None]
    private_phone: Mapped[str | None]
    """How to reach them before the first day; forgotten soon after it."""
    meets: Mapped[Written] = mapped_column(server_default="")
    """Where and when they meet on the first day, in the leader's words."""


class Delegation(Base):
    """An authority somebody holds: for one ansvar, for one org unit's people, or for a field of expertise."""

    __tablename__ = "delegations"
    __table_args__ = (Index("ix_delegations_scope", "authority", "scope"),)
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    authority: Mapped[Authority]
    scope: Mapped[str]
    """BUDGET: the ansvar. PERSONAL: the org unit's key. PROFESSIONAL: the unit's key."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Orderer(Base):
    """*Bestiller*: prepares, follows and sees orders for an org unit; cannot approve, never sees personnel cases (B9)."""

    __tablename__ = "orderers"
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)


class Membership(Base):
    """An agent of a unit (fagenhet) of the catalogue."""

    __tablename__ = "memberships"
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    lead: Mapped[bool] = mapped_column(server_default=text("false"))


class OfficeHolder(Base):
    """Somebody named to an office: process owner of a service, privacy officer, mottak…"""

    __tablename__ = "office_holders"
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    office: Mapped[Office] = mapped_column(primary_key=True, index=True)
    scope: Mapped[str] = mapped_column(primary_key=True, server_default="")


class NearTie(Base):
    """Two persons too near each other to handle one another's cases, as one of them has said (forvaltningsloven § 6).

    Which sort of tie it is has no place here: nobody needs to know. Seen by the two and by the privacy officer.
    """

    __tablename__ = "near_ties"
    __table_args__ = (CheckConstraint("person_id <> other_id", name="two_persons"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    """Who recorded it."""
    other_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    recorded_at: Mapped[Instant]


class Deputy(Base):
    """Somebody who does what waits for another while they are away: from the first day to the last, both included."""

    __tablename__ = "deputies"
    __table_args__ = (
        CheckConstraint("person_id <> deputy_id", name="two_persons"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        Index("ix_deputies_deputy_id", "deputy_id", "ends_on"),
        Index("ix_deputies_person_id", "person_id", "ends_on"),
    )
    id: Mapped[BigId]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    """Who is away."""
    deputy_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    covers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The authorities (`Authority`) the deputy answers by. What needs none is always theirs to do."""
    acting: Mapped[bool] = mapped_column(server_default=text("false"))
    """Konstituert: the deputy holds the office itself meanwhile, and does personnel tasks too."""


class Absence(Base):
    """Away from the first day until back. Never a cause, and nothing from a calendar (GDPR art. 5 (1) c)."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("back_on > away_on", name="period"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    away_on: Mapped[date] = mapped_column(primary_key=True)
    back_on: Mapped[date]
    """The first day at work again."""
