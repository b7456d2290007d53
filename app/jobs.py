"""Every recurring job of the product: what it does in one batch, and how often. `app.ticker` runs them.

A job may run on several nodes at once and twice in a row: what it takes it takes with SKIP LOCKED, or it owns a slot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import keeping, reconciling
from app.access.escalating import escalate
from app.access.expiring import notice
from app.access.following import follow
from app.access.reviewing import begin_round, pass_up_late
from app.access.targets import Targets
from app.administration.effects import effects as office_effects
from app.agreements.effects import effects as agreement_effects
from app.approvals.chasing import chase_due, hurry
from app.audit.chain import Keys
from app.audit.sealing import EVERY, seal
from app.audit.shortening import shorten
from app.catalogue.published import Published, published_or_none
from app.clocks.sweep import sweep
from app.database.due import forget_old_runs, own_slot
from app.database.session import Sessions, transaction
from app.deliveries.effect import Effect, Target
from app.deliveries.loop import by_target, send_round
from app.deliveries.mail import mail_server
from app.deliveries.sweeping import sweep_sent
from app.events.log import database_now
from app.feed.effects import effects as feed_effects
from app.feed.turns import take_turns
from app.identity.sessions import forget_ended_sessions
from app.journeys.advancing import advance_due
from app.journeys.asking import ask_due
from app.journeys.effects import effects as journey_effects
from app.journeys.following import follow_feed
from app.journeys.hiring import forget_contacts
from app.journeys.questions import keep_questions
from app.journeys.signing import effects as signing_effects
from app.journeys.signing import read_receipts
from app.leader.deciding import carry_out as carry_out_answers
from app.leader.handing_over import follow as follow_tasks
from app.learning import learn_apart
from app.portal.form_times import forget_old as forget_form_times
from app.privacy.effects import effects as privacy_effects
from app.privacy.insight import gather_due
from app.privacy.insight_file import build_due, forget_due
from app.reminders.effects import effects as reminder_effects
from app.reminders.queueing import queue_mails
from app.reminders.teams import effects as teams_effects
from app.retention.beside import forget_over
from app.retention.destroying import carry_out
from app.retention.effects import effects as retention_effects
from app.retention.leavers import forget_contacts_of_leavers, forget_leavers
from app.retention.packages import forget_next_file, make_next
from app.settings import Settings
from app.tasks.effects import effects as task_effects
from app.tasks.pulling import pull_due
from app.tasks.sources import Source
from app.tickets.actions import close_due, wake_due
from app.tickets.attachments import sweep_staged
from app.tickets.effects import effects as ticket_effects
from app.tickets.expecting import tell_likely_delays
from app.tickets.glass import effects as glass_effects
from app.tickets.passing_up import above
from app.tickets.tasking import keep_tasks as keep_ticket_tasks
from app.web.idempotency import forget_old_keys
from app.wheel.placing import place_soon_due
from app.whistleblowing.effects import effects as whistleblowing_effects
from service_catalog.processing import SECURITY_LOG
from sla.zone import day_of

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from integrations.provisioning.target import Provisioner
    from integrations.signing.signer import Signer


@dataclass(frozen=True)
class Node:
    """What the jobs of this process share."""

    sessions: Sessions
    database_url: str
    store: ObjectStore
    effects: Mapping[str, Effect]
    audit_keys: Keys
    deliveries_kept: timedelta = timedelta(days=90)
    targets: Targets = field(default_factory=Targets)
    provisioners: Mapping[str, Provisioner] = field(default_factory=dict)
    access_in_tickets: bool = False
    access_most_taken: int = 50
    hr_unit: str = "hr"
    signer: Signer | None = None
    task_sources: Mapping[str, Source] = field(default_factory=dict)


Round = Callable[[Node], Awaitable[int]]
"""One batch of a job; how much it found. Zero: nothing is left for now."""


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    round: Round
    may_be_cut: bool = False
    """Nothing is lost when it is not given its time to end."""


def in_one_transaction(action: Callable[[AsyncSession], Awaitable[int]]) -> Round:
    async def one_round(node: Node) -> int:
        async with transaction(node.sessions) as session:
            return await action(session)

    return one_round


def once(name: str, every: timedelta, action: Callable[[AsyncSession, datetime], Awaitable[None]]) -> Job:
    """A job that only one node runs in each slot. When it fails, its claim is undone with the rest."""

    async def one_round(node: Node) -> int:
        async with transaction(node.sessions) as session:
            at = await database_now(session)
            if await own_slot(session, name, every=every, at=at):
                await action(session, at)
        return 0

    # Twice as often as the slots change, so that a slot whose owner failed is taken again.
    return Job(name, every / 2, one_round)


def send_jobs(effects: Mapping[str, Effect]) -> tuple[Job, ...]:
    """One for each other system, so that one that hangs does not hold up the others."""

    def job(target: Target, ours: Mapping[str, Effect]) -> Job:
        async def one_round(node: Node) -> int:
            return await send_round(node.sessions, target, ours)

        return Job(f"deliveries.send.{target.key}", 2 * SECOND, one_round)

    return tuple(job(target, ours) for target, ours in by_target(effects).items())


async def sweep_deliveries(node: Node) -> int:
    async with transaction(node.sessions) as session:
        return await sweep_sent(session, kept=node.deliveries_kept)


async def sweep_attachments(node: Node) -> int:
    return await sweep_staged(node.sessions, node.store)


async def follow_access(node: Node) -> int:
    async with transaction(node.sessions) as session:
        return await follow(session, node.targets)


async def keep_access(node: Node) -> int:
    """A slot whose owner died is not taken again: the next does what is left."""
    async with transaction(node.sessions) as session:
        at = await database_now(session)
        if not await own_slot(session, "access.keep", every=KEEP_EVERY, at=at):
            return 0
    await keeping.keep(
        node.sessions, node.targets, in_tickets=node.access_in_tickets, most_taken=node.access_most_taken
    )
    return 0


async def read_targets_back(node: Node) -> int:
    """Those whose turn it is, and those that somebody asks for."""
    async with transaction(node.sessions) as session:
        at = await database_now(session)
        systems = [
            system
            for system, connection in node.targets.connections.items()
            if connection.can_be_read
            and await own_slot(session, f"access.read.{system}", every=reconciling.EVERY, at=at)
        ]
        asked = await reconciling.asked_for(session)
    readable = {*systems, *asked} & {
        system for system, each in node.targets.connections.items() if each.can_be_read
    }
    for system in sorted(readable):
        await reconciling.reconcile(node.sessions, node.targets, node.provisioners[system], system)
    return 0


async def learn_expected(node: Node) -> int:
    await learn_apart(node.sessions, node.database_url)
    return 0


async def seal_audit(node: Node) -> int:
    """One batch in each slot; a slot without anything to close is left unclaimed."""
    async with transaction(node.sessions) as session:
        await seal(session, node.audit_keys, at=await database_now(session))
    return 0


async def shorten_audit(node: Node) -> int:
    """By the catalogue's rule for the log itself; without one it is kept whole."""
    async with transaction(node.sessions) as session:
        published = await published_or_none(session)
        log_itself = published.catalogue.processing.get(SECURITY_LOG) if published is not None else None
        if log_itself is None:
            return 0
        first_kept = log_itself.retention.began_by(day_of(await database_now(session)))
        before = datetime.combine(first_kept, time(), UTC)
        return await shorten(session, node.audit_keys, before=before, basis=log_itself.rule)


