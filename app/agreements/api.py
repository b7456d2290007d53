"""REST routes of agreements: what is promised, and answering for one side of what is proposed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.agreements.adopting import decide
from app.agreements.models import State
from app.agreements.page import AgreementPage, agreement_page
from app.agreements.queries import proposals, proposed_numbers
from app.approvals.models import Outcome
from app.approvals.queries import waiting_for
from app.catalogue.published import Current
from app.database.session import Db
from app.events.log import database_now
from app.identity.me import Me
from app.web.problems import PROBLEM_RESPONSES
from app.web.rooms import Room
from sla.agreement import Agreement

router = Room(prefix="/api/v1/agreements", tags=["agreements"], responses=PROBLEM_RESPONSES)
Name = Annotated[str, Path(max_length=60, examples=["lonn"])]
Number = Annotated[int, Path(ge=1, lt=2**31)]


class AgreementRowOut(BaseModel):
    name: str = Field(examples=["lonn"])
    version: int = Field(description="The version in force now.")
    title: str
    provider: str = Field(description="Key of the unit that promises.")
    customer: str
    calendar: str
    valid_from: date
    valid_to: date | None
    proposed: list[int] = Field(description="Versions that wait to be adopted.")


class AnswerOut(BaseModel):
    side: Literal["provider", "customer"]
    asked: str | None
    outcome: Outcome | None
    decided_by: str | None
    decided_at: datetime | None


class ChangeOut(BaseModel):
    what: str
    before: str = Field(description="Empty when it is new.")
    after: str = Field(description="Empty when it is taken away.")


class AgreementOut(BaseModel):
    name: str
    version: int
    state: State
    in_force: int = Field(description="The version in force now; 0 when none is.")
    agreement: dict[str, Any] = Field(description="As the clocks read it.")
    calendar: dict[str, Any] = Field(description="The hours it is counted in, closed days written out.")
    introduced_by: str | None
    proposed_by: str | None
    answers: list[AnswerOut]
    changed_from: int | None = Field(description="The version that `changes` compares with.")
    changes: list[ChangeOut]
    versions: list[int] = Field(description="Every version, the newest first.")


class ProposalOut(BaseModel):
    id: int = Field(description="Of the question, for the decision.")
    name: str
    version: int
    side: Literal["provider", "customer"]
    proposed_by: str
    asked_at: datetime


class AgreementDecisionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Literal[Outcome.APPROVED, Outcome.REJECTED]
    comment: Annotated[str, StringConstraints(max_length=2_000, strip_whitespace=True)] | None = Field(
        default=None, description="A rejection says why.", examples=["Vi har ikke folk til dette."]
    )


class AgreementDecisionOut(BaseModel):
    id: int
    outcome: Outcome
    decided_at: datetime


@router.get("", summary="Every agreement, as it stands now")
async def agreements(session: Db, me: Me, published: Current) -> list[AgreementRowOut]:
    proposed = await proposed_numbers(session)
    found = published.agreements_at(await database_now(session))
    return [
        AgreementRowOut(
            name=each.name,
            version=each.version,
            title=str(getattr(each.title, me.language)),
            provider=each.provider,
            customer=each.customer_in(me.language),
            calendar=each.calendar,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            proposed=proposed.get(each.name, []),
        )
        for each in found
    ]


@router.get("/proposals", summary="Proposed versions that wait for your yes or no")
async def waiting(session: Db, me: Me) -> list[ProposalOut]:
    return [
        ProposalOut(
            id=card.asked.id,
            name=card.terms.agreement.name,
            version=card.terms.agreement.version,
            side=_side(card.asked.scope, card.terms.agreement),
            proposed_by=card.asked.requester_name,
            asked_at=card.asked.asked_at,
        )
        for card in await proposals(session, await waiting_for(session, me))
    ]


@router.put("/proposals/{proposal_id}/decision", summary="Approve or reject for one side, once")
async def decision(
    proposal_id: Annotated[int, Path(ge=1, lt=2**63)], body: AgreementDecisionIn, session: Db, me: Me
) -> AgreementDecisionOut:
    approval = await decide(session, proposal_id, body.outcome, body.comment, by=me)
    assert approval.outcome is not None
    assert approval.decided_at is not None
    return AgreementDecisionOut(id=approval.id, outcome=approval.outcome, decided_at=approval.decided_at)


@router.get("/{name}/versions/{version}", summary="One version, with what it changed and who adopted it")
async def version(name: Name, version: Number, session: Db, me: Me, published: Current) -> AgreementOut:
    found = await agreement_page(
        session,
        published,
        name,
        version,
        language=me.language,
        at=await database_now(session),
        sees_proposals=True,
    )
    return _out(found)


def _out(found: AgreementPage) -> AgreementOut:
    how = found.shown
    return AgreementOut(
        name=found.reading.name,
        version=found.reading.version,
        state=found.state,
        in_force=found.in_force,
        agreement=found.terms.agreement.model_dump(mode="json"),
        calendar=found.terms.calendar.model_dump(mode="json"),
        introduced_by=how.introduced_by if how else None,
        proposed_by=how.proposed_by if how else None,
        answers=[
            AnswerOut(
                side="provider" if answer.step == 1 else "customer",
                asked=answer.asked,
                outcome=answer.outcome,
                decided_by=answer.decided_by,
                decided_at=answer.decided_at,
            )
            for answer in (how.answers if how else ())
        ],
        changed_from=found.before,
        changes=[ChangeOut(what=each.what, before=each.before, after=each.after) for each in found.changes],
        versions=[line.number for line in found.history],
    )


def _side(scope: str, agreement: Agreement) -> Literal["provider", "customer"]:
    return "provider" if scope == agreement.provider else "customer"
