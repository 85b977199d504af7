"""Sends letters through an SMTP server named by FINNAMI_SMTP_URL."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from app.core.errors import UnavailableError
from app.domains.identity.types import Letter

TIMEOUT_S = 10.0


class MailUnavailableError(UnavailableError):
    """The mail server did not take the letter; the job tries again."""

    code = "mail_unavailable"
    title = "The mail server does not answer"


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """A Mailer over SMTP: `smtps://` with TLS from the start, `smtp://` with STARTTLS.

    STARTTLS is demanded everywhere but on the loopback: a letter carries a secret link.
    """

    host: str
    port: int
    sender: str
    implicit_tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of_url(cls, url: str, *, sender: str) -> "SmtpMailer":
        """Read `smtp[s]://user:password@host:port`. Raises ValueError naming what is wrong."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("FINNAMI_SMTP_URL must be smtp://host:port or smtps://host:port")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 587),
            sender=sender,
            implicit_tls=parts.scheme == "smtps",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    async def send(self, letter: Letter) -> None:
        """Send one letter. Raises MailUnavailableError."""
        try:
            await asyncio.wait_for(asyncio.to_thread(self._send, letter), TIMEOUT_S * 2)
        except (OSError, smtplib.SMTPException, TimeoutError) as error:
            raise MailUnavailableError from error

    def _send(self, letter: Letter) -> None:
        context = ssl.create_default_context()
        if self.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        with server:
            if not self.implicit_tls and self.host not in ("127.0.0.1", "::1", "localhost"):
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            server.send_message(self.message(letter))

    def message(self, letter: Letter) -> EmailMessage:
        """Return the letter as mail. Its Message-ID is the same each time it is sent."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        message["Message-ID"] = f"<{letter.mail_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
