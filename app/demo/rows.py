"""From a story to rows: the ticket, its log, its messages, its approvals and its clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from app.approvals.chasing import answer_by
from app.catalogue.published import Published
from app.clocks.actions import Dues, dues_of
from app.clocks.compute import courses_of
from app.clocks.promised import House
from app.database.model import ASYNCPG_INFINITY, NEVER
from app.demo.story import DECISION, Story
from app.demo.swept import Row, Swept
from app.demo.teller import FIRST_TICKET

APPROVALS_EACH = 4
CLOCKS_EACH = 16
"""Ids are handed out in ranges, as those of approvals: one for each unit, and six more."""

TICKET_COLUMNS = (
    "id version event_seq last_event_at subject description service catalogue_version answers requester_id opened_by_id "
    "org_unit_id unit handover_to assignee_id status waiting_for wake_at impact urgency priority channel confidentiality "
    "shared_as routed_by price ansvar tjeneste resolution resolution_text opened_at answered_at resolved_at closes_at closed_at "
    "agreement agreement_version sort_due sort_target response_due_at solution_due_at"
)
EVENT_COLUMNS = "subject_kind subject_id seq kind actor_id system at payload"
MESSAGE_COLUMNS = "id ticket_id author_id kind channel body at"
APPROVAL_COLUMNS = (
    "id event_seq last_event_at subject_kind subject_id step authority scope approver_id requester_id beneficiary_id "
    "amount digest asked_at outcome decided_by_id decided_at comment answer_by"
)


@dataclass
class Rows:
    """What is copied, table by table."""

    tickets: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    approvals: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)

    def add(self, story: Story, published: Published) -> None:
        clocks = self._clocks(story, published)
        for seq, event in enumerate(story.events, start=1):
            self._event(
                "ticket", story.id, seq, event.kind, event.actor_id, event.system, event.at, event.payload
            )
        self.messages += [
            (said.id, story.id, said.author_id, said.kind, said.channel, said.body, said.at)
            for said in story.messages
        ]
        self._approvals(story, published)
        dues = dues_of((clock.course, clock.reading) for clock in clocks)
        self.tickets.append(ticket_row(story, dues))

    def _clocks(self, story: Story, published: Published) -> list[Swept]:
        courses = courses_of(story.events, House({published.version: published}))
        first = (story.id - FIRST_TICKET) * CLOCKS_EACH + 1
        clocks = [Swept(first + place, course, story) for place, course in enumerate(courses)]
        for clock in clocks:
            self.clocks.append(clock.row())
            self.steps += clock.steps
            self.events += clock.events
        return clocks

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

    def _approvals(self, story: Story, published: Published) -> None:
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
                    answer_by(published, asked.asked_at),
                )
            )


def ticket_row(story: Story, dues: Dues) -> Row:
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
        ASYNCPG_INFINITY if dues.nearest == NEVER else dues.nearest,
        dues.target,
        dues.response,
        dues.solution,
    )