async def read_signatures(node: Node) -> int:
    if node.signer is not None:
        await read_receipts(node.sessions, node.signer)
    return 0


async def follow_people(node: Node) -> int:
    async with transaction(node.sessions) as session:
        return await follow_feed(session, node.hr_unit)


async def ask_leaders(node: Node) -> int:
    async with transaction(node.sessions) as session:
        return await keep_questions(session, node.hr_unit)


async def destroy(node: Node) -> int:
    """The next cases of an approved list; their files go at once, and after a crash with the next sweep."""
    async with transaction(node.sessions) as session:
        published = await published_or_none(session)
        if published is None:
            return 0
        looked_at = await carry_out(session, published)
    while looked_at and await sweep_staged(node.sessions, node.store):
        continue
    return looked_at


async def pack_cases(node: Node) -> int:
    async with transaction(node.sessions) as session:
        published = await published_or_none(session)
        if published is None:
            return 0
    return await make_next(node.sessions, node.store, published)


async def forget_packages(node: Node) -> int:
    return await forget_next_file(node.sessions, node.store)


async def build_insight(node: Node) -> int:
    return await build_due(node.sessions, node.store)


async def forget_insight(node: Node) -> int:
    return await forget_due(node.sessions, node.store)


async def answer_pending(node: Node) -> int:
    return await carry_out_answers(node.sessions)


async def pull_tasks(node: Node) -> int:
    await pull_due(node.sessions, node.task_sources)
    return 0


async def chase_approvals(node: Node) -> int:
    async with transaction(node.sessions) as session:
        published = await published_or_none(session)
        if published is None:
            return 0
        if published.office_hours.is_open(await database_now(session)):
            await hurry(session)
        return await chase_due(session, published, above)


