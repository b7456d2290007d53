"""Step-up: what matters most is done by somebody who has lately proved who they are."""

from __future__ import annotations

from typing import ClassVar

from app.errors import Forbidden, Problem
from app.identity.actor import Actor


class NotRecent(Problem):
    """Seen and allowed, but sign in again first. A page offers to; a key or a system cannot.

    Not a Forbidden: a page that shows a refusal beside its form would leave out the way to sign in. `back` is the path
    of ours to come back to afterwards; None for the page that was asked for, or whose button was pressed.
    """

    status: ClassVar[int] = Forbidden.status

    def __init__(self, back: str | None = None) -> None:
        super().__init__("sign_in.not_recent")
        self.back = back


def require_at_work(actor: Actor) -> None:
    """Raises Forbidden for whoever came in for their own matters only: what they make must not open more than they do.

    A key, a calendar's address and a deputyship carry a person's whole rights.
    """
    if actor.only_oneself:
        raise Forbidden("sign_in.only_oneself")


def require_recent(actor: Actor) -> None:
    """Raises NotRecent unless the actor's own sign-in was within `SKRANKE_RECENT_SIGN_IN_MINUTES`.

    For approving access and for administration. Asked when the request began, by the database's clock.
    """
    if not actor.signed_in_recently:
        raise NotRecent
