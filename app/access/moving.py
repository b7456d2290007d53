"""One step of a grant, with its event."""

from __future__ import annotations

from datetime import datetime

from app.access.lifecycle import check_move
from app.access.models import Grant
from app.access.plan import State
from app.events.log import record
from app.identity.actor import Actor
from sla.zone import day_of

AT_ONCE = "at_once"
"""Somebody asked that it should go, whatever the plan says."""


def move(
    grant: Grant, state: State, *, by: Actor, at: datetime, reason: str | None = None, **facts: int
) -> None:
    """The caller holds the row. `reason` is why it failed, as a code; anything else wipes the old one out, but that it
    was taken away at once: then it does not come back by itself.
    """
    check_move(grant.state, state)
    at_once = AT_ONCE if state is State.REVOKED and grant.reason == AT_ONCE else None
    grant.state, grant.reason = state, reason or at_once
    grant.since = day_of(at) if state is State.GRANTED else grant.since
    told = facts if reason is None else {**facts, "reason": reason}
    record(grant, f"grant.{state}", by=by, at=at, **told)
