"""The states of a step, and what follows for its journey. No database, no «now»."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from app.errors import Conflict
from app.journeys.models import StepState

MOVES: dict[StepState, frozenset[StepState]] = {
    StepState.WAITING: frozenset({StepState.OPEN, StepState.DONE, StepState.FAILED, StepState.DROPPED}),
    StepState.OPEN: frozenset({StepState.DONE, StepState.FAILED, StepState.DROPPED}),
    StepState.FAILED: frozenset({StepState.WAITING, StepState.DONE, StepState.DROPPED}),
    StepState.DONE: frozenset({StepState.OPEN}),
    StepState.DROPPED: frozenset({StepState.WAITING}),
}
"""What is done may be undone, and what was dropped taken up again, for as long as the journey lasts."""
SETTLED = frozenset({StepState.DONE, StepState.DROPPED})


def check_move(old: StepState, new: StepState) -> None:
    if new not in MOVES[old]:
        raise Conflict("journeys.move_not_allowed")


def may_begin(
    state: StepState, after: Iterable[str], settled: Collection[str], present: Collection[str]
) -> bool:
    """Whether what it waits for is done. What is not in this journey at all is not waited for."""
    return state is StepState.WAITING and all(key in settled for key in after if key in present)


def is_over(states: Iterable[StepState]) -> bool:
    return all(state in SETTLED for state in states)


def percent_ready(states: Iterable[StepState]) -> int:
    """Of what counts for the first day; whole percent, and 100 only when all of it is there."""
    counted = [state for state in states if state is not StepState.DROPPED]
    done = sum(state is StepState.DONE for state in counted)
    return done * 100 // len(counted) if counted else 100


def is_late(state: StepState, due_at: datetime, at: datetime) -> bool:
    return state not in SETTLED and due_at < at
