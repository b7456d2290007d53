"""From a story to rows: the ticket, its log, its messages, its approvals and its clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from app.catalogue.published import Published
from app.clocks.actions import Read, reading_of
from app.clocks.compute import EFFECTS, ClockKind, ClockState
from app.database.model import ASYNCPG_INFINITY
from app.demo.story import DECISION, Happened, Story
from app.demo.teller import FIRST_TICKET

APPROVALS_EACH = 4
SWEPT_WITHIN_SECONDS = 20
Row = tuple[Any, ...]

TICKET_COLUMNS = (
    "id version event_seq last_event_at subject description service catalogue_version answers requester_id opened_by_id "
    "org_unit_id unit handover_to assignee_id status waiting_for wake_at impact urgency priority channel confidentiality "
    "shared_as routed_by price ansvar tjeneste resolution resolution_text opened_at answered_at resolved_at closes_at closed_at "
    "agreement agreement_version sort_due response_due_at solution_due_at"
)
EVENT_COLUMNS = "subject_kind subject_id seq kind actor_id system at payload"
MESSAGE_COLUMNS = "id ticket_id author_id kind channel body at"
APPROVAL_COLUMNS = (
    "id event_seq last_event_at subject_kind subject_id step authority scope approver_id requester_id beneficiary_id "
    "amount digest asked_at outcome decided_by_id decided_at comment"
)
CLOCK_COLUMNS = (
    "id event_seq last_event_at subject_kind subject_id kind catalogue_version agreement agreement_version calendar "
    "priority target used state started_at due_at next_at stopped_at breached_at"
)


@dataclass
class Rows:
    """What is copied, table by table."""

    tickets: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    approvals: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)

    def add(self, story: Story, published: Published) -> None:
        clocks = [Told(kind, story, published) for kind in ClockKind]
        for number, clock in enumerate(clocks):
            clock_id = (story.id - FIRST_TICKET) * len(ClockKind) + number + 1
            self.clocks.append(clock.row(clock_id))
            if clock.swept_at is not None:
                due = {"due_at": clock.due_at.isoformat()} if clock.due_at else {}
                self._event("clock", clock_id, 1, "clock.breached", None, "clocks.sweep", clock.swept_at, due)
        for seq, event in enumerate(story.events, start=1):
            self._event(
                "ticket", story.id, seq, event.kind, event.actor_id, event.system, event.at, event.payload
            )
        self.messages += [
            (said.id, story.id, said.author_id, said.kind, said.channel, said.body, said.at)
            for said in story.messages
        ]
        self._approvals(story)
        self.tickets.append(ticket_row(story, clocks))

    def in_order(self) -> None:
        """The log reads as it happened."""
        self.events.sort(key=lambda row: (row[6], row[1], row[2]))

    def _event(
        self,
        subject_kind: str,
        subject_id: int,
        seq: int,
        kind: str,
        actor_id: int | None,
        system: str | None,
        at: datetime,
        payload: dict[str, Any],
    ) -> None:
        written = orjson.dumps(payload).decode()
        self.events.append((subject_kind, subject_id, seq, kind, actor_id, system, at, written))

    def _approvals(self, story: Story) -> None:
        for asked in story.approvals:
            approval_id = (story.id - FIRST_TICKET) * APPROVALS_EACH + asked.step
            question = {"authority": asked.authority, "scope": asked.scope, "approver_id": asked.approver_id}
            self._event(
                "approval",
                approval_id,
                1,
                "approval.asked",
                asked.asked_by_id,
                None,
                asked.asked_at,
                question,
            )
            decided = asked.decided_at is not None and asked.outcome is not None
            if asked.decided_at is not None and asked.outcome is not None:
                system = DECISION if asked.decided_by_id is None else None
                answer = {"outcome": asked.outcome}
                self._event(
                    "approval",
                    approval_id,
                    2,
                    "approval.decided",
                    asked.decided_by_id,
                    system,
                    asked.decided_at,
                    answer,
                )
            self.approvals.append(
                (
                    approval_id,
                    2 if decided else 1,
                    asked.decided_at or asked.asked_at,
                    "ticket",
                    story.id,
                    asked.step,
                    asked.authority,
                    asked.scope,
                    asked.approver_id,
                    asked.asked_by_id,
                    story.requester_id,
                    story.price,
                    asked.digest,
                    asked.asked_at,
                    asked.outcome,
                    asked.decided_by_id,
                    asked.decided_at,
                    asked.comment,
                )
            )


class Told:
    """One clock as the ticket's events left it, and as the sweep found it when it ran out."""

    def __init__(self, kind: ClockKind, story: Story, published: Published) -> None:
        self.kind, self.story = kind, story
        facts = [event for event in story.events if event.kind in EFFECTS]
        self.kept_at = facts[-1].at
        self.read: Read = reading_of(
            kind,
            facts,
            published=published,
            agreement=story.agreement,
            version=story.agreement_version,
            at=self.kept_at,
        )
        self.calendar = published.agreement(story.agreement, story.agreement_version).calendar
        reading = self.read.reading
        self.state, self.due_at, self.next_at = reading.state, reading.due_at, reading.next_at
        self.breached_at = reading.breached_at
        self.swept_at = self._swept(facts)
        if self.swept_at is not None and self.next_at is not None:
            self.breached_at, self.next_at = self.due_at, None

    def _swept(self, facts: Sequence[Happened]) -> datetime | None:
        """When the sweep met it past its due instant; None when it was stopped first, or is not due yet."""
        if self.due_at is None:
            return None
        at = self.due_at + timedelta(
            seconds=1 + self.story.id % SWEPT_WITHIN_SECONDS, microseconds=self.story.id % 977
        )
        if self.next_at is not None:
            return at if at <= self.story.anchor else None
        if self.breached_at is None:
            return None
        following = next(fact for fact in facts if fact.at >= self.due_at)
        judged = any(fact.kind == "ticket.priority_changed" for fact in facts if fact.at >= self.due_at)
        return at if at < following.at and not judged else None

    @property
    def runs_until(self) -> datetime | None:
        return self.due_at if self.state is ClockState.RUNNING else None

    def row(self, clock_id: int) -> Row:
        story, read = self.story, self.read
        found_late = self.swept_at is not None and self.swept_at > self.kept_at
        return (
            clock_id,
            1 if self.swept_at is not None else 0,
            self.swept_at if found_late else self.kept_at,
            "ticket",
            story.id,
            self.kind,
            story.catalogue_version,
            story.agreement,
            story.agreement_version,
            self.calendar,
            read.priority,
            read.target,
            read.reading.used,
            self.state,
            read.started_at,
            self.due_at,
            self.next_at,
            read.reading.stopped_at,
            self.breached_at,
        )


def ticket_row(story: Story, clocks: Sequence[Told]) -> Row:
    response, solution = clocks
    nearest = min(
        (due for due in (response.runs_until, solution.runs_until) if due is not None),
        default=ASYNCPG_INFINITY,
    )
    return (
        story.id,
        story.version,
        len(story.events),
        story.last_at,
        story.subject,
        story.description,
        story.service,
        story.catalogue_version,
        orjson.dumps(story.answers).decode(),
        story.requester_id,
        story.opened_by_id,
        story.org_unit_id,
        story.unit,
        story.handover_to,
        story.assignee_id,
        story.status,
        story.waiting_for,
        story.wake_at,
        story.impact,
        story.urgency,
        story.priority,
        story.channel,
        story.confidentiality,
        story.shared_as,
        story.routed_by,
        story.price,
        story.ansvar,
        story.tjeneste,
        story.resolution,
        story.resolution_text,
        story.opened_at,
        story.answered_at,
        story.resolved_at,
        story.closes_at,
        story.closed_at,
        story.agreement,
        story.agreement_version,
        nearest,
        response.due_at,
        solution.due_at,
    )
