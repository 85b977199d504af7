"""The second factor: TOTP secrets, codes that work once, and recovery codes."""

import hmac
import secrets

import pyotp
import segno

from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import (
    BadCredentialsError,
    EnrolmentMissingError,
    SecondFactorNeededError,
    SecondFactorOnError,
    TooManyAttemptsError,
    WrongCodeError,
)
from app.domains.identity.repository import proofs, sessions, users
from app.domains.identity.repository.users import PROFILE, TOTP_SECRET, Totp, User
from app.domains.identity.types import MailKind, TotpEnrolment
from app.domains.identity.usecases.parts import Parts

ISSUER = "FinNami"
# Crockford's alphabet: no letter that is mistaken for a digit. 10 characters = 50 bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class SecondFactor:
    """Enrols, checks and removes the second factor."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def begin(self, user: User) -> TotpEnrolment:
        """Make a secret that waits 15 minutes for its first code; a repeat makes a new one.

        Raises SecondFactorOnError.
        """
        parts = self._parts
        key = await parts.envelope.key_of(user.id)
        secret = pyotp.random_base32(length=32)
        sealed = key.seal(TOTP_SECRET, {"secret": secret})
        if not await users.start_enrolment(parts.db, user.id, sealed, at=parts.clock.now()):
            raise SecondFactorOnError
        email = key.open(PROFILE, user.profile)["email"]
        uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
        svg = segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
        return TotpEnrolment(secret, uri, svg)

    async def confirm(self, user: User, code: str, *, session_id: str) -> list[str]:
        """Switch the second factor on with its first code; returns the recovery codes.

        They are shown this once. Raises EnrolmentMissingError, WrongCodeError,
        SecondFactorOnError, TooManyAttemptsError.
        """
        parts = self._parts
        now = parts.clock.now()
        if user.totp is not None:
            raise SecondFactorOnError
        if user.enrolment is None or now - user.enrolment.at > rules.ENROLMENT_LIFE:
            raise EnrolmentMissingError
        await self._count(user)
        step = await self._step(user, user.enrolment, code)
        codes = new_recovery_codes()
        digests = [self._recovery_digest(user, text) for text in codes]
        letter = await parts.letter(user, MailKind.SECOND_FACTOR_ON)

        async def work(tx: Transaction) -> None:
            if not await users.finish_enrolment(tx, user, step=step, recovery=digests, at=now):
                raise SecondFactorOnError
            await sessions.add_method(tx, session_id, "otp")
            tx.audit("identity.second_factor_on", actor=user.id, object_id=user.id)
            await parts.post(tx, letter)

        await parts.db.transaction(work)
        await self._give_back(user)
        return codes

    async def disable(self, user: User, *, password: str, code: str) -> None:
        """Switch the second factor off: password and a fresh code are both needed.

        Trusted devices are forgotten. Raises BadCredentialsError, WrongCodeError,
        SecondFactorNeededError.
        """
        parts = self._parts
        await self.require_password(user, password)
        await self.require_code(user, code)
        letter = await parts.letter(user, MailKind.SECOND_FACTOR_OFF)

        async def work(tx: Transaction) -> None:
            if not await users.remove_totp(tx, user.id):
                raise SecondFactorNeededError
            await proofs.distrust_all(tx, user.id)
            tx.audit("identity.second_factor_off", actor=user.id, object_id=user.id)
            await parts.post(tx, letter)

        await parts.db.transaction(work)

    async def renew_recovery_codes(self, user: User, code: str) -> list[str]:
        """Replace all recovery codes. Raises WrongCodeError, SecondFactorNeededError."""
        await self.require_code(user, code)
        codes = new_recovery_codes()
        digests = [self._recovery_digest(user, text) for text in codes]

        async def work(tx: Transaction) -> None:
            await users.set_recovery(tx, user.id, digests)
            tx.audit("identity.recovery_codes_renewed", actor=user.id, object_id=user.id)

        await self._parts.db.transaction(work)
        return codes

    async def require_password(self, user: User, password: str) -> None:
        """Check the present password of a signed-in user; wrong ones count like log-ins.

        Raises BadCredentialsError, TooManyAttemptsError.
        """
        await self._count(user)
        if not (await self._parts.passwords.verify(user.password, password)).ok:
            raise BadCredentialsError("the password is not right")
        await self._give_back(user)

    async def require_code(self, user: User, code: str) -> None:
        """Use up a TOTP code. Of any number of calls with one code, one succeeds.

        Raises WrongCodeError, TooManyAttemptsError, SecondFactorNeededError.
        """
        if user.totp is None:
            raise SecondFactorNeededError
        await self._count(user)
        step = await self._step(user, user.totp, code)
        # This update, not the comparison before it, decides who used the code.
        if not await users.use_step(self._parts.db, user.id, step):
            raise WrongCodeError
        await self._give_back(user)

    async def use_recovery_code(self, user: User, code: str) -> bool:
        """Use up a recovery code and tell the user; False when it is wrong or gone."""
        parts = self._parts
        await self._count(user)
        digest = self._recovery_digest(user, code)
        left = str(max(0, user.recovery_left - 1))
        letter = await parts.letter(user, MailKind.RECOVERY_CODE_USED, {"left": left})

        async def work(tx: Transaction) -> bool:
            if not await users.use_recovery_code(tx, user.id, digest):
                return False
            tx.audit("identity.recovery_code_used", actor=user.id, object_id=user.id)
            await parts.post(tx, letter)
            return True

        used = await parts.db.transaction(work)
        if used:
            await self._give_back(user)
        return used

    async def _step(self, user: User, totp: Totp, code: str) -> int:
        """Return the time step of a right code that was not used yet. Raises WrongCodeError."""
        key = await self._parts.envelope.key_of(user.id)
        generator = pyotp.TOTP(key.open(TOTP_SECRET, totp.secret)["secret"])
        now = int(self._parts.clock.now().timestamp()) // rules.TOTP_STEP_S
        typed = "".join(code.split())
        matching = {
            step: typed
            for step in (now - 1, now, now + 1)
            if hmac.compare_digest(generator.generate_otp(step).encode(), typed.encode())
        }
        step = rules.matching_step(matching, typed, last_step=totp.last_step)
        if step is None:
            raise WrongCodeError
        return step

    async def _count(self, user: User) -> None:
        answer = await self._parts.count(f"code:{user.id}", rules.CODE_USER)
        if not answer.allowed:
            raise TooManyAttemptsError(retry_after_s=max(1, answer.retry_after_s))

    async def _give_back(self, user: User) -> None:
        await self._parts.refund(f"code:{user.id}", rules.CODE_USER)

    def _recovery_digest(self, user: User, code: str) -> str:
        typed = "".join(ch for ch in code.lower() if ch in _ALPHABET)
        return self._parts.digest("recovery", f"{user.id}\x00{typed}")


def new_recovery_codes() -> list[str]:
    """Return ten codes of 50 random bits, as "xxxxx-xxxxx"."""
    texts = [
        "".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(rules.RECOVERY_CODES)
    ]
    return [f"{text[:5]}-{text[5:]}" for text in texts]
