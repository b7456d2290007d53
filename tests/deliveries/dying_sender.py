"""A sender that is killed right after the mail left and before it could say so: `python -m … URL PORT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.database.session import make_engine, make_sessions
from app.deliveries.effect import Due, Effect, Send
from app.deliveries.loop import send_due
from app.deliveries.mail import by_mail
from integrations.mail.client import Mail, MailServer


def by_post(port: int, *, then_die: bool) -> dict[str, Effect]:
    async def recipients(_: AsyncSession, __: dict[str, Any]) -> Sequence[int]:
        return [1]

    async def prepare(_: AsyncSession, due: Due) -> Send | None:
        mail = Mail(due.key, "post@fjordvik.example", "alice.1@fjordvik.example", "Sak", "Hei")
        send = by_mail(MailServer("127.0.0.1", port), mail)

        async def send_and_die() -> None:
            await send()
            os.kill(os.getpid(), signal.SIGKILL)

        return send_and_die if then_die else send

    return {"letter": Effect(recipients, prepare)}


async def main(app_url: str, port: int) -> None:
    await send_due(make_sessions(make_engine(app_url, pool_size=None)), by_post(port, then_die=True))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
