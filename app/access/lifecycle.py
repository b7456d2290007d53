"""The states of a grant, and what becomes of it as its ticket goes on. No database, no «now»."""

from __future__ import annotations

from app.access.models import Way
from app.access.plan import State
from app.errors import Conflict
from app.tickets.lifecycle import OPEN, Resolution, Status, WaitingFor

MOVES: dict[State, set[State]] = {
    State.REQUESTED: {State.APPROVED, State.FAILED},
    State.APPROVED: {State.ORDERED, State.FAILED},
    State.ORDERED: {State.GRANTED, State.FAILED, State.UNKNOWN},
    State.UNKNOWN: {State.GRANTED, State.FAILED},
    # Granted: by hand, or it was there when it was read back. Ordered: its ticket was opened again.
    State.FAILED: {State.REQUESTED, State.APPROVED, State.ORDERED, State.GRANTED},
    # Failed: it was gone when it was read back. Ordered: its ticket was opened again.
    State.GRANTED: {State.REVOKED, State.FAILED, State.ORDERED},
    # The ticket in which it was taken away was opened again: it was not.
    State.REVOKED: {State.GRANTED},
}
"""Unknown stays unknown until the other system has told."""


def check_move(old: State, new: State) -> None:
    if new not in MOVES[old]:
        raise Conflict("access.move_not_allowed")


def followed(
    state: State,
    way: Way,
    status: Status,
    waiting_for: WaitingFor | None,
    resolution: Resolution | None,
) -> tuple[tuple[State, ...], bool]:
    """The states the grant goes through now, in order, and whether the ticket is done with.

    Solved is given (or taken away); any other end is seen as a failure, and what was to go is still there.
    """
    if status in OPEN:
        is_approved = way is Way.GIVE and waiting_for is not WaitingFor.APPROVAL
        return _on_the_way(state) if is_approved else (), False
    if resolution is not Resolution.SOLVED:
        return (State.FAILED,) if way is Way.GIVE else (), True
    return (*_on_the_way(state), State.GRANTED) if way is Way.GIVE else (State.REVOKED,), True


def reopened(state: State, way: Way) -> State | None:
    """Where the grant goes back to when its ticket, which had ended, is open again; None: where it is."""
    if way is Way.TAKE:
        return State.GRANTED if state is State.REVOKED else None
    return State.ORDERED if state in (State.GRANTED, State.FAILED) else None


def _on_the_way(state: State) -> tuple[State, ...]:
    steps = (State.REQUESTED, State.APPROVED, State.ORDERED)
    return steps[steps.index(state) + 1 :] if state in steps else ()
