"""A sender that is killed at one step of its way: `python -m … URL PORT STEP`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.database.session import make_engine, make_sessions
from app.deliveries.effect import Due, Effect, Send, Target
from app.deliveries.loop import send_due
from app.deliveries.mail import by_mail
from integrations.mail.client import Mail, MailServer

COMMITS = {
    "claiming": ("before_commit", 1),
    "claimed": ("after_commit", 1),
    "prepared": ("after_commit", 2),
    "marking": ("before_commit", 3),
    "marked": ("after_commit", 3),
}
"""Claim, prepare, mark: the sender's three transactions, and on which side of each it dies."""
STEPS = (*COMMITS, "sent")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def by_post(port: int, step: str = "letter", then: Callable[[], None] = lambda: None) -> dict[str, Effect]:
    """A topic and a target for each step, so that those that die do not stand in each other's way."""

    async def recipients(_: AsyncSession, __: dict[str, Any]) -> Sequence[int]:
        return [1]

    async def prepare(_: AsyncSession, due: Due) -> Send | None:
        mail = Mail(due.key, "post@fjordvik.example", "alice.1@fjordvik.example", "Sak", "Hei", due.since)
        send = by_mail(MailServer("127.0.0.1", port), mail)

        async def send_and_then() -> None:
            await send()
            then()

        return send_and_then

    return {step: Effect(recipients, prepare, Target(step))}


async def main(app_url: str, port: int, step: str) -> None:
    effects = by_post(port, step, die if step == "sent" else lambda: None)
    if step in COMMITS:
        moment, wanted = COMMITS[step]
        commits = 0

        def count(_: Session) -> None:
            nonlocal commits
            commits += 1
            if commits == wanted:
                die()

        event.listen(Session, moment, count)
    await send_due(make_sessions(make_engine(app_url, pool_size=None)), effects)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
