"""Roles: who is staff, who made them so, and why."""

from collections.abc import Awaitable, Callable

from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import LastAdminError, OwnAccountError, UserNotFoundError
from app.domains.identity.events import RolesChanged, SessionsRevoked
from app.domains.identity.repository import sessions, users
from app.domains.identity.repository.users import PROFILE, User
from app.domains.identity.types import Caller, Role, StaffUserView, StepUpAction
from app.domains.identity.usecases.parts import Parts
from app.domains.identity.usecases.sign_out import bury_sessions
from app.domains.identity.usecases.step_up import StepUp

MAX_STAFF = 200
SYSTEM = "system"

_Check = Callable[[Transaction], Awaitable[None]]


class Staff:
    """Shows and changes roles."""

    def __init__(self, parts: Parts, step_up: StepUp) -> None:
        self._parts = parts
        self._step_up = step_up

    async def list_staff(self) -> list[StaffUserView]:
        """Return everybody with a staff role, the longest-serving first."""
        found = await users.staff(self._parts.db, limit=MAX_STAFF)
        return [await self._view(user) for user in found]

    async def find(self, *, email: str) -> StaffUserView:
        """Return the user of an address. Raises UserNotFoundError."""
        user = await users.by_index(self._parts.db, self._parts.email_indexes(email))
        if user is None:
            raise UserNotFoundError
        return await self._view(user)

    async def change_roles(
        self,
        caller: Caller,
        *,
        user_id: str,
        roles: frozenset[Role],
        reason: str,
        grant: str | None,
    ) -> StaffUserView:
        """Set a person's staff roles; she is signed out everywhere, so no old right lives on.

        Needs a step-up for ROLE_CHANGE with `user_id` and `roles` (sorted, joined by commas).
        Raises OwnAccountError, UserNotFoundError, LastAdminError, StepUpRequiredError.
        """
        if caller.user_id == user_id:
            raise OwnAccountError
        wanted = frozenset({*roles, Role.USER})

        async def check(tx: Transaction) -> None:
            await self._step_up.consume(
                tx,
                user_id=caller.user_id,
                session_id=caller.session_id,
                grant=grant,
                action=StepUpAction.ROLE_CHANGE,
                params={"user_id": user_id, "roles": ",".join(sorted(wanted))},
            )

        return await self._set(user_id, wanted, actor=caller.user_id, reason=reason, check=check)

    async def appoint(self, *, user_id: str, roles: frozenset[Role], reason: str) -> StaffUserView:
        """Set roles from the command line of the installation (the first admin, demo users)."""

        async def check(_: Transaction) -> None:
            return

        wanted = frozenset({*roles, Role.USER})
        return await self._set(user_id, wanted, actor=SYSTEM, reason=reason, check=check)

    async def _set(
        self, user_id: str, roles: frozenset[Role], *, actor: str, reason: str, check: _Check
    ) -> StaffUserView:
        parts = self._parts
        user = await users.get(parts.db, user_id)
        if user is None:
            raise UserNotFoundError
        now = parts.clock.now()

        async def work(tx: Transaction) -> None:
            await check(tx)
            if Role.ADMIN in user.roles and Role.ADMIN not in roles:
                admins = [
                    u for u in await users.staff(tx, limit=MAX_STAFF) if Role.ADMIN in u.roles
                ]
                if len(admins) <= 1:
                    raise LastAdminError
            await users.set_roles(tx, user_id, roles, not_before=now)
            await sessions.revoke_all(tx, user_id, at=now, why="role_change")
            tx.audit(
                "identity.roles_changed",
                actor=actor,
                object_id=user_id,
                reason=reason,
                before={"roles": [role.value for role in sorted(user.roles)]},
                after={"roles": [role.value for role in sorted(roles)]},
            )
            tx.publish(RolesChanged(user_id))
            tx.publish(SessionsRevoked(user_id))

        await parts.db.transaction(work)
        await bury_sessions(parts, user_id, since=now)
        changed = await users.get(parts.db, user_id)
        return await self._view(changed or user)

    async def _view(self, user: User) -> StaffUserView:
        key = await self._parts.envelope.key_of(user.id)
        return StaffUserView(
            user_id=user.id,
            email_hint=rules.email_hint(key.open(PROFILE, user.profile)["email"]),
            roles=user.roles,
            totp_enabled=user.totp is not None,
            created_at=user.created_at,
        )
