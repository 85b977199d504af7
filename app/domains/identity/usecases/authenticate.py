"""Who is calling: token, login session and rate limit, in one call of the gate."""

from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime

from app.core.gate import SESSION_TTL_S, TOMBSTONE, GateUnavailableError
from app.core.gate_scripts import Script
from app.core.tokens import AccessClaims
from app.domains.identity import rules
from app.domains.identity.errors import SessionEndedError, TooManyRequestsError
from app.domains.identity.repository import sessions, users
from app.domains.identity.repository.sessions import LoginSession
from app.domains.identity.repository.users import User
from app.domains.identity.types import Caller, RateClass, Role
from app.domains.identity.usecases.parts import Parts

LAST_GOOD_MAX = 20_000

# Replaces what the gate keeps of a session, but never a tombstone: that one has to win.
_REPLACE = Script(
    """
if redis.call('GET', KEYS[1]) == ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""
)


class Authenticate:
    """Turns a bearer token into a Caller.

    The gate holds an allow-list of sessions; after it was emptied nothing revoked comes back,
    because a miss asks the database. With the gate away, reading goes on for at most 60 s
    after a session's last good check; everything else is refused.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._last_good: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    async def authenticate(self, token: str, *, rate: RateClass) -> Caller:
        """Return who is calling.

        Raises InvalidTokenError, ExpiredTokenError, SessionEndedError, TooManyRequestsError,
        GateUnavailableError.
        """
        claims = self._parts.tokens.verify(token)
        try:
            answer = await self._parts.gate.check(
                claims.user_id, claims.session_id, rules.RATES[rate]
            )
            value = answer.session_value
            if value is None:
                value = await self._refill(claims)
        except GateUnavailableError:
            return self._without_gate(claims, rate)
        if value == TOMBSTONE:
            self._last_good.pop(claims.session_id, None)
            raise SessionEndedError
        if not answer.allowed:
            raise TooManyRequestsError(retry_after_s=max(1, answer.retry_after_s))
        caller = _caller(claims, value)
        self._remember(caller)
        return caller

    async def admit(self, user: User, session: LoginSession) -> bytes:
        """Put a session on the gate's allow-list; returns the value that holds there."""
        value = _value(user, session)
        return await self._parts.gate.refill_session(user.id, session.id, value)

    async def renew(self, user_id: str) -> None:
        """Tell the gate what a user's sessions are now, after her second factor changed.

        With the gate away its entries catch up when they expire, in 15 minutes at most.
        """
        parts = self._parts
        user = await users.get(parts.db, user_id)
        if user is None:
            return
        living = await sessions.of_user(
            parts.db, user_id, now=parts.clock.now(), limit=rules.MAX_SESSIONS_LISTED
        )
        for session in living:
            key = f"{{u:{user_id}}}:sess:{session.id}"
            value = _value(user, session)
            with suppress(GateUnavailableError):
                await parts.gate.eval(_REPLACE, [key], [value, TOMBSTONE, SESSION_TTL_S])

    async def _refill(self, claims: AccessClaims) -> bytes:
        """Ask the database about a session that the gate does not know."""
        parts = self._parts
        session = await sessions.get(parts.db, claims.session_id)
        user = await users.get(parts.db, claims.user_id)
        if session is None or user is None or session.user_id != user.id:
            raise SessionEndedError
        if not session.alive(parts.clock.now()):
            raise SessionEndedError
        if session.auth_time < user.not_before:
            raise SessionEndedError
        return await self.admit(user, session)

    def _without_gate(self, claims: AccessClaims, rate: RateClass) -> Caller:
        held = self._last_good.get(claims.session_id)
        now = self._parts.clock.monotonic()
        if rate not in rules.OPEN_WITHOUT_GATE or held is None:
            raise GateUnavailableError
        checked_at, caller = held
        if caller.is_staff or now - checked_at > rules.WITHOUT_GATE_S:
            raise GateUnavailableError
        return caller

    def _remember(self, caller: Caller) -> None:
        self._last_good[caller.session_id] = (self._parts.clock.monotonic(), caller)
        self._last_good.move_to_end(caller.session_id)
        if len(self._last_good) > LAST_GOOD_MAX:
            self._last_good.popitem(last=False)


def _value(user: User, session: LoginSession) -> bytes:
    """Return `roles|auth time|methods`: what the gate keeps of a session."""
    roles = ",".join(sorted(rules.effective_roles(user.roles, second_factor=bool(user.totp))))
    at = int(session.auth_time.timestamp() * 1000)
    return f"{roles}|{at}|{','.join(session.amr)}".encode()


def _caller(claims: AccessClaims, value: bytes) -> Caller:
    roles, at, amr = value.decode().split("|")
    return Caller(
        user_id=claims.user_id,
        session_id=claims.session_id,
        roles=frozenset(Role(role) for role in roles.split(",")),
        auth_time=datetime.fromtimestamp(int(at) / 1000, UTC),
        amr=tuple(amr.split(",")),
    )
