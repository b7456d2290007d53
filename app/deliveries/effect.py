"""What a topic does outside, and to which other system: each slice lists its own, `jobs.py` hands them to the loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Send = Callable[[], Awaitable[None]]
"""Does the one thing outside; called without a transaction, and perhaps again after a crash."""


@dataclass(frozen=True)
class Backoff:
    """How long to wait after the first, second… failure in a row, before chance is added."""

    first: timedelta
    factor: int
    most: timedelta

    def after(self, failures: int) -> timedelta:
        # The exponent is bounded: a system that is away for a month must not overflow what a number can be.
        grown = self.first.total_seconds() * self.factor ** min(max(failures - 1, 0), 32)
        return timedelta(seconds=min(grown, self.most.total_seconds()))


@dataclass(frozen=True)
class Target:
    """One other system: how much it bears at once, and how patient we are with it."""

    key: str
    at_once: int = 4
    """Deliveries on their way to it at the same time, over all nodes."""
    tries: int = 5
    """Of one delivery, before it is parked."""
    retry: Backoff = Backoff(timedelta(seconds=30), 4, timedelta(hours=1))
    trips_at: int = 3
    """Rounds in a row without an answer, before it is left alone for a while."""
    rest: Backoff = Backoff(timedelta(seconds=5), 2, timedelta(minutes=2))
    """How long it is left alone; then one delivery tries."""


MAIL = Target("mail", at_once=8)


@dataclass(frozen=True)
class Due:
    """A delivery that is to be sent now. The receiver must be told `key`, the same at every try."""

    key: str
    topic: str
    payload: dict[str, Any]
    recipient_id: int
    since: datetime
    """When it was queued, the same at every try."""


@dataclass(frozen=True)
class Effect:
    """`recipients` says for whom an effect without a named recipient is, by their rights at that moment.

    `prepare` reads what the message needs and answers with the sending; None when the recipient may not see the
    subject (any more), cannot be reached this way, or when it is no longer true. Both only read, but for `prepare` of
    what must be found out before it is done again: that notes that it begins.
    """

    recipients: Callable[[AsyncSession, dict[str, Any]], Awaitable[Sequence[int]]]
    prepare: Callable[[AsyncSession, Due], Awaitable[Send | None]]
    target: Target = MAIL


async def nobody(_session: AsyncSession, _payload: dict[str, Any]) -> Sequence[int]:
    """The `recipients` of what always names its own."""
    return ()


class TargetAway(Exception):
    """The other system as a whole does not answer: says nothing about this delivery, so it is no try.

    Its text is a code («smtp 421», «connection») and nothing the other system wrote, as with Refused.
    """

    def __init__(self, reason: str, *, wait: timedelta | None = None) -> None:
        """`wait`: it answered, and asked to be left alone so long (429 with Retry-After)."""
        super().__init__(reason)
        self.wait = wait


class Refused(Exception):
    """The other system answered, and will not have this delivery. Its text is a code («smtp 550»): what other systems
    write may name people, and the reason is shown to those who see no content."""


DIED = "died"
TIMED_OUT = "timeout"


def reason_of(failure: BaseException) -> str:
    """Why it failed, for people who may see no content: the refusal's code, or which error stands where in our code."""
    if isinstance(failure, Refused):
        return str(failure)
    at = failure.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f" {at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at is not None else ""
    return f"{type(failure).__name__}{place}"
