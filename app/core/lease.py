"""A lease in the database: of several processes one does a piece of work, until it dies."""

from datetime import timedelta

from app.core.clock import Clock
from app.core.schema import CollectionSpec
from app.core.store import DuplicateKeyError, Store

COLLECTION = "leases"
COLLECTIONS = (
    CollectionSpec(
        COLLECTION,
        validator={"bsonType": "object", "required": ["_id", "owner", "until", "token"]},
    ),
)


class Lease:
    """Held by `owner` for `seconds` at a time; `token` grows with each change of hands.

    A holder that was stopped for long may believe it still holds the lease: work under it
    must be harmless when done twice, or carry the token.
    """

    def __init__(self, store: Store, clock: Clock, *, name: str, owner: str, seconds: float):
        self._store = store
        self._clock = clock
        self._name = name
        self._owner = owner
        self._seconds = seconds
        self._renew_at = 0.0
        self.token = 0

    async def hold(self) -> bool:
        """Take or renew the lease when half of it is over; tell whether it is ours."""
        if self._clock.monotonic() < self._renew_at:
            return True
        now = self._clock.now()
        until = now + timedelta(seconds=self._seconds)
        mine = {"_id": self._name, "owner": self._owner, "until": {"$gt": now}}
        if not await self._store.update_one(COLLECTION, mine, {"$set": {"until": until}}):
            taken = await self._store.find_one_and_update(
                COLLECTION,
                {"_id": self._name, "until": {"$lte": now}},
                {"$set": {"owner": self._owner, "until": until}, "$inc": {"token": 1}},
            )
            if taken is None and not await self._first():
                return False
            self.token = taken["token"] if taken else 1
        self._renew_at = self._clock.monotonic() + self._seconds / 2
        return True

    async def _first(self) -> bool:
        until = self._clock.now() + timedelta(seconds=self._seconds)
        lease = {"_id": self._name, "owner": self._owner, "until": until, "token": 1}
        try:
            await self._store.insert_one(COLLECTION, lease)
        except DuplicateKeyError:
            return False
        return True

    async def release(self) -> None:
        """Let the next process have it at once."""
        self._renew_at = 0.0
        mine = {"_id": self._name, "owner": self._owner}
        await self._store.update_one(COLLECTION, mine, {"$set": {"until": self._clock.now()}})
