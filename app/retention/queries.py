"""What the pages of retention show: lists, what is on them, and packages. Numbers and rules, never a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.approvals.models import Approval
from app.approvals.policy import answerable_by, may_decide
from app.errors import NotFound
from app.identity.actor import Actor
from app.people.models import Person
from app.retention.models import SUBJECT, Action, Destruction, DestructionLine, Package, State

MOST_LISTS = 50
Proposer, Decider, Asker = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A destruction list with how far it has come."""

    id: int
    state: State
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    done_at: datetime | None
    cases: int
    done: int
    kept: int

    @property
    def waiting(self) -> int:
        return self.cases - self.done - self.kept


@dataclass(frozen=True, slots=True)
class ServiceCount:
    service: str
    action: Action
    basis: str
    cases: int


@dataclass(frozen=True)
class WholeList:
    row: ListRow
    services: tuple[ServiceCount, ...]
    lines: tuple[DestructionLine, ...]
    approval_id: int | None
    """The question, when this reader may answer it now."""


def _lists() -> Select[*tuple[Any, ...]]:
    line = DestructionLine
    counted = (
        select(
            func.count().label("cases"),
            func.count(line.done_at).label("done"),
            func.count(line.kept_because).label("kept"),
        )
        .where(line.destruction_id == Destruction.id)
        .lateral()
    )
    return (
        select(
            Destruction.id,
            Destruction.state,
            Proposer.name.label("proposed_by"),
            Destruction.proposed_at,
            Decider.name.label("decided_by"),
            Destruction.decided_at,
            Destruction.done_at,
            counted.c.cases,
            counted.c.done,
            counted.c.kept,
        )
        .join(Proposer, Proposer.id == Destruction.proposed_by_id)
        .outerjoin(Decider, Decider.id == Destruction.decided_by_id)
        .join(counted, true())
        .order_by(Destruction.id.desc())
    )


async def newest_lists(session: AsyncSession) -> list[ListRow]:
    return [ListRow(*row) for row in await session.execute(_lists().limit(MOST_LISTS))]


async def whole_list(
    session: AsyncSession, actor: Actor, destruction_id: int, *, may_look: bool, after: int, limit: int
) -> WholeList:
    """For whoever may look, and for whoever is asked about it. Raises NotFound for everybody else."""
    asked = select(Approval).where(
        Approval.subject_kind == SUBJECT, Approval.subject_id == destruction_id, answerable_by(actor)
    )
    question = (await session.scalars(asked)).one_or_none()
    row = (await session.execute(_lists().where(Destruction.id == destruction_id))).one_or_none()
    if row is None or not (may_look or question):
        raise NotFound
    line = DestructionLine
    of_this = line.destruction_id == destruction_id
    counted = (
        select(line.service, line.action, line.basis, func.count())
        .where(of_this)
        .group_by(line.service, line.action, line.basis)
        .order_by(line.service)
    )
    shown = select(line).where(of_this, line.ticket_id > after).order_by(line.ticket_id).limit(limit)
    return WholeList(
        row=ListRow(*row),
        services=tuple(ServiceCount(*each) for each in await session.execute(counted)),
        lines=tuple(await session.scalars(shown)),
        approval_id=_answerable(question, actor),
    )


def _answerable(question: Approval | None, actor: Actor) -> int | None:
    if question is None or question.outcome is not None:
        return None
    return question.id if may_decide(actor, question) is None else None


async def newest_packages(session: AsyncSession) -> Sequence[Row[*tuple[Any, ...]]]:
    """Each with who asked for it."""
    query = (
        select(Package, Asker.name.label("asked_by"))
        .outerjoin(Asker, Asker.id == Package.asked_by_id)
        .order_by(Package.id.desc())
        .limit(MOST_LISTS)
    )
    return (await session.execute(query)).all()
