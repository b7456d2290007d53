"""E-mail as it arrives at a real SMTP server."""

from __future__ import annotations

import socket
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from integrations.mail.client import (
    Mail,
    MailRefused,
    MailServer,
    MailServerAway,
    message_id,
    send_mail,
)
from tests.deliveries.post_office import open_post_office

SENDER = "servicesenteret@fjordvik.example"
MAIL = Mail(
    key="ticket.opened:104827:1",
    sender=f"Fjordvik kommune <{SENDER}>",
    to="alice.1@fjordvik.example",
    subject="Sak 104827-3: Ny bærbar",
    text="Hei Alice!\n\nVi har fått saken din.\nDen ligger hos IT & digitalisering.\n\nhttps://skranke.example/saker/104827-3",
    written_at=datetime(2026, 11, 20, 14, 5, tzinfo=UTC),
)


async def test_a_mail_arrives_as_text_and_as_html() -> None:
    async with open_post_office() as office:
        await send_mail(office.server, MAIL)
    (mail,) = office.received
    assert mail["subject"] == "Sak 104827-3: Ny bærbar"
    assert mail["from"] == "Fjordvik kommune <servicesenteret@fjordvik.example>"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Den ligger hos IT & digitalisering." in text.get_content()
    assert "<br>Den ligger hos IT &amp; digitalisering.</p>" in html.get_content()
    assert '<a href="https://skranke.example/saker/104827-3">' in html.get_content()


async def test_the_same_key_gives_the_same_message_id() -> None:
    async with open_post_office() as office:
        await send_mail(office.server, MAIL)
        await send_mail(office.server, MAIL)
        await send_mail(office.server, replace(MAIL, key="ticket.opened:104828:1"))
    first, again, other = (mail["message-id"] for mail in office.received)
    assert first == again == message_id(MAIL.key, SENDER)
    assert other != first
    assert "104827" not in first


async def test_a_mail_has_its_day_and_its_language_and_no_try_changes_them() -> None:
    async with open_post_office() as office:
        await send_mail(office.server, replace(MAIL, language="nn"))
    (mail,) = office.received
    assert parsedate_to_datetime(mail["date"]) == MAIL.written_at
    assert mail["content-language"] == "nn"


async def test_mails_about_the_same_are_kept_together_and_apart_from_others() -> None:
    async with open_post_office() as office:
        for key, about in (("a", "104827-3"), ("b", "104827-3"), ("c", "104828-1"), ("d", None)):
            await send_mail(office.server, replace(MAIL, key=key, about=about))
    first, second, other, alone = office.received
    for header in ("References", "In-Reply-To", "Thread-Topic", "Thread-Index"):
        assert first[header] == second[header] != other[header] is not None
        assert alone[header] is None
    assert first["References"] not in [each["Message-ID"] for each in office.received]
    assert len(b64decode(first["Thread-Index"])) == 22


async def test_nobody_answers_our_mail_automatically() -> None:
    async with open_post_office() as office:
        await send_mail(office.server, MAIL)
    assert office.received[0]["auto-submitted"] == "auto-generated"


async def test_a_subject_cannot_smuggle_a_header() -> None:
    async with open_post_office() as office:
        await send_mail(office.server, replace(MAIL, subject="Hei\r\nBcc: all@fjordvik.example"))
    assert office.received[0]["bcc"] is None
    assert office.received[0]["subject"] == "Hei Bcc: all@fjordvik.example"


@pytest.mark.parametrize(
    "address", ["", "alice", "a@b.example\r\nBcc: c@d.example", "alice@", "a b@c.example"]
)
async def test_what_is_no_address_is_refused_before_it_is_sent(address: str) -> None:
    async with open_post_office() as office:
        with pytest.raises((ValueError, IndexError)):
            await send_mail(office.server, replace(MAIL, to=address))
    assert office.received == []


async def test_what_people_wrote_is_never_html() -> None:
    async with open_post_office() as office:
        await send_mail(
            office.server, replace(MAIL, text='<script>alert(1)</script>\n\nhttps://x"onclick=alert(1)')
        )
    body = office.received[0].get_body(("html",))
    assert body is not None
    assert "<script>" not in body.get_content()
    assert '"onclick' not in body.get_content()


async def test_a_closed_post_office_is_away() -> None:
    async with open_post_office() as office:
        closed = office.server
    with pytest.raises(MailServerAway):
        await send_mail(closed, MAIL)


async def test_a_silent_post_office_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailServerAway):
        await send_mail(MailServer("127.0.0.1", silent.getsockname()[1], timeout_seconds=0.2), MAIL)


async def test_a_refused_mailbox_is_this_mail_s_failure() -> None:
    async with open_post_office() as office:
        office.refuse[MAIL.to] = "550 no such mailbox"
        with pytest.raises(MailRefused, match=r"^550$"):
            await send_mail(office.server, MAIL)
