"""One ticket's story while it is told: the rows it leaves, as the ticket's own verbs would leave them.

The verbs mirror `app/tickets/models.py` and `actions.py`; `tests/demo` holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.approvals.actions import digest_of
from app.approvals.models import Outcome
from app.clocks.situation import legal_payload
from app.events.log import EVENT_STEP
from app.tickets.lifecycle import PRIORITY, Resolution, Status, WaitingFor, check_move
from app.tickets.models import MessageKind
from service_catalog.schema import Authority, Channel, Confidentiality, Impact, Urgency
from sla.agreement import Priority
from sla.statute import LegalDates

ROUTER, ALARM, CLOSER, DECISION = "tickets.opening", "tickets.wake", "tickets.close", "tickets.approval"


class NotYet(Exception):
    """The next thing would happen after the anchor instant: the story ends here."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the log, as the clocks read it too."""

    kind: str
    at: datetime
    payload: dict[str, Any]
    actor_id: int | None
    system: str | None


@dataclass(frozen=True, slots=True)
class Said:
    id: int
    author_id: int
    kind: MessageKind
    channel: Channel
    body: str
    at: datetime


@dataclass(slots=True)
class Asked:
    """A question for approval and what became of it."""

    step: int
    authority: Authority
    scope: str
    approver_id: int
    digest: bytes
    asked_by_id: int
    asked_at: datetime
    outcome: Outcome | None = None
    decided_by_id: int | None = None
    decided_at: datetime | None = None
    comment: str | None = None


