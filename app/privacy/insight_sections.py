"""What the other rooms keep of a person, as facts: their work, their tasks, what other systems say, who has read of them.

A column that names a person is told of (`TOLD`) or left out with a reason (`LEFT_OUT`); `tests/privacy` reads the
tables and fails when one is in neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import orjson
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.models import ReviewAnswer, TargetAccount
from app.audit.kinds import AuditKind
from app.audit.models import AuditEntry
from app.feed.models import FeedMatch, WaitingRow
from app.identity.models import Identity
from app.journeys.models import FreshEyes, JourneyRow, JourneyStep, Signing
from app.people.models import Absence, Deputy, Engagement, Hire, Leave, NearTie, OfficeHolder, Person
from app.privacy.facts import Fact, Section, days, line
from app.reminders.models import ReminderChoice
from app.scim.models import ScimEngagement, ScimUser
from app.tasks.models import Task, TaskSource
from app.tickets.lifecycle import number_of
from sla.zone import day_of

READINGS = (
    AuditKind.CASE_READ,
    AuditKind.GLASS_BROKEN,
    AuditKind.IDENTITY_NUMBER_SHOWN,
    AuditKind.ACCOUNT_SHOWN,
)

IN_THE_FILE = "insight_content"
TOLD: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "engagements.person_id",
            "memberships.person_id",
            "delegations.person_id",
            "orderers.person_id",
            "org_units.leader_id",
            "grants.person_id",
            "papers.person_id",
            "tickets.requester_id",
            "tickets.opened_by_id",
            "messages.author_id",
            "attachments.uploaded_by_id",
            "approvals.decided_by_id",
            "approvals.decided_for_id",
            "sessions.person_id",
            "api_tokens.person_id",
        ),
        IN_THE_FILE,
    ),
    "office_holders.person_id": "offices",
    "near_ties.person_id": "near",
    "near_ties.other_id": "near",
    "absences.person_id": "away",
    "deputies.person_id": "away",
    "deputies.deputy_id": "away",
    "hires.person_id": "hires",
    "journeys.person_id": "hires",
    "fresh_eyes.person_id": "fresh_eyes",
    "tasks.person_id": "tasks",
    "tasks.delegate_id": "tasks",
    "reminder_choices.person_id": "reminders",
    "access_review_answers.person_id": "reviews",
    "identities.person_id": "elsewhere",
    "feed_rows.person_id": "elsewhere",
    "feed_matches.candidate_id": "elsewhere",
    "scim_users.person_id": "elsewhere",
    "target_accounts.person_id": "elsewhere",
}
"""By table and column: the section it stands in, or the file's own part."""

COUNTED = "what somebody did at work stands in the log, and is counted in the file by its kind"
LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "tickets.assignee_id",
            "glass_openings.person_id",
            "journeys.owner_id",
            "journeys.ordered_by_id",
            "journey_steps.done_by_id",
            "welcome_links.made_by_id",
            "hires.ordered_by_id",
            "hires.confirmed_by_id",
            "engagements.leader_id",
            "engagements.sponsor_id",
            "tasks.delegated_by_id",
            "tasks.done_by_id",
            "tasks.done_for_id",
            "task_ticks.ticked_by_id",
            "access_reviews.leader_id",
            "access_reviews.closed_by_id",
            "access_stops.released_by_id",
            "access_documents.added_by_id",
            "access_documents.decided_by_id",
            "access_answers.answered_by_id",
            "agreement_versions.proposer_id",
            "archive_packages.asked_by_id",
            "destructions.proposed_by_id",
            "destructions.decided_by_id",
            "legal_holds.placed_by_id",
            "legal_holds.lifted_by_id",
            "feed_matches.decided_by_id",
            "insight_items.decided_by_id",
            "insight_requests.asked_by_id",
            "insight_requests.reviewed_by_id",
            "measure_agreements.recorded_by_id",
            "approvals.approver_id",
        ),
        COUNTED,
    ),
    "approvals.requester_id": "the question of a case of theirs, which is in the file",
    "tickets.about_id": "cases that others asked for: the officer looks through each",
    "approvals.about_id": "as `approvals.beneficiary_id`",
    "approvals.beneficiary_id": "the same; for somebody else's case, the officer looks at that",
    "pending_answers.person_id": "an answer for some seconds, and then `approvals`",
    "insight_requests.person_id": "this very request",
    "leavers.person_id": "that their name is to go, by the rule that the file tells of",
    "sign_ins.person_id": "some minutes, while somebody signs in",
    "systems.person_id": "a system acts as it; nobody is it",
    "idempotency_keys.actor_id": "a key for seven days, with no content",
    "whistleblowing_withheld.person_id": "the mottak's alone (arbeidsmiljøloven § 2 A-7)",
    "whistleblowing_lines.author_id": "the same",
}