def when_published(
    action: Callable[[AsyncSession, Published, datetime], Awaitable[object]],
) -> Callable[[AsyncSession, datetime], Awaitable[None]]:
    """Nothing is done before there is a catalogue."""

    async def run_with_it(session: AsyncSession, at: datetime) -> None:
        published = await published_or_none(session)
        if published is not None:
            await action(session, published, at)

    return run_with_it


async def forget_keys(session: AsyncSession, at: datetime) -> None:
    await forget_old_keys(session, at=at)


async def forget_sessions(session: AsyncSession, at: datetime) -> None:
    await forget_ended_sessions(session, at=at)


async def forget_runs(session: AsyncSession, at: datetime) -> None:
    await forget_old_runs(session, at=at)


SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
KEEP_EVERY = 10 * MINUTE

JOBS = (
    Job("deliveries.sweep", HOUR, sweep_deliveries),
    Job("clocks.sweep", 5 * SECOND, in_one_transaction(sweep)),
    Job("tickets.wake", 30 * SECOND, in_one_transaction(wake_due)),
    Job("tickets.close", 5 * MINUTE, in_one_transaction(close_due)),
    Job("attachments.sweep", HOUR, sweep_attachments),
    Job("expected.refresh", HOUR / 2, learn_expected, may_be_cut=True),
    Job("retention.destroy", MINUTE, destroy),
    Job("retention.pack", 30 * SECOND, pack_cases),
    Job("retention.packed", 10 * MINUTE, forget_packages),
    Job("audit.seal", EVERY / 2, seal_audit),
    Job("audit.shorten", HOUR, shorten_audit),
    Job("insight.gather", 15 * SECOND, in_one_transaction(gather_due)),
    Job("insight.build", 15 * SECOND, build_insight),
    Job("insight.forget", HOUR, forget_insight),
    Job("feed.turns", 15 * SECOND, in_one_transaction(take_turns)),
    Job("approvals.answer", SECOND, answer_pending),
    Job("approvals.chase", MINUTE, chase_approvals),
    once("access.review", 12 * HOUR, when_published(begin_round)),
    Job("access.review_late", HOUR, in_one_transaction(pass_up_late)),
    Job("access.escalate", HOUR, in_one_transaction(escalate)),
    Job("tasks.pull", MINUTE, pull_tasks, may_be_cut=True),
    Job("tasks.follow", 5 * SECOND, in_one_transaction(follow_tasks)),
    Job("journeys.advance", 5 * SECOND, in_one_transaction(advance_due)),
    Job("journeys.follow", MINUTE, follow_people),
    Job("journeys.questions", MINUTE, ask_leaders),
    Job("journeys.signatures", MINUTE, read_signatures),
    Job("journeys.ask", HOUR, in_one_transaction(ask_due)),
    Job("access.follow", 5 * SECOND, follow_access),
    Job("access.keep", KEEP_EVERY / 2, keep_access),
    Job("access.alarm", MINUTE, in_one_transaction(keeping.alarm)),
    Job("access.read", 15 * SECOND, read_targets_back),
    once("wheel.place", HOUR, when_published(place_soon_due)),
    once("access.expiring", 12 * HOUR, when_published(notice)),
    Job("tickets.tasks", MINUTE, in_one_transaction(keep_ticket_tasks)),
    once("tasks.mails", 10 * MINUTE, when_published(queue_mails)),
    once("tickets.delays", 10 * MINUTE, tell_likely_delays),
    once("idempotency.forget", HOUR, forget_keys),
    once("sessions.forget", HOUR, forget_sessions),
    once("hires.forget", 24 * HOUR, forget_contacts),
    once("retention.beside", 24 * HOUR, when_published(forget_over)),
    once("retention.contacts", 24 * HOUR, when_published(forget_contacts_of_leavers)),
    once("retention.leavers", 24 * HOUR, when_published(forget_leavers)),
    once("form_times.forget", 24 * HOUR, forget_form_times),
    once("job_runs.forget", 24 * HOUR, forget_runs),
)


def effects_of(settings: Settings) -> dict[str, Effect]:
    """Every slice's effects whose channel is configured; the others wait in `deliveries`."""
    server, without_mail = mail_server(settings), signing_effects(settings) | teams_effects(settings)
    if server is None:
        return without_mail
    return (
        without_mail
        | ticket_effects(settings, server)
        | agreement_effects(settings, server)
        | retention_effects(settings, server)
        | privacy_effects(settings, server)
        | journey_effects(settings, server)
        | glass_effects(settings, server)
        | task_effects(settings, server)
        | office_effects(settings, server)
        | whistleblowing_effects(settings, server)
        | feed_effects(settings, server)
        | reminder_effects(settings, server)
    )
