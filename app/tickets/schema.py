"""What the REST API takes in and gives out for tickets."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.approvals.models import Outcome
from app.clocks.compute import ClockState
from app.clocks.promised import ClockKind
from app.people.queries import PersonRef
from app.tickets.expecting import Expectation, Silence
from app.tickets.lifecycle import DelayReason, NewTerms, Resolution, Status, WaitingFor
from app.tickets.models import MessageKind
from app.tickets.needs import NeedRow
from app.tickets.opening import DESCRIPTION_MAX, SUBJECT_MAX
from app.tickets.queries import MyTicketRow, QueueRow
from app.tickets.view import TicketView
from service_catalog.schema import Authority, Channel, Confidentiality, Impact, Urgency
from sla.agreement import Priority
from sla.forecast import Basis

Id = Annotated[int, Field(ge=1, lt=2**63, examples=[42])]
Key = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_-]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=DESCRIPTION_MAX, strip_whitespace=True)]


class In(BaseModel):
    """Unknown fields are refused: a misspelt one must not be silently lost."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TicketIn(In):
    service: Key = Field(examples=["pc-problem"])
    subject: Annotated[
        str, StringConstraints(max_length=SUBJECT_MAX, strip_whitespace=True, min_length=1)
    ] = Field(examples=["PC-en starter ikke"])
    description: Annotated[str, StringConstraints(max_length=DESCRIPTION_MAX)] = ""
    answers: dict[str, Any] = Field(default={}, description="By the keys of the service's form.")
    requester_id: Id | None = Field(default=None, description="Whom it is for; yourself when left out.")
    impact: Impact | None = None
    urgency: Urgency | None = None
    attachment_ids: Annotated[list[Id], Field(max_length=20)] = []


class MessageIn(In):
    body: Words = Field(examples=["Vi bytter batteri i morgen mellom 10 og 12."])
    kind: Literal[MessageKind.PUBLIC, MessageKind.INTERNAL] = MessageKind.PUBLIC
    attachment_ids: Annotated[list[Id], Field(max_length=20)] = []


class CorrectionIn(In):
    body: Words = Field(examples=["Jeg var på jobb den 12. mai, ikke borte."])


class AssigneeIn(In):
    person_id: Id


class HandoverIn(In):
    unit: Key = Field(examples=["eiendom"])
    reason: Words = Field(examples=["Gjelder låsen, ikke leseren."])


class ReasonIn(In):
    reason: Words = Field(examples=["Det gjelder fortsatt."])


class UnitIn(In):
    unit: Key = Field(examples=["lonn"])


class WaitingIn(In):
    reason: WaitingFor
    until: AwareDatetime | None = Field(default=None, examples=["2026-12-01T08:00:00+01:00"])


class PriorityIn(In):
    impact: Impact
    urgency: Urgency


class DelayIn(In):
    reason: DelayReason
    text: Words = Field(examples=["Vi venter på en del fra leverandøren, og regner med å få den på torsdag."])


class AgreementVersionIn(In):
    version: int = Field(
        ge=1, lt=2**31, examples=[2], description="An adopted version of the agreement it stands under."
    )
    reason: NewTerms


class ServiceIn(In):
    service: Key = Field(examples=["nett-og-wifi"], description="One that nobody has to approve.")
    reason: Words = Field(examples=["Det er nettet som er tregt, ikke PC-en."])


class ResolutionIn(In):
    text: Words = Field(examples=["Nytt batteri er satt inn, og PC-en starter."])


class TicketRowOut(Out):
    number: str = Field(examples=["104827-3"])
    subject: str
    service: str
    unit: str
    status: Status
    waiting_for: WaitingFor | None
    due_at: datetime | None
    opened_at: datetime
    requester_name: str


class QueueRowOut(TicketRowOut):
    org_unit_name: str
    handover_to: str | None
    priority: Priority
    assignee_id: int | None
    assignee_name: str | None
    used_percent: int
    breached: bool
    version: int
    confidentiality: Confidentiality


class TicketPageOut(Out):
    items: list[TicketRowOut]
    next: str | None = Field(description="Path of the next page; null on the last.")


class QueuePageOut(Out):
    items: list[QueueRowOut]
    next: str | None


class NeedRowOut(Out):
    number: str = Field(examples=["104827-3"])
    subject: str
    kind: str = Field(
        examples=["system"], description="The answer that sorts it; see the form of the service."
    )
    service: str
    requester_name: str
    org_unit_name: str
    unit: str
    handover_to: str | None
    priority: Priority
    status: Status
    waiting_for: WaitingFor | None
    assignee_id: int | None
    assignee_name: str | None
    opened_at: datetime
    version: int


class NeedPageOut(Out):
    items: list[NeedRowOut]
    next: str | None


class SearchPageOut(QueuePageOut):
    truncated: bool = Field(description="Only the newest 2,000 matches were ranked.")


