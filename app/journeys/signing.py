"""Both parties sign the contract: the asking leaves through the deliveries, receipts are read back and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.database.session import Sessions, transaction
from app.deliveries.effect import Due, Effect, Send, Target, TargetAway
from app.deliveries.queue import deliver_later
from app.events.log import database_now
from app.journeys.models import JourneyRow, JourneyState, JourneyStep, Signing, StepState
from app.people.models import Person
from app.settings import Settings
from app.tickets.lifecycle import number_of
from app.web.i18n import _, say
from integrations.signing.folder import FolderSigner
from integrations.signing.signer import Party, Signed, Signer, SignerAway, SigningRequest

log = structlog.get_logger(__name__)

TOPIC = "signing.asked"
SIGNING = Target("signing", at_once=2)
TITLE = _("Arbeidsavtale for %(name)s")
BATCH = 50
AHEAD = timedelta(minutes=5)
"""How far another's clock may go before ours."""


def signer_of(settings: Settings) -> Signer | None:
    """None where no signing service is connected: then whoever answers for the journey says that it is signed."""
    return FolderSigner(settings.signing_folder) if settings.signing_folder is not None else None


def key_of(step_id: int) -> str:
    return f"signing-{step_id}"


async def ask_for(session: AsyncSession, row: JourneyRow, step: JourneyStep) -> None:
    """The document may be signed: say so to the signing service, once."""
    await session.execute(insert(Signing).values(step_id=step.id).on_conflict_do_nothing())
    await deliver_later(
        session,
        TOPIC,
        key=f"{TOPIC}:{step.id}",
        payload={"step_id": step.id},
        recipient_id=row.owner_id,
    )


def effects(settings: Settings) -> dict[str, Effect]:
    """Empty where no signing service is connected: what is asked waits."""
    signer = signer_of(settings)
    if signer is None:
        return {}

    async def prepare(session: AsyncSession, due: Due) -> Send | None:
        request = await _request(session, due.payload["step_id"])
        return _by(signer, request) if request else None

    return {TOPIC: Effect(recipients=_owner, prepare=prepare, target=SIGNING)}


def _by(signer: Signer, request: SigningRequest) -> Send:
    async def send() -> None:
        try:
            await signer.ask(request)
        except SignerAway as away:
            raise TargetAway(f"signing {away}") from away

    return send


async def _owner(session: AsyncSession, payload: dict[str, Any]) -> Sequence[int]:
    query = select(JourneyRow.owner_id).join(JourneyStep, JourneyStep.journey_id == JourneyRow.id)
    return (await session.scalars(query.where(JourneyStep.id == payload["step_id"]))).all()


async def _request(session: AsyncSession, step_id: int) -> SigningRequest | None:
    """None when it is no longer to be signed."""
    owner = aliased(Person)
    written = aliased(JourneyStep)
    ticket = (
        select(func.max(written.ticket_id))
        .where(written.journey_id == JourneyStep.journey_id, written.place < JourneyStep.place)
        .scalar_subquery()
    )
    query = (
        select(Person.name, owner.name.label("owner"), owner.language, ticket.label("ticket_id"))
        .select_from(JourneyStep)
        .join(JourneyRow, JourneyRow.id == JourneyStep.journey_id)
        .join(Person, Person.id == JourneyRow.person_id)
        .join(owner, owner.id == JourneyRow.owner_id)
        .where(JourneyStep.id == step_id, JourneyStep.state == StepState.OPEN)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    return SigningRequest(
        key=key_of(step_id),
        title=say(found.language, TITLE, name=found.name),
        reference=number_of(found.ticket_id) if found.ticket_id else "",
        signers=((Party.EMPLOYER, found.owner), (Party.EMPLOYEE, found.name)),
    )


async def read_receipts(sessions: Sessions, signer: Signer) -> None:
    """Of everything that waits for a signature. No transaction is held while the service is asked; twice keeps one."""
    async with transaction(sessions) as session:
        waiting = (await session.execute(_waiting())).all()
    for step_id, journey_id in waiting:
        try:
            found = await signer.signed(key_of(step_id))
        except SignerAway:
            continue
        if found:
            async with transaction(sessions) as session:
                await keep(session, step_id, journey_id, found)


def _waiting() -> Select[int, int]:
    """Not signed by both, and not closed by hand."""
    return (
        select(Signing.step_id, JourneyStep.journey_id)
        .join(JourneyStep, JourneyStep.id == Signing.step_id)
        .where(
            or_(Signing.employer_at.is_(None), Signing.employee_at.is_(None)),
            JourneyStep.state == StepState.OPEN,
        )
        .order_by(Signing.step_id)
        .limit(BATCH)
    )


async def keep(session: AsyncSession, step_id: int, journey_id: int, found: Sequence[Signed]) -> None:
    """What a party has signed stays signed; the journey is looked at at once. Nobody has signed tomorrow."""
    row = (await session.scalars(select(Signing).where(Signing.step_id == step_id).with_for_update())).one()
    latest = await database_now(session) + AHEAD
    for each in found:
        if each.at > latest:
            log.warning("signing.receipt_from_the_future", key=key_of(step_id), party=each.party)
            continue
        if each.party is Party.EMPLOYER and row.employer_at is None:
            row.employer_at, row.employer_receipt = each.at, each.receipt
        if each.party is Party.EMPLOYEE and row.employee_at is None:
            row.employee_at, row.employee_receipt = each.at, each.receipt
    now = func.clock_timestamp()
    active = (JourneyRow.id == journey_id, JourneyRow.state == JourneyState.ACTIVE)
    await session.execute(update(JourneyRow).where(*active).values(next_at=now))
    await session.flush()


async def is_signed(session: AsyncSession, journey_id: int) -> bool:
    """By both, in the journey's own signing."""
    query = (
        select(Signing.step_id)
        .join(JourneyStep, JourneyStep.id == Signing.step_id)
        .where(
            JourneyStep.journey_id == journey_id,
            Signing.employer_at.is_not(None),
            Signing.employee_at.is_not(None),
        )
    )
    return (await session.scalars(query.limit(1))).one_or_none() is not None


async def signings_of(session: AsyncSession, steps: Sequence[JourneyStep]) -> dict[int, Signing]:
    """By step, of a journey that is seen."""
    found = await session.scalars(select(Signing).where(Signing.step_id.in_([step.id for step in steps])))
    return {each.step_id: each for each in found}
