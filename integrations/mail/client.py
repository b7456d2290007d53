"""One message to one address through one SMTP server."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

import aiosmtplib


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int = 25
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    timeout_seconds: float = 10.0


@dataclass(frozen=True)
class Mail:
    """What is sent. `key` names it for ever: sent twice, the receiver sees the same Message-ID."""

    key: str
    sender: str
    """An address, or «Servicesenteret <address>»."""
    to: str
    subject: str
    text: str
    """Plain text; paragraphs are parted by an empty line, a line that is an address becomes a link."""
    written_at: datetime
    """When it came to be, the same at every try."""
    language: str = "nb"
    about: str | None = None
    """What it and other mails are about, as people name it («103017-0»): clients keep them together."""


class MailServerAway(Exception):
    """No connection, or the server as a whole says «not now» (4xx). Its text is a code: «connection», «421»."""


class MailRefused(Exception):
    """The server will not have this mail. Its text is SMTP's code, without the sentence, which may name people."""


async def send_mail(server: MailServer, mail: Mail) -> None:
    """Hand the mail over. Raises MailServerAway or MailRefused."""
    try:
        await aiosmtplib.send(
            compose(mail),
            sender=parseaddr(mail.sender)[1],
            recipients=[mail.to],
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            start_tls=server.starttls,
            timeout=server.timeout_seconds,
        )
    except aiosmtplib.SMTPTimeoutError as away:
        raise MailServerAway("timeout") from away
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected) as away:
        raise MailServerAway("connection") from away
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise MailRefused(str(refused.recipients[0].code)) from refused
    except aiosmtplib.SMTPResponseException as answer:
        # Of the data it may be about this very mail, and then it must be counted as a try.
        if 400 <= answer.code < 500 and not isinstance(answer, aiosmtplib.SMTPDataError):
            raise MailServerAway(str(answer.code)) from answer
        raise MailRefused(str(answer.code)) from answer


def compose(mail: Mail) -> EmailMessage:
    """The message as it goes over the wire, text and HTML. Raises ValueError for an address that is none."""
    message = EmailMessage()
    name, sender = parseaddr(mail.sender)
    message["Date"] = mail.written_at
    message["Message-ID"] = message_id(mail.key, sender)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    # RFC 3834: nobody's out-of-office may answer, or two desks would talk for ever.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if mail.about is not None:
        _keep_together(message, mail.about, sender)
    message.set_content(mail.text)
    message.add_alternative(as_html(mail.text, mail.language), subtype="html")
    message["Content-Language"] = mail.language
    return message


def _keep_together(message: EmailMessage, about: str, sender: str) -> None:
    """As answers to one mail that nobody got: no two of them need to know of each other.

    Source: RFC 5322, 3.6.4; for Exchange and Outlook, which go by headers of their own, MS-OXOMSG (conversation index and topic).
    """
    root = message_id(about, sender)
    message["In-Reply-To"] = message["References"] = root
    message["Thread-Topic"] = about
    message["Thread-Index"] = b64encode(bytes([1, 0, 0, 0, 0, 0]) + bytes.fromhex(root[1:33])).decode()


def message_id(key: str, sender: str) -> str:
    """The same key gives the same id, and tells nothing about what it names."""
    domain = sender.rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def as_html(text: str, language: str) -> str:
    paragraphs = (part.strip() for part in text.split("\n\n"))
    body = "\n".join(f"<p>{'<br>'.join(map(_line, part.splitlines()))}</p>" for part in paragraphs if part)
    return f'<!doctype html>\n<html lang="{html.escape(language)}"><meta charset="utf-8"><body>\n{body}\n</body></html>\n'


def _line(line: str) -> str:
    safe = html.escape(line)
    if line.startswith(("https://", "http://")) and " " not in line.strip():
        return f'<a href="{safe}">{safe}</a>'
    return safe
