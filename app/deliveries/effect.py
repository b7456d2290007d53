"""What a topic does outside: each slice lists its own, `ticker.py` hands them to the loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Send = Callable[[], Awaitable[None]]
"""Does the one thing outside; called without a transaction, and perhaps again after a crash."""


@dataclass(frozen=True)
class Due:
    """A delivery that is to be sent now. The receiver must be told `key`, the same at every try."""

    key: str
    topic: str
    payload: dict[str, Any]
    recipient_id: int


@dataclass(frozen=True)
class Effect:
    """`recipients` says for whom an effect without a named recipient is, by their rights at that moment.

    `prepare` reads what the message needs and answers with the sending; None when the recipient may not see the
    subject (any more) or cannot be reached this way. Both only read.
    """

    recipients: Callable[[AsyncSession, dict[str, Any]], Awaitable[Sequence[int]]]
    prepare: Callable[[AsyncSession, Due], Awaitable[Send | None]]


class TargetAway(Exception):
    """The other system as a whole does not answer: says nothing about this delivery, so it is no try."""
