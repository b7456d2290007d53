"""kill -9 at every step of a delivery: it arrives all the same, at most twice, and then under the same Message-ID."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import defaultdict

from sqlalchemy import func, select, update

from app.deliveries.loop import send_due
from app.deliveries.models import Delivery
from app.deliveries.queue import deliver_later
from app.settings import PROJECT
from integrations.mail.client import message_id
from tests.conftest import OwnDatabase
from tests.deliveries.dying_sender import STEPS, by_post
from tests.deliveries.post_office import PostOffice, open_post_office

LEFT_BEFORE = {"claiming": 0, "claimed": 0, "prepared": 0, "sent": 1, "marking": 1, "marked": 1}
LEFT_AFTER = {"claiming": 1, "claimed": 1, "prepared": 1, "sent": 2, "marking": 2, "marked": 1}
"""How often it has left: when its sender died, and when the next one has done its work."""


async def test_a_sender_killed_at_any_step_loses_nothing(own_database: OwnDatabase) -> None:
    async with own_database.transaction() as session:
        for step in STEPS:
            await deliver_later(session, step, key=step, payload={}, recipient_id=1)
    async with open_post_office() as office:
        died = await asyncio.gather(*(killed_at(step, own_database, office) for step in STEPS))
        assert set(died) == {-signal.SIGKILL}
        assert arrived(office) == LEFT_BEFORE
        effects = {topic: effect for step in STEPS for topic, effect in by_post(office.port, step).items()}
        # What nobody committed to is free at once; what somebody holds waits for their lease to end.
        assert await send_due(own_database.sessions, effects) == 1
        async with own_database.transaction() as session:
            await session.execute(update(Delivery).values(lease_until=func.clock_timestamp()))
        await send_due(own_database.sessions, effects)
        assert await send_due(own_database.sessions, effects) == 0
        assert arrived(office) == LEFT_AFTER
    async with own_database.transaction() as session:
        open_rows = select(func.count()).where(Delivery.sent_at.is_(None))
        assert (await session.execute(open_rows)).scalar_one() == 0


async def killed_at(step: str, database: OwnDatabase, office: PostOffice) -> int:
    sender = [sys.executable, "-m", "tests.deliveries.dying_sender", database.app_url, str(office.port), step]
    return await (await asyncio.create_subprocess_exec(*sender, cwd=PROJECT)).wait()


def arrived(office: PostOffice) -> dict[str, int]:
    """How many mails of each step; each is known by the Message-ID its key gives."""
    found: dict[str, int] = defaultdict(int)
    for mail in office.received:
        found[str(mail["message-id"])] += 1
    return {step: found[message_id(step, "post@fjordvik.example")] for step in STEPS}