async def sections_of(session: AsyncSession, person_id: int) -> tuple[Section, ...]:
    """Those in which something stands."""
    found = [Section(key, await tell(session, person_id)) for key, tell in SECTIONS.items()]
    return tuple(section for section in found if section.facts)


async def _offices(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    rows = await session.scalars(select(OfficeHolder).where(OfficeHolder.person_id == person_id))
    return tuple(Fact("office", line(row.office.value, row.scope)) for row in rows)


async def _near(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    other = aliased(Person)
    query = (
        select(other.name, NearTie.recorded_at)
        .join(
            other,
            or_(other.id == NearTie.other_id, other.id == NearTie.person_id) & (other.id != person_id),
        )
        .where(or_(NearTie.person_id == person_id, NearTie.other_id == person_id))
        .order_by(NearTie.recorded_at)
    )
    return tuple(
        Fact("near", line(name, day_of(at).isoformat())) for name, at in await session.execute(query)
    )


async def _away(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    absences = await session.scalars(
        select(Absence).where(Absence.person_id == person_id).order_by(Absence.away_on)
    )
    leaves = await session.scalars(
        select(Leave)
        .join(Engagement, Engagement.id == Leave.engagement_id)
        .where(Engagement.person_id == person_id)
        .order_by(Leave.starts_on)
    )
    deputies = await session.scalars(
        select(Deputy)
        .where(or_(Deputy.person_id == person_id, Deputy.deputy_id == person_id))
        .order_by(Deputy.starts_on)
    )
    return (
        *(Fact("absent", f"{row.away_on.isoformat()} – {row.back_on.isoformat()}") for row in absences),
        *(Fact("leave", days(row.starts_on, row.ends_on)) for row in leaves),
        *(
            Fact(
                "has_deputy" if row.person_id == person_id else "is_deputy",
                line(days(row.starts_on, row.ends_on), *row.covers),
            )
            for row in deputies
        ),
    )


async def _hires(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    """Being expected, and what was planned and done for coming, moving and leaving."""
    hires = await session.scalars(select(Hire).where(Hire.person_id == person_id).order_by(Hire.id))
    steps = (
        select(JourneyRow.kind, JourneyRow.day, JourneyStep.key, JourneyStep.state, JourneyStep.done_at)
        .join(JourneyStep, JourneyStep.journey_id == JourneyRow.id)
        .where(JourneyRow.person_id == person_id)
        .order_by(JourneyRow.id, JourneyStep.place)
    )
    signed = (
        select(Signing.employer_at, Signing.employee_at, Signing.employee_receipt)
        .join(JourneyStep, JourneyStep.id == Signing.step_id)
        .join(JourneyRow, JourneyRow.id == JourneyStep.journey_id)
        .where(JourneyRow.person_id == person_id)
        .order_by(Signing.step_id)
    )
    return (
        *(
            Fact(
                "hire",
                line(
                    day_of(row.created_at).isoformat(),
                    row.state.value,
                    row.ground,
                    row.reference,
                    row.private_email,
                    row.private_phone,
                    row.meets,
                ),
            )
            for row in hires
        ),
        *(
            Fact("step", line(row.kind.value, row.day.isoformat(), row.key, row.state.value, row.done_at))
            for row in await session.execute(steps)
        ),
        *(Fact("signed", line(*row)) for row in await session.execute(signed)),
    )


async def _fresh_eyes(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    rows = await session.scalars(
        select(FreshEyes).where(FreshEyes.person_id == person_id).order_by(FreshEyes.id)
    )
    return tuple(
        Fact(
            "fresh_eyes",
            line(day_of(row.asked_at).isoformat(), row.ready, row.surprised, row.better, row.keep),
        )
        for row in rows
    )


async def _tasks(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    """That they were asked, by whom, and what became of it. Never the title: it may be about somebody else."""
    query = (
        select(
            Task.kind,
            TaskSource.name,
            Task.neutral_title,
            Task.created_at,
            Task.due_at,
            Task.state,
            Task.ended_at,
        )
        .outerjoin(TaskSource, TaskSource.key == Task.source)
        .where(or_(Task.person_id == person_id, Task.delegate_id == person_id))
        .order_by(Task.created_at, Task.id)
    )
    return tuple(
        Fact(
            "task",
            line(
                row.kind.value,
                row.name,
                row.neutral_title,
                *(day_of(at).isoformat() for at in (row.created_at, row.due_at, row.ended_at) if at),
                row.state.value,
            ),
        )
        for row in await session.execute(query)
    )


async def _reminders(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    row = (
        await session.scalars(select(ReminderChoice).where(ReminderChoice.person_id == person_id))
    ).one_or_none()
    if row is None:
        return ()
    return (
        Fact("digest", str(row.weekday) if row.digest else "no"),
        Fact("reminders", "yes" if row.reminders else "no"),
        Fact("asked", "yes" if row.asked else "no"),
        # That they have one; the address itself opens a chat.
        Fact("teams", "yes" if row.teams_sealed else "no"),
    )


async def _reviews(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    query = (
        select(ReviewAnswer)
        .where(ReviewAnswer.person_id == person_id)
        .order_by(ReviewAnswer.review_id, ReviewAnswer.entitlement)
    )
    return tuple(
        Fact("review", line(row.entitlement, row.standing.value, row.answer.value))
        for row in await session.scalars(query)
    )


async def _elsewhere(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    """As HR and the directory have told it, and what other systems call the person."""
    known = await session.scalars(select(Identity).where(Identity.person_id == person_id))
    waiting = await session.scalars(select(WaitingRow).where(WaitingRow.person_id == person_id))
    matches = await session.scalars(select(FeedMatch).where(FeedMatch.candidate_id == person_id))
    user = (await session.scalars(select(ScimUser).where(ScimUser.person_id == person_id))).one_or_none()
    jobs = select(ScimEngagement.document).where(ScimEngagement.user_id == (user.id if user else 0))
    accounts = await session.scalars(select(TargetAccount).where(TargetAccount.person_id == person_id))
    pushed = [user.document] if user else []
    return (
        *(Fact("identity", line(row.issuer, row.subject)) for row in known),
        *(Fact("told_by", line(row.source, orjson.dumps(row.row, default=str).decode())) for row in waiting),
        *(Fact("matched", line(row.source, row.key, row.outcome.value)) for row in matches),
        *(
            Fact("pushed", orjson.dumps(each, default=str).decode())
            for each in (*pushed, *(await session.scalars(jobs)).all())
        ),
        *(Fact("account", line(row.system, row.ref)) for row in accounts),
    )


async def _readers(session: AsyncSession, person_id: int) -> tuple[Fact, ...]:
    """Who has read what is protected about them (article 15(1)(c)); the same as stands on «Hvem har lest sakene mine»."""
    query = (
        select(AuditEntry.at, AuditEntry.kind, AuditEntry.subject_kind, AuditEntry.subject_id, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.concerns_id == person_id, AuditEntry.kind.in_(READINGS))
        .where(AuditEntry.actor_id.is_distinct_from(person_id))
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    return tuple(
        Fact(
            row.kind,
            line(
                row.at.isoformat(timespec="minutes"),
                row.name,
                number_of(row.subject_id) if row.subject_kind == "ticket" and row.subject_id else "",
            ),
        )
        for row in await session.execute(query)
    )


SECTIONS: Mapping[str, Callable[[AsyncSession, int], Awaitable[tuple[Fact, ...]]]] = {
    "offices": _offices,
    "near": _near,
    "away": _away,
    "hires": _hires,
    "fresh_eyes": _fresh_eyes,
    "tasks": _tasks,
    "reminders": _reminders,
    "reviews": _reviews,
    "elsewhere": _elsewhere,
    "readers": _readers,
}
