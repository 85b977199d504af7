"""Letters over a real SMTP conversation on a local socket."""

import asyncio

import pytest

from app.domains.identity.types import Letter, MailKind
from app.worker.channels.mail import MailServer, MailUnavailableError, SmtpMailer


def letter(**changes: str) -> Letter:
    fields = {
        "mail_id": "m1",
        "to": "jane@example.org",
        "subject": "Confirm your address",
        "text": "Hello Jane,\n\nhttps://finnami.example/verify\n",
    } | changes
    return Letter(kind=MailKind.VERIFY_EMAIL, action_code=None, **fields)


class SmtpServer:
    """Speaks just enough SMTP; `refuse` answers every recipient with 550."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.refuse = refuse
        self.letters: list[str] = []

    async def __aenter__(self) -> "SmtpServer":
        self.server = await asyncio.start_server(self.talk, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode():
            verb = line[:4].upper().strip()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(body.decode())
            if verb == "RCPT" and self.refuse:
                writer.write(b"550 nobody here called jane@example.org\r\n")
                continue
            if verb == "QUIT":
                writer.write(b"221 bye\r\n")
                writer.close()
                return
            writer.write(b"250 ok\r\n")


class TestSmtpMailer:
    async def test_delivers_a_plain_letter_under_its_own_id(self, clock):
        async with SmtpServer() as server:
            mailer = SmtpMailer(server.url, sender="FinNami <hello@finnami.example>", clock=clock)
            await mailer.send(letter())
            await mailer.send(letter())
        assert len(server.letters) == 2
        assert all("Message-ID: <m1@finnami.example>" in text for text in server.letters)
        assert "To: jane@example.org" in server.letters[0]
        assert "https://finnami.example/verify" in server.letters[0]
        assert "text/html" not in server.letters[0]

    async def test_a_refusal_is_a_later_try_and_repeats_no_address(self, clock):
        async with SmtpServer(refuse=True) as server:
            mailer = SmtpMailer(server.url, sender="hello@finnami.example", clock=clock)
            with pytest.raises(MailUnavailableError) as refused:
                await mailer.send(letter())
        assert "jane" not in str(refused.value)

    async def test_no_server_is_a_later_try(self, clock):
        mailer = SmtpMailer("smtp://127.0.0.1:1", sender="a@b.example", clock=clock)
        with pytest.raises(MailUnavailableError):
            await mailer.send(letter())

    def test_a_line_break_cannot_add_a_header(self, clock):
        mailer = SmtpMailer("smtp://127.0.0.1:1", sender="a@b.example", clock=clock)
        with pytest.raises(ValueError, match="linefeed"):
            mailer.message(letter(subject="Hello\r\nBcc: thief@example.org"))


class TestMailServer:
    def test_reads_user_password_and_the_usual_ports(self):
        server = MailServer.parse("smtp://us%40er:p%3Aw@mail.example")
        assert (server.user, server.password, server.port) == ("us@er", "p:w", 587)
        assert MailServer.parse("smtps://mail.example").port == 465

    @pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example"])
    def test_anything_else_is_refused(self, url):
        with pytest.raises(ValueError, match="FINNAMI_SMTP_URL"):
            MailServer.parse(url)

    def test_its_password_is_not_printed(self):
        assert "hunter2" not in repr(MailServer.parse("smtp://u:hunter2@mail.example"))
