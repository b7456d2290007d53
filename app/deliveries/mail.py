"""E-mail as a channel of the deliveries."""

from __future__ import annotations

from app.deliveries.effect import Due, Refused, Send, TargetAway
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


def write(
    due: Due,
    settings: Settings,
    *,
    to: str,
    subject: str,
    body: str,
    language: str,
    page: str | None = None,
    about: str | None = None,
) -> Mail:
    """`page` is a path of ours, behind ordinary sign-in; `about` is what keeps it together with others («103017-0»)."""
    return Mail(
        key=due.key,
        sender=settings.mail_from,
        to=to,
        subject=subject,
        text=body if page is None else f"{body}\n\n{settings.public_url}{page}\n",
        language=language,
        written_at=due.since,
        about=about,
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
