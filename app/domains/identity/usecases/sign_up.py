"""Sign-up, confirmation of the address, and forgotten passwords: alike for known and unknown."""

from contextlib import suppress

from app.core.gate import GateUnavailableError
from app.core.passwords import StoredPassword
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import LinkInvalidError, WeakPasswordError
from app.domains.identity.events import SessionsRevoked, UserRegistered
from app.domains.identity.repository import letters, proofs, sessions, users
from app.domains.identity.repository.letters import LETTER, PendingLetter
from app.domains.identity.repository.users import PROFILE, Registration, User
from app.domains.identity.types import Client, MailKind
from app.domains.identity.usecases.devices import UNKNOWN_DEVICE, login_key
from app.domains.identity.usecases.parts import Parts, opaque
from app.domains.identity.usecases.sign_out import bury_sessions


class SignUp:
    """From an address to an account, and back into it when the password is lost."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def register(
        self, *, email: str, password: str, name: str, locale: str, client: Client
    ) -> None:
        """Write a confirmation letter. A known address gets another letter, and no other answer.

        Both ways hash the password, make a key and write the same rows.
        Raises WeakPasswordError, TooManyRequestsError, UnavailableError.
        """
        parts = self._parts
        await parts.limit_address(client, rules.MAIL_ADDRESS)
        await self.require_good_password(password, own=(email, name), second_factor=False)
        indexes = parts.email_indexes(email)
        await parts.limit(f"to:{indexes[0]}", rules.MAIL_TO)
        stored = await parts.passwords.hash(password)
        owner = await users.id_by_index(parts.db, indexes)
        user_id, token, now = parts.new_id(), opaque(), parts.clock.now()
        key, wrapped = await parts.envelope.new_key(user_id)
        registration = Registration(
            id=user_id,
            email_index=indexes[0],
            key=wrapped,
            profile=key.seal(PROFILE, {"email": email, "name": name}),
            password=stored,
            locale=locale,
            expires_at=now + rules.REGISTRATION_LIFE,
        )
        said = {"to": email, "name": name} | ({} if owner else {"code": token})
        kind = MailKind.ALREADY_REGISTERED if owner else MailKind.VERIFY_EMAIL
        letter = PendingLetter(parts.new_id(), user_id, kind, key.seal(LETTER, said), locale)
        digest = parts.digest("verify", token)

        async def work(tx: Transaction) -> None:
            await users.insert_registration(tx, registration, token=digest, owner=owner, at=now)
            await parts.post(tx, letter)

        await parts.db.transaction(work)

    async def resend(self, *, email: str, client: Client) -> None:
        """Write the confirmation letter again, with a new link; silent when nothing waits."""
        parts = self._parts
        await parts.limit_address(client, rules.MAIL_ADDRESS)
        indexes = parts.email_indexes(email)
        await parts.limit(f"to:{indexes[0]}", rules.MAIL_TO)
        now, token = parts.clock.now(), opaque()
        waiting = await users.latest_registration(parts.db, indexes[0], now=now)
        letter = PendingLetter(parts.new_id(), None, MailKind.VERIFY_EMAIL, None, "en")
        if waiting is not None:
            key = await parts.envelope.unwrap(waiting.id, waiting.key)
            profile = key.open(PROFILE, waiting.profile)
            said = {"to": profile["email"], "name": profile["name"], "code": token}
            letter = PendingLetter(
                letter.id, waiting.id, letter.kind, key.seal(LETTER, said), waiting.locale
            )
        digest = parts.digest("verify", token)

        async def work(tx: Transaction) -> None:
            await users.replace_token(tx, waiting.id if waiting else users.NOBODY, digest)
            await parts.post(tx, letter)

        await parts.db.transaction(work)

    async def verify_email(self, *, token: str) -> str:
        """Turn a sign-up into an account and return the user's id.

        Raises LinkInvalidError when the link was used, has expired, or lost to another one.
        """
        parts = self._parts
        now = parts.clock.now()
        registration = await users.registration_by_token(
            parts.db, parts.digest("verify", token), now=now
        )
        if registration is None:
            raise LinkInvalidError
        if await users.id_by_index(parts.db, [registration.email_index]) is not None:
            # Two sign-ups of one address were both waiting: the first confirmed has it.
            raise LinkInvalidError

        async def work(tx: Transaction) -> None:
            await users.insert_user(tx, registration, at=now)
            tx.audit("identity.registered", actor=registration.id, object_id=registration.id)
            tx.publish(UserRegistered(registration.id))

        try:
            await parts.db.transaction(work)
        except DuplicateKeyError as error:
            raise LinkInvalidError from error
        return registration.id

    async def forgot_password(self, *, email: str, client: Client) -> None:
        """Write a letter with a reset link; an unknown address costs the same and gets none."""
        parts = self._parts
        await parts.limit_address(client, rules.MAIL_ADDRESS)
        indexes = parts.email_indexes(email)
        await parts.limit(f"to:{indexes[0]}", rules.MAIL_TO)
        user = await users.by_index(parts.db, indexes)
        token, expires_at = opaque(), parts.clock.now() + rules.RESET_LIFE
        letter = PendingLetter(parts.new_id(), None, MailKind.RESET_PASSWORD, None, "en")
        if user is not None:
            letter = await parts.letter(user, MailKind.RESET_PASSWORD, {"code": token})
        digest = parts.digest("reset", token)

        async def work(tx: Transaction) -> None:
            owner = user.id if user else None
            await letters.insert_reset(tx, digest, owner, expires_at=expires_at)
            await parts.post(tx, letter)

        await parts.db.transaction(work)

    async def reset_password(self, *, token: str, password: str) -> None:
        """Set a new password: every device is signed out and the lockout is lifted.

        The second factor stays on. Raises LinkInvalidError, WeakPasswordError.
        """
        parts = self._parts
        digest, now = parts.digest("reset", token), parts.clock.now()
        owner = await letters.reset_user(parts.db, digest, now=now)
        user = await users.get(parts.db, owner) if owner else None
        if user is None:
            raise LinkInvalidError
        profile = (await parts.envelope.key_of(user.id)).open(PROFILE, user.profile)
        await self.require_good_password(
            password, own=(profile["email"], profile["name"]), second_factor=user.totp is not None
        )
        stored = await parts.passwords.hash(password)
        devices = await sessions.of_user(
            parts.db, user.id, now=now, limit=rules.MAX_SESSIONS_LISTED
        )
        await self._replace_password(user, stored, reset=digest)
        for device_id in {UNKNOWN_DEVICE, *(device.device_id for device in devices)}:
            key = login_key(device_id, user.email_index)
            # The password is changed by now: without the gate the lockout ends with time.
            with suppress(GateUnavailableError):
                await parts.gate.forget_limit(key, rules.LOGIN_ACCOUNT)

    async def change_password(self, user: User, password: str, *, keep: str) -> None:
        """Set a new password for a user whose present one was just checked.

        Signs out every other device. Raises WeakPasswordError.
        """
        profile = (await self._parts.envelope.key_of(user.id)).open(PROFILE, user.profile)
        await self.require_good_password(
            password, own=(profile["email"], profile["name"]), second_factor=user.totp is not None
        )
        stored = await self._parts.passwords.hash(password)
        await self._replace_password(user, stored, keep=keep)

    async def _replace_password(
        self,
        user: User,
        stored: StoredPassword,
        *,
        reset: str | None = None,
        keep: str | None = None,
    ) -> None:
        parts = self._parts
        now = parts.clock.now()
        letter = await parts.letter(user, MailKind.PASSWORD_CHANGED)

        async def work(tx: Transaction) -> None:
            if reset is not None and await letters.take_reset(tx, reset, now=now) is None:
                raise LinkInvalidError
            await users.set_password(tx, user.id, stored, not_before=None if keep else now)
            await sessions.revoke_all(tx, user.id, at=now, why="password", keep=keep)
            await proofs.distrust_all(tx, user.id)
            tx.audit("identity.password_changed", actor=user.id, object_id=user.id)
            tx.publish(SessionsRevoked(user.id))
            await parts.post(tx, letter)

        await parts.db.transaction(work)
        await bury_sessions(parts, user.id, since=now)

    async def require_good_password(
        self, password: str, *, own: tuple[str, ...], second_factor: bool
    ) -> None:
        """Raise WeakPasswordError when a password is too short, personal or common."""
        reason = rules.password_problem(password, own=own, second_factor=second_factor)
        if reason is None and await self._parts.passwords.is_common(password):
            reason = "it is among the passwords that attackers try first"
        if reason is not None:
            raise WeakPasswordError(f"Please choose another password: {reason}", reason=reason)
