"""GET /drift/leveranser: what waits, what was given up and why, who does not answer; and «Prøv igjen»."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse

from app.administration.policy import may_administer
from app.audit.kinds import AuditKind
from app.audit.log import audit
from app.database.session import Db
from app.deliveries.standing import Circuit, Parked, Standing, Waiting, standing, try_again, try_target
from app.errors import refuse
from app.identity.actor import Actor
from app.identity.me import Me
from app.operations.words import reason_in, target_in, topic_in
from app.settings import Settings
from app.web.i18n import language_of
from app.web.pages import render
from app.web.rooms import Room

router = Room(include_in_schema=False)
PAGE = "/drift/leveranser"
Id = Annotated[int, Path(ge=1, lt=2**63)]


@dataclass(frozen=True)
class WaitingLine:
    row: Waiting
    title: str


@dataclass(frozen=True)
class ParkedLine:
    row: Parked
    title: str
    reason: str


@dataclass(frozen=True)
class CircuitLine:
    row: Circuit
    title: str
    reason: str


@dataclass(frozen=True)
class DeliveriesPage:
    standing: Standing
    waiting: tuple[WaitingLine, ...]
    parked: tuple[ParkedLine, ...]
    circuits: tuple[CircuitLine, ...]
    mail_is_set_up: bool
    retried: int


async def operator(me: Me) -> Actor:
    refuse(may_administer(me))
    return me


Operator = Annotated[Actor, Depends(operator)]


@router.get(PAGE, name="deliveries")
async def show(
    request: Request, _me: Operator, session: Db, igjen: Annotated[int, Query(ge=0, lt=2**31)] = 0
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    now, language = await standing(session), language_of(request)
    view = DeliveriesPage(
        standing=now,
        waiting=tuple(WaitingLine(row, topic_in(row.topic, language)) for row in now.waiting),
        parked=tuple(
            ParkedLine(row, topic_in(row.topic, language), reason_in(row.reason, language))
            for row in now.parked
        ),
        circuits=tuple(
            CircuitLine(row, target_in(row.target, language), reason_in(row.reason, language))
            for row in now.circuits
        ),
        mail_is_set_up=settings.smtp_host is not None,
        retried=igjen,
    )
    return render(request, "operations/deliveries.html", view)


@router.post(f"{PAGE}/parkert", name="deliveries_retry_all")
async def retry_all(me: Operator, session: Db) -> RedirectResponse:
    return _back(await _again(session, None, by=me))


@router.post(f"{PAGE}/parkert/{{delivery_id}}", name="delivery_retry")
async def retry(delivery_id: Id, me: Operator, session: Db) -> RedirectResponse:
    return _back(await _again(session, delivery_id, by=me))


@router.post(f"{PAGE}/mottaker/{{target}}", name="delivery_target_retry")
async def retry_target(
    target: Annotated[str, Path(max_length=60)], me: Operator, session: Db
) -> RedirectResponse:
    await try_target(session, target)
    await audit(session, me, AuditKind.DELIVERY_RETRIED, subject_kind="target", payload={"target": target})
    return _back(0)


async def _again(session: AsyncSession, delivery_id: int | None, *, by: Actor) -> int:
    count = await try_again(session, delivery_id)
    if count:
        await audit(
            session,
            by,
            AuditKind.DELIVERY_RETRIED,
            subject_kind="delivery",
            subject_id=delivery_id,
            payload={"count": count},
        )
    return count


def _back(retried: int) -> RedirectResponse:
    return RedirectResponse(f"/drift/leveranser?igjen={retried}" if retried else "/drift/leveranser", 303)
