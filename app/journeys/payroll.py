"""Runs of the payroll and their cut-offs: kept by Lønn, shown where somebody's first pay depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.queries import today
from app.errors import FieldProblem, Invalid, NotFound, Refusal, refuse
from app.identity.actor import Actor
from app.journeys.models import PayrollRun
from service_catalog.journey_schema import PayType

LATEST = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    pay: PayType
    pays_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class FirstPay:
    """The run that ought to pay somebody first, and whether what is reported on a day is in it."""

    pays_on: date
    closes_on: date
    reported_on: date
    next_on: date | None
    """The run that pays them instead, when it is missed; None: none is written yet."""

    @property
    def is_missed(self) -> bool:
        return self.reported_on > self.closes_on


def first_pay(runs: Iterable[Run], pay: PayType, starts_on: date, reported_on: date) -> FirstPay | None:
    """None when no run is written for the time after the first day."""
    mine = sorted(
        (run for run in runs if run.pay is pay and run.pays_on >= starts_on), key=lambda run: run.pays_on
    )
    if not mine:
        return None
    later = next((run.pays_on for run in mine if run.closes_on >= reported_on), None)
    return FirstPay(mine[0].pays_on, mine[0].closes_on, reported_on, later)


def may_keep(actor: Actor, unit: str) -> Refusal | None:
    return None if actor.works_in(unit) else Refusal("payroll.lonn_only")


async def runs(session: AsyncSession) -> Sequence[Run]:
    """Those that are not past, the next first."""
    columns = (PayrollRun.id, PayrollRun.pay, PayrollRun.pays_on, PayrollRun.closes_on)
    query = select(*columns).where(PayrollRun.pays_on >= await today(session))
    return [Run(*row) for row in await session.execute(query.order_by(PayrollRun.pays_on, PayrollRun.pay))]


async def keep(
    session: AsyncSession, pay: PayType, pays_on: date, closes_on: date, *, by: Actor, unit: str
) -> None:
    """Add a run, or correct its cut-off."""
    refuse(may_keep(by, unit))
    on, problems = await today(session), []
    if not on <= pays_on <= on + LATEST:
        problems.append(FieldProblem("pays_on", "field.invalid"))
    if closes_on > pays_on or closes_on < pays_on - timedelta(days=90):
        problems.append(FieldProblem("closes_on", "field.closes_after_it_pays"))
    if problems:
        raise Invalid("request.invalid", fields=tuple(problems))
    row = insert(PayrollRun).values(pay=pay, pays_on=pays_on, closes_on=closes_on)
    corrected = row.on_conflict_do_update(index_elements=["pay", "pays_on"], set_={"closes_on": closes_on})
    await session.execute(corrected)


async def remove(session: AsyncSession, run_id: int, *, by: Actor, unit: str) -> None:
    refuse(may_keep(by, unit))
    gone = delete(PayrollRun).where(PayrollRun.id == run_id).returning(PayrollRun.id)
    if (await session.scalars(gone)).one_or_none() is None:
        raise NotFound
