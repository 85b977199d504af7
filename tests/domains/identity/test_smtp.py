"""Letters over a real socket: what a mail server receives, and what a dead one causes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.domains.identity.mailers.smtp import MailUnavailableError, SmtpMailer
from app.domains.identity.types import Letter, MailKind

LETTER = Letter(
    mail_id="m1",
    to="ada@example.org",
    subject="Bitte bestätigen",
    text="Hello Ada,\n.\nhttp://127.0.0.1:8000/en/app/verify?token=abc\n",
    kind=MailKind.VERIFY_EMAIL,
    action_code="abc",
)


class Server:
    """The few words of SMTP that smtplib speaks."""

    def __init__(self) -> None:
        self.received = b""
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go\r\n")
                self.received = await reader.readuntil(b"\r\n.\r\n")
            if word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250 ok\r\n")
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


class TestSend:
    async def test_letter_arrives_with_a_stable_message_id(self, server: Server) -> None:
        mailer = SmtpMailer.of_url(
            f"smtp://127.0.0.1:{server.port}", sender="FinNami <no-reply@finnami.example>"
        )
        await mailer.send(LETTER)

        assert b"To: ada@example.org" in server.received
        assert b"Message-ID: <m1@finnami.example>" in server.received
        assert b"token=abc" in server.received

    async def test_dead_server_asks_for_another_try(self, server: Server) -> None:
        mailer = SmtpMailer("127.0.0.1", 1, "x@y.example")

        with pytest.raises(MailUnavailableError):
            await mailer.send(LETTER)


class TestOfUrl:
    @pytest.mark.parametrize("url", ["", "http://host", "smtp://", "host:25"])
    def test_refuses_what_is_no_mail_server(self, url: str) -> None:
        with pytest.raises(ValueError, match="FINNAMI_SMTP_URL"):
            SmtpMailer.of_url(url, sender="x@y.example")

    def test_reads_user_port_and_tls(self) -> None:
        mailer = SmtpMailer.of_url("smtps://a%40b:p%2Fw@mail.example", sender="x@y.example")

        assert (mailer.port, mailer.implicit_tls) == (465, True)
        assert (mailer.user, mailer.password) == ("a@b", "p/w")
        assert "p/w" not in repr(mailer)
