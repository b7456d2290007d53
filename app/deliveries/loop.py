"""Sending what is due: claim with a lease, send outside any transaction, mark only if the claim still holds.

A crash between sending and marking sends again with the same key; a committed effect is never lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto
from typing import Any

import structlog
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from app.database.session import Sessions, transaction
from app.deliveries.circuit import answered, did_not_answer, leave_alone, soon_after
from app.deliveries.claiming import Claim, claim, still_ours
from app.deliveries.effect import TIMED_OUT, Due, Effect, Refused, Send, Target, TargetAway, reason_of
from app.deliveries.models import Delivery

log = structlog.get_logger(__name__)

AWAY_PAUSE = timedelta(seconds=5)
"""Before the circuit opens, what the target did not answer to waits about this long."""
SEND_TIMEOUT = timedelta(seconds=20)
# Reading what it needs, sending and marking must end before anybody else may claim the row.
LEASE = SEND_TIMEOUT + timedelta(seconds=40)


class Heard(Enum):
    """What one delivery told about its target."""

    ANSWER = auto()
    NOTHING = auto()


class Silence(Exception):
    """No answer: whether it arrived is unknown, and it is sent again under the same key."""

    def __init__(self, reason: str, *, whole_target: bool, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.whole_target = whole_target
        self.wait = wait
        """How long it asked to be left alone; then it lives, and this is no silence of its."""


async def send_due(
    sessions: Sessions,
    effects: Mapping[str, Effect],
    *,
    lease: timedelta = LEASE,
    send_timeout: timedelta = SEND_TIMEOUT,
    limit: int = 1000,
) -> int:
    """Send one round to each target of `effects`; how many rows were handled."""
    async with asyncio.TaskGroup() as tasks:
        rounds = [
            tasks.create_task(
                send_round(sessions, target, topics, lease=lease, send_timeout=send_timeout, limit=limit)
            )
            for target, topics in by_target(effects).items()
        ]
    return sum(each.result() for each in rounds)


def by_target(effects: Mapping[str, Effect]) -> dict[Target, dict[str, Effect]]:
    found: dict[Target, dict[str, Effect]] = {}
    for topic, effect in effects.items():
        found.setdefault(effect.target, {})[topic] = effect
    return found


async def send_round(
    sessions: Sessions,
    target: Target,
    effects: Mapping[str, Effect],
    *,
    lease: timedelta = LEASE,
    send_timeout: timedelta = SEND_TIMEOUT,
    limit: int = 1000,
) -> int:
    """As many as the target bears at once; how many were handled. Zero: nothing is due, or it is left alone."""
    give_up_at = time.monotonic() + (lease - send_timeout).total_seconds()
    ours = await claim(sessions, target, effects, lease=lease, limit=limit)

    async def handle(each: Claim) -> Heard | Silence:
        try:
            return await _handle(sessions, effects[each.topic], each, send_timeout, give_up_at)
        except Silence as silence:
            # One that answers others is silent about this delivery: that is a try. Else it tells about the target.
            if silence.whole_target or ours.suspect:
                await _wait_for_target(sessions, each, silence)
            else:
                await _failed(sessions, target, each, silence.reason)
            return silence
        except Exception as failure:  # noqa: BLE001 - the loop's edge: one bad delivery must not stop the others
            await _failed(sessions, target, each, reason_of(failure))
            return Heard.ANSWER if isinstance(failure, Refused) else Heard.NOTHING

    # All of them end before one that could not be marked is told about.
    heard = await asyncio.gather(*(handle(each) for each in ours.claims), return_exceptions=True)
    for each in heard:
        if isinstance(each, BaseException) and not isinstance(each, Silence):
            raise each
    silences = [each for each in heard if isinstance(each, Silence)]
    silence = next((each for each in silences if each.wait is None), None)
    if asked := [each.wait for each in silences if each.wait is not None]:
        await leave_alone(sessions, target, max(asked))
    if Heard.ANSWER in heard and ours.suspect:
        await answered(sessions, target)
    elif silence is not None and Heard.ANSWER not in heard:
        await did_not_answer(sessions, target, silence.reason)
    return len(ours.claims)


async def _handle(
    sessions: Sessions, effect: Effect, claim: Claim, send_timeout: timedelta, give_up_at: float
) -> Heard:
    if claim.recipient_id is None:
        await _spread(sessions, effect, claim)
        return Heard.NOTHING
    send = await _prepare(sessions, effect, claim, claim.recipient_id)
    if send is None:
        await _mark(sessions, claim, dropped_at=func.clock_timestamp())
        return Heard.NOTHING
    if time.monotonic() > give_up_at:
        return Heard.NOTHING  # Too late to be sure of the lease; whoever claims next sends it.
    await _send(send, send_timeout)
    await _mark(sessions, claim, sent_at=func.clock_timestamp(), last_error=None)
    return Heard.ANSWER


async def _send(send: Send, send_timeout: timedelta) -> None:
    """Raises Silence when there was no answer, and what the sending raises when there was."""
    try:
        async with asyncio.timeout(send_timeout.total_seconds()):
            await send()
    except TargetAway as away:
        raise Silence(str(away), whole_target=True, wait=away.wait) from away
    except TimeoutError as late:
        # A sending with a shorter patience of its own says what it waited for, as a code.
        raise Silence(str(late) or TIMED_OUT, whole_target=False) from late


async def _spread(sessions: Sessions, effect: Effect, claim: Claim) -> None:
    """One row per recipient, each with its own tries; the row of the effect itself is done then."""
    async with transaction(sessions) as session:
        recipients = await effect.recipients(session, claim.payload)
        for recipient_id in dict.fromkeys(recipients):
            row = {
                "topic": claim.topic,
                "key": f"{claim.key}:{recipient_id}",
                "subject": f"{claim.subject}:{recipient_id}" if claim.subject else None,
                "payload": claim.payload,
                "recipient_id": recipient_id,
            }
            await session.execute(
                insert(Delivery).values(row).on_conflict_do_nothing(index_elements=[Delivery.key])
            )
        await session.execute(still_ours(claim, sent_at=func.clock_timestamp(), last_error=None))


async def _prepare(sessions: Sessions, effect: Effect, claim: Claim, recipient_id: int) -> Send | None:
    """The connection is given back before anything is sent: a target that hangs costs the others none."""
    async with transaction(sessions) as session:
        return await effect.prepare(
            session, Due(claim.key, claim.topic, claim.payload, recipient_id, claim.created_at)
        )


async def _wait_for_target(sessions: Sessions, claim: Claim, silence: Silence) -> None:
    log.warning("delivery.target_away", key=claim.key, error=silence.reason)
    # The target's row holds all of them back for as long as it asked; none comes before the others.
    later = func.clock_timestamp() + soon_after(AWAY_PAUSE if silence.wait is None else timedelta(0))
    await _mark(sessions, claim, attempts=claim.tries - 1, due_at=later, last_error=silence.reason)


async def _failed(sessions: Sessions, target: Target, claim: Claim, reason: str) -> None:
    log.warning("delivery.failed", key=claim.key, tries=claim.tries, error=reason)
    if claim.tries >= target.tries:
        await _mark(sessions, claim, parked_at=func.clock_timestamp(), last_error=reason)
    else:
        later = func.clock_timestamp() + soon_after(target.retry.after(claim.tries))
        await _mark(sessions, claim, due_at=later, last_error=reason)


async def _mark(sessions: Sessions, claim: Claim, **outcome: Any) -> None:
    async with transaction(sessions) as session:
        if (await session.execute(still_ours(claim, **outcome))).scalar_one_or_none() is None:
            log.warning("delivery.claim_lost", key=claim.key, fence=claim.fence)
