"""Password hashing: peppered argon2id on one thread of its own, and the offline common list."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.common_passwords import CommonPasswords
from app.core.errors import UnavailableError
from app.core.store import Document

T = TypeVar("T")

Profile = Literal["46m", "19m"]

# OWASP's equivalent settings: (memory KiB, passes). One lane: more lanes only help an attacker
# who has idle cores, which our machine under load does not.
_COSTS: dict[Profile, tuple[int, int]] = {"46m": (47_104, 1), "19m": (19_456, 2)}
QUEUE_MAX = 32
RETRY_AFTER_S = 2

_NOBODY_SALT = "AAAAAAAAAAAAAAAAAAAAAA"
_NOBODY_HASH = "A" * 43


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """A stored password: the argon2id string and the id of the pepper under it."""

    hash: str
    pepper_id: str

    def to_document(self) -> Document:
        """Return the stored form."""
        return {"hash": self.hash, "pepper": self.pepper_id}

    @classmethod
    def of(cls, document: Document) -> "StoredPassword":
        """Read the stored form."""
        return cls(document["hash"], document["pepper"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check; `needs_rehash` when parameters or pepper have moved on."""

    ok: bool
    needs_rehash: bool = False


class Passwords:
    """Hashes and verifies on one dedicated thread, so the event loop never waits for argon2.

    Measured inline, 40 checks held the loop for one to three seconds; through the thread its
    lag stays in single milliseconds at the same rate. At most 32 calls wait; the next one gets
    UnavailableError with a time to come back. The first pepper is the active one.
    """

    def __init__(self, *, peppers: Sequence[bytes], profile: Profile = "46m") -> None:
        memory_kib, passes = _COSTS[profile]
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=1, hash_len=32, salt_len=16
        )
        self._peppers = {_pepper_id(pepper): pepper for pepper in peppers}
        self._active = _pepper_id(peppers[0])
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        self._waiting = 0
        self._common: CommonPasswords | None = None
        # Never equal to anything: an unknown e-mail costs exactly what a known one costs.
        self._nobody = StoredPassword(
            f"$argon2id$v=19$m={memory_kib},t={passes},p=1${_NOBODY_SALT}${_NOBODY_HASH}",
            self._active,
        )

    async def hash(self, password: str) -> StoredPassword:
        """Return a password's stored form."""
        return await self._run(lambda: self._hash(password))

    async def verify(self, stored: StoredPassword | None, password: str) -> Verdict:
        """Check a password; None stands for an unknown account and takes as long to fail."""
        target = stored or self._nobody
        verdict = await self._run(lambda: self._verify(target, password))
        return verdict if stored is not None else Verdict(ok=False)

    async def is_common(self, password: str) -> bool:
        """Tell whether the password is made of what attackers try first."""
        return await self._run(lambda: self._common_list().matches(password))

    def close(self) -> None:
        """Stop the thread once its present check is done."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[[], T]) -> T:
        if self._waiting >= QUEUE_MAX:
            raise UnavailableError("too many sign-ins at once", retry_after_s=RETRY_AFTER_S)
        self._waiting += 1
        future = self._thread.submit(call)
        loop = asyncio.get_running_loop()

        # A caller who hangs up does not free the place: the thread still has the work.
        def done(_: Future[T]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._leave)

        future.add_done_callback(done)
        return await asyncio.wrap_future(future)

    def _leave(self) -> None:
        self._waiting -= 1

    def _hash(self, password: str) -> StoredPassword:
        peppered = _peppered(self._peppers[self._active], password)
        return StoredPassword(self._hasher.hash(peppered), self._active)

    def _verify(self, stored: StoredPassword, password: str) -> Verdict:
        pepper = self._peppers.get(stored.pepper_id)
        if pepper is None:
            return Verdict(ok=False)
        try:
            self._hasher.verify(stored.hash, _peppered(pepper, password))
        except (VerificationError, InvalidHashError):
            return Verdict(ok=False)
        old = stored.pepper_id != self._active or self._hasher.check_needs_rehash(stored.hash)
        return Verdict(ok=True, needs_rehash=old)

    def _common_list(self) -> CommonPasswords:
        # Read in the thread: a quarter of a megabyte of file is no work for the event loop.
        if self._common is None:
            self._common = CommonPasswords.shipped()
        return self._common


def _pepper_id(pepper: bytes) -> str:
    return hashlib.sha256(b"finnami/pepper-id/v1" + pepper).hexdigest()[:8]


def _peppered(pepper: bytes, password: str) -> bytes:
    return hmac.digest(pepper, password.encode("utf-8"), "sha256")
