"""Demo people of a sandbox: complete accounts without letters, refused anywhere else."""

from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.identity.errors import SandboxOnlyError
from app.domains.identity.repository import users
from app.domains.identity.repository.users import PROFILE, TOTP_SECRET, Registration
from app.domains.identity.types import Role, SandboxPerson
from app.domains.identity.usecases.parts import Parts


class SandboxPeople:
    """Makes people whose address nobody has to confirm."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def create(self, person: SandboxPerson) -> tuple[str, bool]:
        """Return the person's user id and whether she is new. Running it twice changes nothing.

        Raises SandboxOnlyError.
        """
        parts = self._parts
        if not parts.settings.sandbox:
            raise SandboxOnlyError("demo people are for the sandbox only")
        indexes = parts.email_indexes(person.email)
        there = await users.id_by_index(parts.db, indexes)
        if there is not None:
            return there, False
        user_id, now = parts.new_id(), parts.clock.now()
        key, wrapped = await parts.envelope.new_key(user_id)
        registration = Registration(
            id=user_id,
            email_index=indexes[0],
            key=wrapped,
            profile=key.seal(PROFILE, {"email": person.email, "name": person.name}),
            password=await parts.passwords.hash(person.password),
            locale="en",
            expires_at=now,
        )
        secret = key.seal(TOTP_SECRET, {"secret": person.totp_secret})

        async def work(tx: Transaction) -> None:
            await users.insert_user(tx, registration, at=now)
            await users.give_second_factor(tx, user_id, secret, at=now)
            await users.set_roles(tx, user_id, person.roles | {Role.USER}, not_before=now)
            tx.audit("identity.sandbox_person", actor="system", object_id=user_id)

        try:
            await parts.db.transaction(work)
        except DuplicateKeyError:
            # Two seedings at once: the other one was quicker.
            winner = await users.id_by_index(parts.db, indexes)
            return winner or user_id, False
        return user_id, True
