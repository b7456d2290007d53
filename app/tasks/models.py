"""A task, and the systems outside that tasks come from."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database.model import Base, BigId, Instant, Logged, Written
from service_catalog.schema import Authority, Confidentiality

OURS = "skranke"
"""The source of what is asked for here."""


class Kind(StrEnum):
    """What it is about; tells which room knows its title and its facts."""

    APPROVAL = "approval"
    STEP = "step"
    """Of a journey: somebody comes, moves or leaves."""
    PEOPLE = "people"
    """Somebody was ordered by another, or may be the one who is expected: they are asked."""
    OPPDRAG = "oppdrag"
    """Of a consultant, or somebody hired in, that is over soon."""
    ACCESS = "access"
    """Somebody has too much, or something must be confirmed."""
    REVIEW = "review"
    TICKET = "ticket"
    """A case stands still until they answer."""
    RECURRING = "recurring"
    """From the annual wheel."""
    MEASURE = "measure"
    EXTERNAL = "external"


class Consequence(StrEnum):
    """What happens when nobody does it in time; from the worst."""

    SEVERE = "severe"
    """Life, health, safety, or a duty by law."""
    SERIOUS = "serious"
    """Somebody is not paid, cannot work, or a deadline outside is missed."""
    NOTICEABLE = "noticeable"
    """Somebody waits."""
    SLIGHT = "slight"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    """It is no longer asked for."""


class Task(Logged, Base):
    """Asked for once by its source and key; done once. Whose it is: a person's, or whoever's holds the authority.

    What a source of ours can tell anew (the subject of an order, the name of a newcomer) is never written down here.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        CheckConstraint("(person_id IS NULL) <> (authority IS NULL)", name="whose"),
        CheckConstraint("(authority IS NULL) = (scope IS NULL)", name="scope"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("source = 'skranke' OR title IS NOT NULL", name="titled"),
        Index("ix_tasks_person", "person_id", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_delegate", "delegate_id", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_held", "authority", "scope", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_subject", "kind", "subject_id", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_handed_over", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
    )
    id: Mapped[BigId]
    source: Mapped[str] = mapped_column(server_default=OURS)
    key: Mapped[str]
    kind: Mapped[Kind]
    subject_id: Mapped[int | None]
    """The row of ours it is about, by its kind."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    authority: Mapped[Authority | None]
    scope: Mapped[str | None]
    apart_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    """Whom it concerns: neither they, nor whoever stands too near them, may do it."""
    title: Mapped[Written | None]
    """As the other system wrote it, for the eyes of whoever's it is. None: the source tells it."""
    neutral_title: Mapped[Written | None]
    """What mail, feeds and Teams carry. None: the kind's own words."""
    why: Mapped[Written | None]
    confidentiality: Mapped[Confidentiality] = mapped_column(server_default=Confidentiality.OPEN)
    consequence: Mapped[Consequence]
    minutes: Mapped[int | None]
    """How long it is thought to take."""
    due_at: Mapped[datetime | None]
    url: Mapped[str | None]
    """Where it is done: a path of ours, or https."""
    state: Mapped[TaskState] = mapped_column(server_default=TaskState.OPEN)
    created_at: Mapped[Instant]
    postponed_to: Mapped[date | None]
    postponed_why: Mapped[Written | None]
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Who was asked to do it instead."""
    delegated_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    """The ticket in which the centre does it."""
    ended_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    done_for_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Whose deputy did it."""

    @property
    def needs_authority(self) -> bool:
        return self.authority is not None


class TaskTick(Base):
    """One step of a task's checklist that is done: whoever takes over the task sees how far it has come."""

    __tablename__ = "task_ticks"
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    """By its key in the catalogue (`service_catalog.wheel.step_key`)."""
    ticked_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    ticked_at: Mapped[Instant]


class TaskSource(Base):
    """Another system that tasks come from, as far as it has been heard; how it is reached, configuration says."""

    __tablename__ = "task_sources"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    silent_after_hours: Mapped[int]
    """Not heard from for so long, its tasks are shown as perhaps out of date."""
    heard_at: Mapped[Instant]
    is_told: Mapped[bool]
    """Whether it wants to know that one of its tasks is done here."""
