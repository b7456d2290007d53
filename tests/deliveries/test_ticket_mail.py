"""From asking to the mail that arrives: through the app, the queue, the loop and a real SMTP server."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.deliveries.loop import send_due
from app.deliveries.models import Delivery
from app.jobs import effects_of
from app.settings import Settings
from tests.cast import hire_cast
from tests.conftest import OwnDatabase, build_app, publish_shipped, signed_in
from tests.deliveries.post_office import open_post_office
from tests.tickets.asking import open_ticket


async def test_whoever_asked_is_told_by_mail_without_a_word_of_what_they_wrote(
    own_database: OwnDatabase, settings: Settings, shipped: Any
) -> None:
    sessions = own_database.sessions
    async with own_database.transaction() as session:
        alice = (await hire_cast(session)).alice
    app = build_app(settings, sessions, await publish_shipped(sessions, shipped))
    ticket = await open_ticket(
        signed_in(app, sessions, settings, alice, browser=False), subject="Hemmelig svulst"
    )
    async with open_post_office() as office:
        posted = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": office.port})
        while await send_due(sessions, effects_of(posted)):
            pass
    (mail,) = office.received
    assert mail["to"] == alice.email
    assert ticket["number"] in mail["subject"]
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert ticket["number"] in body.get_content()
        assert settings.public_url in body.get_content()
        assert "svulst" not in body.get_content() + mail["subject"]
    async with own_database.transaction() as session:
        rows = (await session.scalars(select(Delivery))).all()
    assert all(row.sent_at is not None for row in rows)
