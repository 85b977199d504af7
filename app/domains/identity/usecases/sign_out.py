"""The end of login sessions: one, all but one, or all; the database first, then the gate."""

from datetime import datetime, timedelta

from app.core.gate import SESSION_TTL_S, GateUnavailableError
from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import LoginSessionNotFoundError
from app.domains.identity.events import SessionsRevoked
from app.domains.identity.repository import sessions
from app.domains.identity.types import LoginSessionView
from app.domains.identity.usecases.parts import Parts


async def bury_sessions(parts: Parts, user_id: str, *, since: datetime) -> None:
    """Put tombstones on sessions revoked since then, so that the next call is refused.

    The database has the truth already. When the gate is away the job of SessionsRevoked
    comes again, and an entry of the gate outlives its session by 15 minutes at most.
    """
    for session_id in await sessions.revoked_since(parts.db, user_id, since=since):
        try:
            await parts.gate.revoke_session(user_id, session_id)
        except GateUnavailableError:
            return


class SignOut:
    """Lists and ends login sessions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def devices(self, user_id: str) -> list[LoginSessionView]:
        """Return the user's living sessions, newest first."""
        found = await sessions.of_user(
            self._parts.db,
            user_id,
            now=self._parts.clock.now(),
            limit=rules.MAX_SESSIONS_LISTED,
        )
        return [session.view() for session in found]

    async def end(self, user_id: str, session_id: str, *, why: str) -> None:
        """End one session. Repeating it changes nothing.

        Raises LoginSessionNotFoundError for an unknown one or somebody else's.
        """
        parts = self._parts
        found = await sessions.get(parts.db, session_id)
        if found is None or found.user_id != user_id:
            raise LoginSessionNotFoundError
        now = parts.clock.now()

        async def work(tx: Transaction) -> None:
            if await sessions.revoke(tx, user_id, session_id, at=now, why=why):
                tx.audit(f"identity.{why}", actor=user_id, object_id=session_id)
                tx.publish(SessionsRevoked(user_id))

        await parts.db.transaction(work)
        try:
            await parts.gate.revoke_session(user_id, session_id)
        except GateUnavailableError:
            return

    async def end_others(self, user_id: str, *, keep: str | None) -> None:
        """End all sessions of a user, or all but one."""
        parts = self._parts
        now = parts.clock.now()

        async def work(tx: Transaction) -> None:
            ended = await sessions.revoke_all(tx, user_id, at=now, why="revoked", keep=keep)
            if ended:
                tx.audit("identity.revoked_all", actor=user_id, object_id=user_id)
                tx.publish(SessionsRevoked(user_id))

        await parts.db.transaction(work)
        await bury_sessions(parts, user_id, since=now)

    async def end_all(self, tx: Transaction, user_id: str, *, at: datetime, why: str) -> None:
        """End all sessions of a user in the caller's transaction; call `bury` after it."""
        if await sessions.revoke_all(tx, user_id, at=at, why=why):
            tx.audit(f"identity.{why}", actor=user_id, object_id=user_id)
            tx.publish(SessionsRevoked(user_id))

    async def bury(self, user_id: str, *, since: datetime) -> None:
        """Bar what `end_all` ended from the gate, so that the very next call is refused."""
        await bury_sessions(self._parts, user_id, since=since)

    async def device_of(self, user_id: str, session_id: str) -> str:
        """Return a login session's device in words; empty when it is not known (any more)."""
        found = await sessions.get(self._parts.db, session_id)
        return found.device if found is not None and found.user_id == user_id else ""

    async def repeat_tombstones(self, user_id: str) -> None:
        """Set the tombstones of lately revoked sessions again (job of SessionsRevoked).

        Raises GateUnavailableError, so that the job comes again.
        """
        parts = self._parts
        since = parts.clock.now() - timedelta(seconds=SESSION_TTL_S)
        for session_id in await sessions.revoked_since(parts.db, user_id, since=since):
            await parts.gate.revoke_session(user_id, session_id)
