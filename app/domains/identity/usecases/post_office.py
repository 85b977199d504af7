"""Delivery of letters, and the sandbox mailbox that shows them."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from app.core.envelope import KeyDestroyedError
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.identity import letters as texts
from app.domains.identity import rules
from app.domains.identity.errors import SandboxOnlyError
from app.domains.identity.repository import letters, users
from app.domains.identity.repository.letters import LETTER, MESSAGE, StoredMessage
from app.domains.identity.types import Letter, MailboxMessage, Mailer, MailKind
from app.domains.identity.usecases.parts import Parts


class PostOffice:
    """Sends letters through the mailer, or into the sandbox mailbox when there is none."""

    def __init__(self, parts: Parts, mailer: Mailer | None) -> None:
        self._parts = parts
        self._mailer = mailer

    async def deliver(self, mail_id: str) -> None:
        """Send one letter (job of MailRequested). A second run sends nothing.

        Raises what the mailer raises, so that the job comes again: at least once, never lost.
        """
        parts = self._parts
        pending = await letters.unsent(parts.db, mail_id)
        if pending is None:
            return
        if pending.user_id is not None and pending.sealed is not None:
            key = await parts.key_of(pending.user_id)
            letter = texts.write(
                mail_id=mail_id,
                kind=pending.kind,
                facts=key.open(LETTER, pending.sealed),
                public_url=parts.settings.public_url,
                locale=pending.locale,
            )
            await self._send(letter, pending.user_id)
        await letters.mark_sent(parts.db, mail_id, at=parts.clock.now())

    async def write(
        self, user_id: str, kind: MailKind, facts: Mapping[str, str], *, mail_id: str
    ) -> None:
        """Write a letter to a user under an id of the caller's: a second call writes none."""
        parts = self._parts
        user = await users.get(parts.db, user_id)
        if user is None:
            return
        letter = replace(await parts.letter(user, kind, facts), id=mail_id)
        try:
            await parts.db.transaction(lambda tx: parts.post(tx, letter))
        except DuplicateKeyError:
            return

    async def mailbox(self, *, email: str) -> list[MailboxMessage]:
        """Return the newest letters to an address, newest first.

        Raises SandboxOnlyError where real letters are sent.
        """
        parts = self._parts
        if not parts.settings.sandbox or self._mailer is not None:
            raise SandboxOnlyError
        since = parts.clock.now() - rules.LETTER_LIFE
        stored = await letters.mailbox(parts.db, parts.email_indexes(email)[0], since=since)
        messages = []
        for message in stored:
            try:
                key = await parts.key_of(message.user_id)
            except KeyDestroyedError:
                continue  # a sign-up that was never confirmed: its key went with it
            opened = key.open(MESSAGE, message.sealed)
            opened["kind"] = MailKind(opened["kind"])
            messages.append(MailboxMessage(**opened, sent_at=message.sent_at))
        return messages

    async def _send(self, letter: Letter, user_id: str) -> None:
        parts = self._parts
        if self._mailer is not None:
            await self._mailer.send(letter)
            return
        if not parts.settings.sandbox:
            raise SandboxOnlyError("no mail server is set; the mailbox is for the sandbox")
        now = parts.clock.now()
        sealed = (await parts.key_of(user_id)).seal(MESSAGE, asdict(letter))
        message = StoredMessage(letter.mail_id, user_id, sealed, now)
        index = parts.email_indexes(letter.to)[0]

        async def work(tx: Transaction) -> None:
            await letters.put_in_mailbox(
                tx, message, to_index=index, expires_at=now + rules.LETTER_LIFE
            )

        await parts.db.transaction(work)
