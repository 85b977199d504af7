"""What every story of identity works with, and the small secrets they all make."""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.core.clock import Clock
from app.core.config import Settings
from app.core.db import Database
from app.core.envelope import BlindIndex, DataKey, Envelope, normal_text
from app.core.gate import Gate, GateUnavailableError, RateAnswer
from app.core.gate_scripts import RateLimit, Script
from app.core.ids import IdFactory
from app.core.passwords import Passwords
from app.core.tokens import AccessTokens
from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import TooManyRequestsError
from app.domains.identity.events import MailRequested
from app.domains.identity.repository import letters, users
from app.domains.identity.repository.letters import LETTER, PendingLetter
from app.domains.identity.repository.users import PROFILE, User
from app.domains.identity.types import Client, MailKind

# Gives one counted call back: a right password costs nothing, and resets nothing either.
_REFUND = Script(
    """
local tat = tonumber(redis.call('GET', KEYS[1]))
if not tat then return 0 end
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
tat = tat - tonumber(ARGV[1])
if tat <= now then redis.call('DEL', KEYS[1]) return 1 end
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
return 1
"""
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The tools of the identity domain, built once by the service."""

    db: Database
    gate: Gate
    clock: Clock
    settings: Settings
    envelope: Envelope
    passwords: Passwords
    tokens: AccessTokens
    blind: BlindIndex
    new_id: IdFactory

    def email_indexes(self, email: str) -> list[str]:
        """Return the blind indexes of an address, the active key's first."""
        return self.blind.candidates("email", normal_text(email))

    def digest(self, purpose: str, token: str) -> str:
        """Return the keyed hash under which a mailed or handed-out secret is stored."""
        return hashlib.blake2b(token.encode(), key=self.blind.derive(purpose)).hexdigest()[:64]

    async def limit(self, key: str, limit: RateLimit) -> None:
        """Count one call. Raises TooManyRequestsError."""
        answer = await self.gate.rate_limit(key, limit)
        if not answer.allowed:
            raise TooManyRequestsError(retry_after_s=max(1, answer.retry_after_s))

    async def limit_address(self, client: Client, limit: RateLimit) -> None:
        """Count one call of a network address. Raises TooManyRequestsError."""
        await self.limit(
            self._address_key(client), rules.by_address(limit, sandbox=self.settings.sandbox)
        )

    async def refund_address(self, client: Client, limit: RateLimit) -> None:
        """Give one counted call of a network address back."""
        await self.refund(
            self._address_key(client), rules.by_address(limit, sandbox=self.settings.sandbox)
        )

    def _address_key(self, client: Client) -> str:
        # A digest: full addresses of people are not kept, not even in the gate.
        return "ip:" + self.digest("address", rules.address_key(client.address))[:24]

    async def count(self, key: str, limit: RateLimit) -> RateAnswer:
        """Count one call and return the answer, for callers with a refusal of their own."""
        return await self.gate.rate_limit(key, limit)

    async def refund(self, key: str, limit: RateLimit) -> None:
        """Give one counted call back; a miss costs one attempt, never the finished work."""
        micros, _ = limit.numbers()
        with suppress(GateUnavailableError):
            await self.gate.eval(_REFUND, [f"{{rl:{key}}}:{limit.name}"], [micros])

    async def key_of(self, user_id: str) -> DataKey:
        """Return the data key of a user, or of a sign-up that is not confirmed yet."""
        waiting = await users.registration(self.db, user_id)
        if waiting is not None:
            return await self.envelope.unwrap(user_id, waiting.key)
        return await self.envelope.key_of(user_id)

    async def letter(
        self, user: User, kind: MailKind, facts: Mapping[str, str] | None = None
    ) -> PendingLetter:
        """Return a sealed letter to a user, to be posted in a transaction."""
        key = await self.envelope.key_of(user.id)
        profile = key.open(PROFILE, user.profile)
        said = {"to": profile["email"], "name": profile["name"], **(facts or {})}
        return PendingLetter(self.new_id(), user.id, kind, key.seal(LETTER, said), user.locale)

    async def post(self, tx: Transaction, letter: PendingLetter) -> None:
        """Store a letter and ask for its delivery, in the caller's transaction."""
        now = self.clock.now()
        await letters.insert(tx, letter, at=now, expires_at=now + rules.LETTER_LIFE)
        tx.publish(MailRequested(letter.id))


def opaque() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)