class PersonOut(Out):
    id: int
    name: str


class AttachmentRefOut(Out):
    id: int
    name: str
    media_type: str
    size: int


class MessageOut(Out):
    id: int
    author_name: str | None
    from_requester: bool
    kind: MessageKind
    channel: Channel
    body: str
    at: datetime
    attachments: list[AttachmentRefOut]


class EventOut(Out):
    kind: str
    actor_name: str | None
    system: str | None
    at: datetime
    payload: dict[str, Any]


class ClockOut(Out):
    kind: ClockKind
    part: str = Field(description="Of a leg the unit, of a legal clock the statute; else empty.")
    state: ClockState
    due_at: datetime | None
    target_minutes: int
    used_minutes: int
    breached_at: datetime | None
    agreement: str
    calendar: str


class TicketApprovalOut(Out):
    id: int
    authority: Authority
    scope: str
    approver_name: str | None
    amount: Decimal | None
    asked_at: datetime
    outcome: Outcome | None
    decided_by_name: str | None
    decided_for_name: str | None
    decided_at: datetime | None
    may_decide: bool


class ExpectedOut(Out):
    """When such tickets are finished, by what is known now. Either times, or the reason for none."""

    median: datetime | None = Field(description="Half of such tickets are finished by then.")
    p90: datetime | None = Field(
        description="Nine in ten are; rounded up to a half hour in the unit's hours."
    )
    basis: Basis | None = Field(
        description="Which tickets it is compared with, the narrowest that are enough."
    )
    sample_size: int | None
    silence: Silence | None
    due_at: datetime | None = Field(description="The agreed limit; null while it stands still.")
    likely_late: bool
    delay_reason: DelayReason | None = Field(description="What an agent has said about it.")


class TicketOut(Out):
    number: str = Field(examples=["104827-3"])
    version: int
    subject: str
    description: str
    service: str
    catalogue_version: int
    answers: dict[str, Any]
    requester: PersonOut
    opened_by: PersonOut
    assignee: PersonOut | None
    unit: str
    handover_to: str | None
    status: Status
    waiting_for: WaitingFor | None
    wake_at: datetime | None
    impact: Impact
    urgency: Urgency
    priority: Priority
    channel: Channel
    confidentiality: Confidentiality
    routed_by: str
    price: Decimal | None
    ansvar: str | None
    tjeneste: str | None
    prosjekt: str | None
    resolution: Resolution | None
    resolution_text: str | None
    opened_at: datetime
    answered_at: datetime | None
    resolved_at: datetime | None
    closes_at: datetime | None
    response_due_at: datetime | None
    solution_due_at: datetime | None
    clocks: list[ClockOut]
    approvals: list[TicketApprovalOut]
    messages: list[MessageOut]
    attachments: list[AttachmentRefOut]
    may: list[str] = Field(description="The verbs you have on this ticket now.")


def ticket_out(view: TicketView) -> TicketOut:
    """The ticket as its reader may see it."""
    columns = {
        name: getattr(view.ticket, name) for name in TicketOut.model_fields if hasattr(view.ticket, name)
    }
    return TicketOut(
        **columns
        | {
            "requester": _person(view.requester),
            "opened_by": _person(view.opened_by),
            "assignee": _person(view.assignee) if view.assignee else None,
            "clocks": [_clock(clock) for clock in view.clocks],
            "approvals": [TicketApprovalOut.model_validate(approval) for approval in view.approvals],
            "messages": [MessageOut.model_validate(message) for message in view.messages],
            "attachments": [AttachmentRefOut.model_validate(file) for file in view.attachments],
            "may": sorted(view.may),
        }
    )


def expected_out(found: Expectation) -> ExpectedOut:
    expected = found.expected
    return ExpectedOut(
        median=expected.half_by if expected else None,
        p90=expected.nine_of_ten_by if expected else None,
        basis=expected.basis if expected else None,
        sample_size=expected.sample if expected else None,
        silence=found.silence,
        due_at=found.due_at,
        likely_late=found.likely_late,
        delay_reason=found.delay_reason,
    )


def _person(person: PersonRef) -> PersonOut:
    return PersonOut(id=person.id, name=person.name)


def _clock(clock: Any) -> ClockOut:
    return ClockOut(
        kind=clock.kind,
        part=clock.part,
        state=clock.state,
        due_at=clock.due_at,
        target_minutes=int(clock.target.total_seconds() // 60),
        used_minutes=int(clock.used.total_seconds() // 60),
        breached_at=clock.breached_at,
        agreement=clock.agreement,
        calendar=clock.calendar,
    )


def row_dict(row: QueueRow | MyTicketRow | NeedRow) -> dict[str, Any]:
    """A row for orjson: the hot lists answer without building a model for each row."""
    return {name: getattr(row, name) for name in row.__slots__}
