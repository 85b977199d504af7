"""Signing in: password, then a code when there is a second factor, then a login session."""

from contextlib import suppress

from app.core.gate import GateUnavailableError
from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import (
    BadCredentialsError,
    ChallengeOverError,
    TooManyAttemptsError,
    WrongCodeError,
)
from app.domains.identity.repository import proofs, sessions, users
from app.domains.identity.repository.proofs import Challenge
from app.domains.identity.repository.sessions import LoginSession
from app.domains.identity.repository.users import User
from app.domains.identity.rules import Family
from app.domains.identity.types import (
    Client,
    LoginAttempt,
    MailKind,
    SecondFactorNeeded,
    SignedIn,
    Transport,
)
from app.domains.identity.usecases.authenticate import Authenticate
from app.domains.identity.usecases.devices import (
    UNKNOWN_DEVICE,
    device_cookie,
    device_marks,
    known_device,
    login_key,
    new_device,
)
from app.domains.identity.usecases.parts import Parts, opaque
from app.domains.identity.usecases.refresh import Refresh, token_hash
from app.domains.identity.usecases.second_factor import SecondFactor


class SignIn:
    """From a password to tokens."""

    def __init__(
        self,
        parts: Parts,
        *,
        refresh: Refresh,
        second_factor: SecondFactor,
        authenticate: Authenticate,
    ) -> None:
        self._parts = parts
        self._refresh = refresh
        self._second_factor = second_factor
        self._authenticate = authenticate

    async def login(self, attempt: LoginAttempt, client: Client) -> SignedIn | SecondFactorNeeded:
        """Check a password. The answer and its time are the same for an unknown address.

        Every attempt is counted before it is checked and given back when it was right, so
        guesses sent at once count too, and success never erases earlier failures.
        Raises BadCredentialsError, TooManyAttemptsError, UnavailableError.
        """
        parts = self._parts
        await parts.limit_address(client, rules.LOGIN_ADDRESS)
        indexes = parts.email_indexes(attempt.email)
        user = await users.by_index(parts.db, indexes)
        device_id = known_device(parts, client.device_cookie, user.id) if user else None
        counter = login_key(device_id or UNKNOWN_DEVICE, indexes[0])
        answer = await parts.count(counter, rules.LOGIN_ACCOUNT)
        if not answer.allowed:
            raise TooManyAttemptsError(retry_after_s=max(1, answer.retry_after_s))
        verdict = await parts.passwords.verify(user.password if user else None, attempt.password)
        if user is None or not verdict.ok:
            raise BadCredentialsError
        await parts.refund(counter, rules.LOGIN_ACCOUNT)
        if verdict.needs_rehash:
            fresh = await parts.passwords.hash(attempt.password)
            await users.set_password(parts.db, user.id, fresh)
        if user.totp is not None and not await self._trusted(user, attempt.trusted_device):
            return await self._challenge(user, attempt.transport)
        return await self._open(user, ("pwd",), client, attempt.transport)

    async def with_totp(
        self, *, challenge: str, code: str, client: Client, trust_device: bool
    ) -> SignedIn:
        """Finish a log-in with a code of the authenticator app.

        Raises ChallengeOverError (also once five codes were wrong), WrongCodeError,
        TooManyAttemptsError.
        """
        digest, pending, user = await self._attempt(challenge, client)
        await self._second_factor.require_code(user, code)
        await self._finish(digest)
        await self._parts.refund_address(client, rules.CODE_ADDRESS)
        signed_in = await self._open(user, ("pwd", "otp"), client, pending.transport)
        if not trust_device:
            return signed_in
        token = opaque()
        await proofs.trust_device(
            self._parts.db,
            self._parts.digest("trust", token),
            user.id,
            now=self._parts.clock.now(),
            life=rules.TRUST_LIFE,
        )
        return SignedIn(signed_in.tokens, signed_in.device_cookie, trusted_device=token)

    async def with_recovery_code(self, *, challenge: str, code: str, client: Client) -> SignedIn:
        """Finish a log-in with a recovery code, which is gone afterwards.

        Raises ChallengeOverError, WrongCodeError.
        """
        digest, pending, user = await self._attempt(challenge, client)
        if not await self._second_factor.use_recovery_code(user, code):
            raise WrongCodeError
        await self._finish(digest)
        await self._parts.refund_address(client, rules.CODE_ADDRESS)
        return await self._open(user, ("pwd", "rc"), client, pending.transport)

    async def _trusted(self, user: User, token: str | None) -> bool:
        if not token:
            return False
        digest = self._parts.digest("trust", token)
        now = self._parts.clock.now()
        return await proofs.is_trusted(self._parts.db, digest, user.id, now=now)

    async def _challenge(self, user: User, transport: Transport) -> SecondFactorNeeded:
        token = opaque()
        expires_at = self._parts.clock.now() + rules.CHALLENGE_LIFE
        await proofs.insert_challenge(
            self._parts.db,
            self._parts.digest("challenge", token),
            Challenge(user.id, transport),
            expires_at=expires_at,
        )
        methods = ("totp", "recovery_code") if user.recovery_left else ("totp",)
        return SecondFactorNeeded(token, int(rules.CHALLENGE_LIFE.total_seconds()), methods)

    async def _attempt(self, token: str, client: Client) -> tuple[str, Challenge, User]:
        """Count one attempt at a pending log-in. Raises ChallengeOverError."""
        parts = self._parts
        await parts.limit_address(client, rules.CODE_ADDRESS)
        digest = parts.digest("challenge", token)
        pending = await proofs.try_challenge(parts.db, digest, now=parts.clock.now())
        user = await users.get(parts.db, pending.user_id) if pending else None
        if pending is None or user is None or user.totp is None:
            raise ChallengeOverError
        return digest, pending, user

    async def _finish(self, digest: str) -> None:
        if not await proofs.end_challenge(self._parts.db, digest):
            raise ChallengeOverError

    async def _open(
        self, user: User, amr: tuple[str, ...], client: Client, transport: Transport
    ) -> SignedIn:
        """Open a login session on this device; a device never seen gets a letter written."""
        parts = self._parts
        now = parts.clock.now()
        known = known_device(parts, client.device_cookie, user.id)
        device_id = known or new_device()
        session_id = parts.new_id()
        token = self._refresh.new_token(session_id)
        absolute_at = rules.absolute_end(user.roles, now)
        session = LoginSession(
            id=session_id,
            user_id=user.id,
            device_id=device_id,
            device=rules.device_label(client.user_agent),
            address=rules.address_prefix(client.address),
            amr=amr,
            auth_time=now,
            transport=transport,
            family=Family(token_hash(token), None, now, None),
            created_at=now,
            last_seen_at=now,
            absolute_at=absolute_at,
            expires_at=rules.idle_end(user.roles, absolute=absolute_at, now=now),
            marks=device_marks(parts, device_id, client.device_cookie),
        )
        letter = None
        if known is None and user.signed_in_before:
            said = {"device": session.device, "address": session.address}
            letter = await parts.letter(user, MailKind.NEW_DEVICE, said)

        async def work(tx: Transaction) -> None:
            await sessions.insert(tx, session)
            await users.note_sign_in(tx, user.id)
            tx.audit("identity.signed_in", actor=user.id, object_id=session.id)
            if letter is not None:
                await parts.post(tx, letter)

        await parts.db.transaction(work)
        # Without the gate the session's first call reads the database instead.
        with suppress(GateUnavailableError):
            await self._authenticate.admit(user, session)
        cookie = device_cookie(parts, session.device_id, user.id)
        return SignedIn(self._refresh.pair(session, token, now), cookie)
