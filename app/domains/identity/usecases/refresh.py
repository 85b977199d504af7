"""Refresh tokens: made, rotated, given again within the grace, and betrayed by their reuse."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.gate import GateUnavailableError
from app.core.tokens import LIFETIME_S
from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import RefreshInvalidError, RefreshReusedError
from app.domains.identity.events import SessionsRevoked
from app.domains.identity.repository import sessions, users
from app.domains.identity.repository.sessions import LoginSession
from app.domains.identity.repository.users import User
from app.domains.identity.rules import Family, RefreshVerdict
from app.domains.identity.types import MailKind, TokenPair
from app.domains.identity.usecases.parts import Parts

MAX_TOKEN_CHARS = 200
_MAC_CHARS = 32
_NONCE = bytes(12)  # each sealing key is used once: it is derived from a token used once


class Refresh:
    """Trades a refresh token for the next pair.

    A token is `<login session>.<256 random bits>.<MAC>`. The MAC proves that it was ours
    once, so that only a genuine old token, never garbage, can end a session.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def new_token(self, session_id: str) -> str:
        """Return a new refresh token of a session."""
        body = f"{session_id}.{secrets.token_urlsafe(32)}"
        return f"{body}.{self._mac(body)}"

    def pair(self, session: LoginSession, refresh_token: str, now: datetime) -> TokenPair:
        """Return a fresh access token beside a refresh token."""
        access = self._parts.tokens.sign(
            user_id=session.user_id,
            session_id=session.id,
            token_id=self._parts.new_id(),
            auth_time=session.auth_time,
            amr=session.amr,
        )
        return TokenPair(
            access_token=access,
            expires_in_s=LIFETIME_S,
            refresh_token=refresh_token,
            refresh_expires_in_s=max(0, int((session.expires_at - now).total_seconds())),
            session_id=session.id,
            transport=session.transport,
        )

    async def refresh(self, token: str) -> TokenPair:
        """Return the next pair; within 10 s of a rotation the old token gives the same one.

        Raises RefreshInvalidError, RefreshReusedError (the session is over), and
        TooManyRequestsError.
        """
        parts = self._parts
        session_id = self._session_of(token)
        await parts.limit(f"refresh:{session_id}", rules.REFRESH)
        # A second look: whoever lost the race for the rotation finds itself "previous".
        for _ in range(2):
            now = parts.clock.now()
            session = await sessions.get(parts.db, session_id)
            user = None if session is None else await users.get(parts.db, session.user_id)
            if session is None or user is None or not session.alive(now):
                raise RefreshInvalidError
            verdict = rules.judge_refresh(session.family, token_hash(token), now)
            if verdict is RefreshVerdict.REUSED:
                await self._betrayed(session, user, now)
                raise RefreshReusedError
            if verdict is RefreshVerdict.SAME_SUCCESSOR:
                return self.pair(session, _open(token, session.family), now)
            fresh = await self._rotate(session, user, token, now)
            if fresh is not None:
                return fresh
        raise RefreshInvalidError

    async def session_of(self, token: str | None) -> LoginSession | None:
        """Return the living session whose current or previous token this is (for logout)."""
        try:
            session = await sessions.get(self._parts.db, self._session_of(token or ""))
        except RefreshInvalidError:
            return None
        if session is None or not session.alive(self._parts.clock.now()):
            return None
        own = {session.family.current, session.family.previous}
        return session if token_hash(token or "") in own else None

    async def _rotate(
        self, session: LoginSession, user: User, token: str, now: datetime
    ) -> TokenPair | None:
        successor = self.new_token(session.id)
        family = Family(
            current=token_hash(successor),
            previous=session.family.current,
            rotated_at=now,
            sealed_successor=_seal(token, successor),
        )
        expires_at = rules.idle_end(user.roles, absolute=session.absolute_at, now=now)
        won = await sessions.rotate(self._parts.db, session, family, expires_at=expires_at)
        if not won:
            return None
        return self.pair(replace(session, family=family, expires_at=expires_at), successor, now)

    async def _betrayed(self, session: LoginSession, user: User, now: datetime) -> None:
        parts = self._parts
        letter = await parts.letter(user, MailKind.REFRESH_REUSED, {"device": session.device})

        async def work(tx: Transaction) -> None:
            if not await sessions.revoke(tx, user.id, session.id, at=now, why="refresh_reused"):
                return
            tx.audit("identity.refresh_reused", actor="system", object_id=session.id)
            tx.publish(SessionsRevoked(user.id))
            await parts.post(tx, letter)

        await parts.db.transaction(work)
        try:
            await parts.gate.revoke_session(user.id, session.id)
        except GateUnavailableError:
            return  # the job of SessionsRevoked sets the tombstone again

    def _session_of(self, token: str) -> str:
        """Return the session a genuine token names. Raises RefreshInvalidError for any other."""
        body, _, mac = token.rpartition(".")
        genuine = hmac.compare_digest(mac.encode(), self._mac(body).encode())
        if len(token) > MAX_TOKEN_CHARS or not genuine:
            raise RefreshInvalidError
        return body.partition(".")[0]

    def _mac(self, body: str) -> str:
        return self._parts.digest("refresh", body)[:_MAC_CHARS]


def token_hash(token: str) -> str:
    """Return the form in which a refresh token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def _sealing_key(token: str) -> AESGCM:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"finnami/refresh-successor/v1")
    return AESGCM(hkdf.derive(base64.b64encode(token.encode())))


def _seal(token: str, successor: str) -> bytes:
    """Seal the successor so that only the holder of the old token can read it."""
    return _sealing_key(token).encrypt(_NONCE, successor.encode(), None)


def _open(token: str, family: Family) -> str:
    return _sealing_key(token).decrypt(_NONCE, family.sealed_successor or b"", None).decode()
