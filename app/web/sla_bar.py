"""How a clock is shown: an icon, words and a bar, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SOON = timedelta(hours=1)
"""Less than this left, by the wall clock, is «snart»."""


class BarState(StrEnum):
    OK = "ok"
    SOON = "soon"
    BREACHED = "breached"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True)
class SlaBar:
    due_at: datetime | None
    percent: int
    state: BarState


def sla_bar(
    due_at: datetime | None, used_percent: float, *, at: datetime, breached: bool = False, done: bool = False
) -> SlaBar:
    """A clock without a due instant is paused, unless it is done."""
    percent = min(100, max(0, int(used_percent)))
    if done:
        state = BarState.DONE
    elif due_at is None:
        state = BarState.PAUSED
    elif breached or due_at < at:
        state, percent = BarState.BREACHED, 100
    else:
        # UTC before any subtraction: two instants of one zone subtract by the wall clock.
        left = due_at.astimezone(UTC) - at.astimezone(UTC)
        state = BarState.SOON if left < SOON else BarState.OK
    return SlaBar(due_at, percent, state)
