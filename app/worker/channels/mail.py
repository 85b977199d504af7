"""Mail over SMTP: one letter, plain text, under a Message-ID that shows a repeat."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from app.core.clock import Clock
from app.core.errors import UnavailableError
from app.domains.identity.types import Letter

TIMEOUT_S = 10.0
_SUBMISSION_PORT = 587
_TLS_PORT = 465


class MailUnavailableError(UnavailableError):
    """The mail server did not take the letter; the job comes again."""

    code = "mail_unavailable"
    title = "The mail server did not take the letter"


@dataclass(frozen=True, slots=True, repr=False)
class MailServer:
    """Where letters are handed in: smtp:// (STARTTLS off loopback) or smtps://."""

    host: str
    port: int
    user: str
    password: str
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """Read smtp://user:password@host:port. Raises ValueError that never shows the password."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("FINNAMI_SMTP_URL looks like smtp://user:password@host:587")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (_TLS_PORT if tls else _SUBMISSION_PORT),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
        )

    @property
    def local(self) -> bool:
        """Tell whether the server is this machine, where no wire can be tapped."""
        return self.host in {"127.0.0.1", "::1", "localhost"}


class SmtpMailer:
    """Identity's Mailer over SMTP. A password never travels unencrypted off this machine."""

    def __init__(self, url: str, *, sender: str, clock: Clock) -> None:
        self._server = MailServer.parse(url)
        self._sender = sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
        self._clock = clock

    async def send(self, letter: Letter) -> None:
        """Deliver one letter. Raises MailUnavailableError; a repeat has the same Message-ID."""
        message = self.message(letter)
        try:
            # smtplib blocks, and one thread for a letter is cheap beside the letter.
            await asyncio.to_thread(self._hand_in, message)
        except (OSError, smtplib.SMTPException) as error:
            # The server's answer may repeat the address: only the kind is told.
            raise MailUnavailableError(type(error).__name__) from error

    def message(self, letter: Letter) -> EmailMessage:
        """Return the letter as it leaves. Line breaks in a header are refused by the library."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate(self._clock.now().timestamp(), localtime=False)
        message["Message-ID"] = f"<{letter.mail_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    def _hand_in(self, message: EmailMessage) -> None:
        server, context = self._server, ssl.create_default_context()
        if server.tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_S, context=context
            )
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        with client:
            if not server.tls and not server.local:
                client.starttls(context=context)
            if server.user:
                client.login(server.user, server.password)
            client.send_message(message)
