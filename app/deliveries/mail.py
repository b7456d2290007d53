"""E-mail as a channel of the deliveries."""

from __future__ import annotations

from app.deliveries.effect import Refused, Send, TargetAway
from app.settings import Settings
from integrations.mail.client import Mail, MailRefused, MailServer, MailServerAway, send_mail


def mail_server(settings: Settings) -> MailServer | None:
    """None until one is configured; then what waited is sent."""
    if settings.smtp_host is None:
        return None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password,
        starttls=settings.smtp_encrypted,
    )


def by_mail(server: MailServer, mail: Mail) -> Send:
    """The sending of one mail, as an effect's `prepare` answers it."""

    async def send() -> None:
        try:
            await send_mail(server, mail)
        except MailServerAway as away:
            raise TargetAway(f"smtp {away}") from away
        except MailRefused as refused:
            raise Refused(f"smtp {refused}") from refused

    return send
