"""Versions with who proposed and who approved them, and what waits for somebody's answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.agreements.content import Terms
from app.agreements.models import SUBJECT, AgreementVersion, State
from app.approvals.models import Approval, Outcome
from app.approvals.queries import WaitingApproval
from app.people.models import Person

Proposer, Decider, Asked = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True)
class Answer:
    """One side of a version: who was asked, and what was answered by whom."""

    step: int
    asked: str | None
    outcome: Outcome | None
    decided_by: str | None
    decided_at: datetime | None
    comment: str | None


@dataclass(frozen=True)
class Version:
    """One version as it came to be. `introduced_by` is empty when it was proposed and approved."""

    id: int
    number: int
    state: State
    terms: Terms
    proposed_by: str | None
    introduced_by: str | None
    proposed_at: datetime
    settled_at: datetime | None
    answers: tuple[Answer, ...]


async def versions_of(session: AsyncSession, name: str) -> list[Version]:
    """The newest first; what was withdrawn is left out. Two queries."""
    query = (
        select(AgreementVersion, Proposer.name)
        .outerjoin(Proposer, Proposer.id == AgreementVersion.proposer_id)
        .where(AgreementVersion.name == name, AgreementVersion.state != State.VOID)
        .order_by(AgreementVersion.version.desc(), AgreementVersion.id.desc())
    )
    rows = (await session.execute(query)).all()
    answers = await _answers(session, [row.id for row, _ in rows])
    return [
        Version(
            id=row.id,
            number=row.version,
            state=row.state,
            terms=Terms.read(row.content),
            proposed_by=proposer,
            introduced_by=row.introduced_by,
            proposed_at=row.proposed_at,
            settled_at=row.settled_at,
            answers=tuple(answers[row.id]),
        )
        for row, proposer in rows
    ]


async def _answers(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Answer]]:
    query = (
        select(
            Approval.subject_id,
            Approval.step,
            Asked.name,
            Approval.outcome,
            Decider.name,
            Approval.decided_at,
            Approval.comment,
        )
        .outerjoin(Asked, Asked.id == Approval.approver_id)
        .outerjoin(Decider, Decider.id == Approval.decided_by_id)
        .where(Approval.subject_kind == SUBJECT, Approval.subject_id.in_(ids))
        .order_by(Approval.step)
    )
    found: dict[int, list[Answer]] = defaultdict(list)
    for subject_id, step, asked, outcome, decider, at, comment in await session.execute(query):
        found[subject_id].append(Answer(step, asked, outcome, decider, at, comment))
    return found


async def proposed_numbers(session: AsyncSession) -> dict[str, list[int]]:
    """By the agreement's name: the versions that wait to be adopted."""
    query = (
        select(AgreementVersion.name, AgreementVersion.version)
        .where(AgreementVersion.state == State.PROPOSED)
        .order_by(AgreementVersion.name, AgreementVersion.version)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for name, version in await session.execute(query):
        found[name].append(version)
    return found


@dataclass(frozen=True)
class ProposalCard:
    """A question about a version, with the version it would follow; None when it is the first."""

    asked: WaitingApproval
    terms: Terms
    before: Terms | None


async def proposals(session: AsyncSession, waiting: Sequence[WaitingApproval]) -> list[ProposalCard]:
    """Those of the questions that are about agreements, in one query however many there are."""
    about = [asked for asked in waiting if asked.subject_kind == SUBJECT]
    if not about:
        return []
    proposed, earlier = aliased(AgreementVersion), aliased(AgreementVersion)
    before = (
        select(earlier.content)
        .where(
            earlier.name == proposed.name,
            earlier.state == State.ADOPTED,
            earlier.version < proposed.version,
        )
        .order_by(earlier.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(proposed.id, proposed.content, before.label("before")).where(
        proposed.id.in_([asked.subject_id for asked in about])
    )
    rows = {row.id: row for row in await session.execute(query)}
    return [
        ProposalCard(asked, Terms.read(row.content), Terms.read(row.before) if row.before else None)
        for asked in about
        if (row := rows.get(asked.subject_id)) is not None
    ]