@dataclass(slots=True)
class Story:
    """The ticket's row and everything that belongs to it. `first_message_id` begins a range that is its own."""

    id: int
    first_message_id: int
    anchor: datetime
    subject: str
    description: str
    service: str
    catalogue_version: int
    answers: dict[str, Any]
    requester_id: int
    opened_by_id: int
    org_unit_id: int
    unit: str
    routed_by: str
    impact: Impact
    urgency: Urgency
    channel: Channel
    confidentiality: Confidentiality
    price: Decimal | None
    ansvar: str | None
    tjeneste: str | None
    agreement: str
    agreement_version: int
    opened_at: datetime
    shared_as: str | None = None
    legal: dict[str, LegalDates] = field(default_factory=dict)
    prosjekt: str | None = None
    version: int = 1
    status: Status = Status.NEW
    handover_to: str | None = None
    assignee_id: int | None = None
    waiting_for: WaitingFor | None = None
    wake_at: datetime | None = None
    resolution: Resolution | None = None
    resolution_text: str | None = None
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    last_at: datetime = field(init=False)
    events: list[Happened] = field(default_factory=list)
    messages: list[Said] = field(default_factory=list)
    approvals: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.last_at = self.opened_at

    @property
    def priority(self) -> Priority:
        return PRIORITY[self.impact, self.urgency]

    def open(self) -> None:
        dates: dict[str, Any] = {"legal": legal_payload(self.legal)} if self.legal else {}
        self._append(
            "ticket.opened",
            self.opened_at,
            self.opened_by_id,
            **dates,
            service=self.service,
            unit=self.unit,
            priority=self.priority,
            channel=self.channel,
            rule=self.routed_by,
            catalogue_version=self.catalogue_version,
            agreement=self.agreement,
            agreement_version=self.agreement_version,
        )

    def ask(self, authority: Authority, scope: str, approver_id: int, content: dict[str, Any]) -> Asked:
        asked = Asked(
            len(self.approvals) + 1,
            authority,
            scope,
            approver_id,
            digest_of(content),
            self.opened_by_id,
            self.opened_at,
        )
        self.approvals.append(asked)
        return asked

    def wait_for_approval(self) -> None:
        """In the opening's own transaction, so at the same instant."""
        self._pause(WaitingFor.APPROVAL, None, self.opened_at, None, ROUTER)

    def decide(self, asked: Asked, outcome: Outcome, comment: str | None, at: datetime, *, by: int) -> None:
        """The answer, and what follows from it when it is the last or a no."""
        at = self._next(at)
        after = self._next(at + timedelta(milliseconds=2))
        asked.outcome, asked.decided_by_id, asked.decided_at, asked.comment = outcome, by, at, comment
        if outcome is Outcome.REJECTED:
            for other in self.approvals:
                if other.outcome is None:
                    other.outcome, other.decided_at = Outcome.WITHDRAWN, after
            self.resolve(comment or "", after, by=None, resolution=Resolution.REJECTED, system=DECISION)
        elif all(each.outcome is not None for each in self.approvals):
            self.resume(after, system=DECISION)

    def withdraw(self, at: datetime) -> None:
        at = self._next(at)
        for asked in self.approvals:
            if asked.outcome is None:
                asked.outcome, asked.decided_by_id, asked.decided_at = (
                    Outcome.WITHDRAWN,
                    self.requester_id,
                    at,
                )
        self.resolve("", at, by=self.requester_id, resolution=Resolution.WITHDRAWN)

    def assign(self, assignee_id: int, at: datetime, *, by: int) -> None:
        at = self._next(at)
        self.version += 1
        self.assignee_id = assignee_id
        if self.status is Status.NEW:
            self._move(Status.IN_PROGRESS)
        self._append("ticket.assigned", at, by, assignee_id=assignee_id)

    def reply(
        self, body: str, at: datetime, *, by: int, answer: bool, channel: Channel = Channel.PORTAL
    ) -> None:
        """A public message. The requester's own wakes what waited for it."""
        at = self._next(at)
        message = self._say(body, at, by, MessageKind.PUBLIC, channel)
        if answer and self.answered_at is None:
            self.answered_at = at
        self._append("ticket.replied", at, by, message_id=message.id, answer=answer)
        if not answer and self.waiting_for is WaitingFor.REQUESTER:
            self._go_on(at, by, None)

    def note(self, body: str, at: datetime, *, by: int) -> None:
        at = self._next(at)
        message = self._say(body, at, by, MessageKind.INTERNAL, Channel.PORTAL)
        self._append("ticket.noted", at, by, message_id=message.id)

    def wait(self, reason: WaitingFor, until: datetime | None, at: datetime, *, by: int) -> None:
        self._pause(reason, until, self._next(at), by, None)

    def resume(self, at: datetime, *, by: int | None = None, system: str | None = None) -> None:
        self._go_on(self._next(at), by, system)

    def hand_over(self, unit: str, reason: str, at: datetime, *, by: int) -> None:
        at = self._next(at)
        message = self._say(reason, at, by, MessageKind.INTERNAL, Channel.PORTAL)
        self.version += 1
        self.handover_to = unit
        self._append("ticket.handed_over", at, by, from_unit=self.unit, to_unit=unit, message_id=message.id)

    def accept_handover(self, at: datetime, *, by: int) -> None:
        at = self._next(at)
        giver, receiver = self.unit, self.handover_to
        assert receiver is not None
        self.unit, self.handover_to, self.assignee_id = receiver, None, None
        self.version += 1
        if self.status is Status.IN_PROGRESS:
            self._move(Status.NEW)
        self._append("ticket.handover_accepted", at, by, from_unit=giver, to_unit=receiver)

    def return_handover(self, reason: str, at: datetime, *, by: int) -> None:
        at = self._next(at)
        message = self._say(reason, at, by, MessageKind.INTERNAL, Channel.PORTAL)
        receiver, self.handover_to = self.handover_to, None
        self.version += 1
        self._append(
            "ticket.handover_returned", at, by, from_unit=self.unit, to_unit=receiver, message_id=message.id
        )

    def reroute(self, unit: str, at: datetime, *, by: int) -> None:
        at = self._next(at)
        giver, rule = self.unit, self.routed_by
        self.version += 1
        self.unit, self.routed_by, self.assignee_id = unit, "manual", None
        if self.status is Status.IN_PROGRESS:
            self._move(Status.NEW)
        self._append("ticket.rerouted", at, by, from_unit=giver, to_unit=unit, rule=rule)

    def judge(self, impact: Impact, urgency: Urgency, at: datetime, *, by: int) -> None:
        at = self._next(at)
        old = self.priority
        self.version += 1
        self.impact, self.urgency = impact, urgency
        self._append(
            "ticket.priority_changed", at, by, impact=impact, urgency=urgency, old=old, priority=self.priority
        )

    def resolve(
        self,
        text: str,
        at: datetime,
        *,
        by: int | None,
        resolution: Resolution = Resolution.SOLVED,
        system: str | None = None,
        reopen_days: int = 14,
    ) -> None:
        at = self._next(at)
        self._move(Status.RESOLVED)
        self.version += 1
        self.resolution, self.resolution_text = resolution, text
        self.resolved_at, self.closes_at = at, at + timedelta(days=reopen_days)
        self.handover_to = None
        self._append(
            "ticket.resolved",
            at,
            by,
            system,
            resolution=resolution,
            closes_at=self.closes_at.isoformat(),
            by_mandate=False,
        )

    def reopen(self, reason: str, at: datetime, *, by: int) -> None:
        at = self._next(at)
        message = self._say(reason, at, by, MessageKind.PUBLIC, Channel.PORTAL)
        self._move(Status.IN_PROGRESS if self.assignee_id else Status.NEW)
        self.version += 1
        self.resolution = self.resolution_text = self.resolved_at = self.closes_at = None
        self._append("ticket.reopened", at, by, message_id=message.id)

    def close(self, at: datetime) -> None:
        at = self._next(at)
        self._move(Status.CLOSED)
        self.version += 1
        self.closed_at = at
        self._append("ticket.closed", at, None, CLOSER)

    def _next(self, at: datetime) -> datetime:
        """Never before the last event; raises NotYet past the anchor."""
        at = max(at, self.last_at + EVENT_STEP)
        if at > self.anchor:
            raise NotYet
        return at

    def _pause(
        self, reason: WaitingFor, until: datetime | None, at: datetime, by: int | None, system: str | None
    ) -> None:
        self._move(Status.WAITING)
        self.version += 1
        self.waiting_for, self.wake_at = reason, until
        self._append(
            "ticket.waiting", at, by, system, reason=reason, until=until.isoformat() if until else None
        )

    def _go_on(self, at: datetime, by: int | None, system: str | None) -> None:
        reason = self.waiting_for
        self._move(Status.IN_PROGRESS if self.assignee_id else Status.NEW)
        self.version += 1
        self._append("ticket.resumed", at, by, system, reason=reason)

    def _move(self, new: Status) -> None:
        check_move(self.status, new)
        self.status = new
        self.waiting_for = self.wake_at = None

    def _say(self, body: str, at: datetime, by: int, kind: MessageKind, channel: Channel) -> Said:
        message = Said(self.first_message_id + len(self.messages), by, kind, channel, body, at)
        self.messages.append(message)
        return message

    def _append(
        self, kind: str, at: datetime, actor_id: int | None, system: str | None = None, **payload: Any
    ) -> None:
        self.last_at = at
        self.events.append(Happened(kind, at, payload, actor_id, system))
