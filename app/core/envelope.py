"""Personal data at rest: a key per user, wrapped by a bucket key, wrapped by the root key."""

import hashlib
import hmac
import secrets
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.clock import Clock
from app.core.errors import FinNamiError, NotFoundError
from app.core.schema import CollectionSpec
from app.core.store import Document, DuplicateKeyError, Store

USER_KEYS = "user_keys"
KEY_BUCKETS = "key_buckets"
UNIQUE_KEYS = "unique_keys"
COLLECTIONS = (
    CollectionSpec(USER_KEYS),
    CollectionSpec(KEY_BUCKETS),
    CollectionSpec(UNIQUE_KEYS),
)

BUCKETS = 64
KEY_BYTES = 32
NONCE_BYTES = 12
BLOB_VERSION = 1
CACHE_SIZE = 10_000
CACHE_S = 300.0


class KeyDestroyedError(NotFoundError):
    """The user's data key is gone: what it sealed can never be read again."""

    code = "key_destroyed"
    title = "The data was erased"


class SealBrokenError(FinNamiError):
    """A sealed blob does not open: it was changed, or moved here from another place."""

    status = 500
    code = "seal_broken"
    title = "Stored data failed its integrity check"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blob lives. It is bound to its place: copied elsewhere it does not open."""

    collection: str
    group: str
    version: int = 1

    def aad(self, user_id: str) -> bytes:
        """Return the additional authenticated data: no part can hold the separator."""
        return f"{self.collection}\x00{user_id}\x00{self.group}\x00{self.version}".encode()


class DataKey:
    """One user's unwrapped data key. Python cannot wipe memory: it lives until collected."""

    __slots__ = ("_cipher", "_secret", "user_id")

    def __init__(self, user_id: str, secret: bytes) -> None:
        self.user_id = user_id
        self._secret = secret
        self._cipher = AESGCM(secret)

    def seal(self, place: Place, value: Mapping[str, Any]) -> Document:
        """Return `value` (JSON types) as one encrypted blob for a document's field."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, orjson.dumps(dict(value)), place.aad(self.user_id))
        return {"v": BLOB_VERSION, "nonce": nonce, "ct": sealed}

    def open(self, place: Place, blob: Document) -> dict[str, Any]:
        """Return what was sealed. Raises SealBrokenError when it was altered or moved."""
        try:
            text = self._cipher.decrypt(blob["nonce"], blob["ct"], place.aad(self.user_id))
        except (InvalidTag, KeyError, TypeError, ValueError) as error:
            raise SealBrokenError from error
        opened: dict[str, Any] = orjson.loads(text)
        return opened

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for another purpose (ledger leaf salts): gone when the key is gone."""
        return hmac.digest(self._secret, b"finnami/derive/v1\x00" + purpose.encode(), "sha256")


class Envelope:
    """Hands out data keys. Unwrapped keys are remembered for five minutes, 10,000 at most.

    A key that the caller stores itself (a registration that may never be confirmed) is made
    by `new_key` and adopted later by inserting `user_key_document`.
    """

    def __init__(self, *, db: Store, root_keys: Sequence[bytes], clock: Clock) -> None:
        self._db = db
        self._roots = {_root_id(key): AESGCM(key) for key in root_keys}
        self._active_root = _root_id(root_keys[0])
        self._clock = clock
        self._buckets: dict[int, AESGCM] = {}
        self._keys: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()

    async def new_key(self, user_id: str) -> tuple[DataKey, Document]:
        """Return a new data key and its wrapped form. Nothing is stored for the user yet."""
        secret = secrets.token_bytes(KEY_BYTES)
        bucket = await self._bucket(_bucket_of(user_id))
        return DataKey(user_id, secret), _wrap(bucket, secret, _key_aad(user_id))

    async def unwrap(self, user_id: str, wrapped: Document) -> DataKey:
        """Return the key of a wrapped form that the caller kept itself."""
        bucket = await self._bucket(_bucket_of(user_id))
        return DataKey(user_id, _unwrap(bucket, wrapped, _key_aad(user_id)))

    async def key_of(self, user_id: str) -> DataKey:
        """Return a user's data key. Raises KeyDestroyedError when there is none."""
        now = self._clock.monotonic()
        held = self._keys.get(user_id)
        if held is not None and held[0] > now:
            self._keys.move_to_end(user_id)
            return held[1]
        document = await self._db.find_one(USER_KEYS, {"_id": user_id})
        if document is None:
            self._keys.pop(user_id, None)
            raise KeyDestroyedError
        key = await self.unwrap(user_id, document["wrapped"])
        self._keys[user_id] = (now + CACHE_S, key)
        self._keys.move_to_end(user_id)
        if len(self._keys) > CACHE_SIZE:
            self._keys.popitem(last=False)
        return key

    def forget(self, user_id: str) -> None:
        """Drop a user's key from memory (after erasure)."""
        self._keys.pop(user_id, None)

    async def rewrap_buckets(self) -> int:
        """Wrap every bucket key with the active root key; return how many moved.

        Running it twice changes nothing. Afterwards the old root key opens nothing.
        """
        moved = 0
        for number in range(BUCKETS):
            stored = await self._db.find_one(KEY_BUCKETS, {"_id": number})
            if stored is None or stored["root"] == self._active_root:
                continue
            secret = _unwrap(self._root(stored), stored["wrapped"], _bucket_aad(number))
            fresh = _wrap(self._roots[self._active_root], secret, _bucket_aad(number))
            moved += await self._db.update_one(
                KEY_BUCKETS,
                {"_id": number, "root": stored["root"]},
                {"$set": {"root": self._active_root, "wrapped": fresh}},
            )
        return moved

    async def _bucket(self, number: int) -> AESGCM:
        held = self._buckets.get(number)
        if held is None:
            held = AESGCM(await self._bucket_secret(number))
            self._buckets[number] = held
        return held

    async def _bucket_secret(self, number: int) -> bytes:
        stored = await self._db.find_one(KEY_BUCKETS, {"_id": number})
        if stored is None:
            secret = secrets.token_bytes(KEY_BYTES)
            wrapped = _wrap(self._roots[self._active_root], secret, _bucket_aad(number))
            document = {"_id": number, "root": self._active_root, "wrapped": wrapped}
            try:
                await self._db.insert_one(KEY_BUCKETS, document)
            except DuplicateKeyError:
                # Another process made this bucket in the same moment: its key is the one.
                stored = await self._db.find_one(KEY_BUCKETS, {"_id": number})
            else:
                return secret
        if stored is None:
            raise KeyDestroyedError("a bucket key is missing")
        return _unwrap(self._root(stored), stored["wrapped"], _bucket_aad(number))

    def _root(self, stored: Document) -> AESGCM:
        root = self._roots.get(stored["root"])
        if root is None:
            raise SealBrokenError("no root key of this id: is this the right key file?")
        return root


class BlindIndex:
    """Finds an encrypted value by a keyed digest of its normal form; first key is active."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple((_root_id(key)[:4], key) for key in keys)

    def of(self, field: str, value: str) -> str:
        """Return the index under which a value is stored: `<field>:<key id>:<hex>`."""
        return self.candidates(field, value)[0]

    def candidates(self, field: str, value: str) -> list[str]:
        """Return the value's index under every key, the active first: rotation looks at all."""
        return [f"{field}:{key_id}:{_digest(key, field, value)}" for key_id, key in self._keys]

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for a sibling purpose (device cookies, hashes of recovery codes)."""
        return hmac.digest(self._keys[0][1], b"finnami/sibling/v1\x00" + purpose.encode(), "sha256")


def user_key_document(user_id: str, wrapped: Document) -> Document:
    """Return the `user_keys` document that adopts a wrapped key."""
    return {"_id": user_id, "wrapped": wrapped, "bucket": _bucket_of(user_id), "schema_version": 1}


def normal_text(value: str) -> str:
    """Return the form under which e-mail addresses and names are compared (NFKC, case folded)."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def _digest(key: bytes, field: str, value: str) -> str:
    field_key = hmac.digest(key, b"finnami/blind/v1\x00" + field.encode(), "sha256")
    return hmac.new(field_key, value.encode(), hashlib.sha256).hexdigest()


def _root_id(key: bytes) -> str:
    return hashlib.sha256(b"finnami/key-id/v1" + key).hexdigest()[:8]


def _bucket_of(user_id: str) -> int:
    return hashlib.sha256(user_id.encode()).digest()[0] % BUCKETS


def _key_aad(user_id: str) -> bytes:
    return b"user_keys\x00" + user_id.encode()


def _bucket_aad(number: int) -> bytes:
    return b"key_buckets\x00" + str(number).encode()


def _wrap(cipher: AESGCM, secret: bytes, aad: bytes) -> Document:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return {"nonce": nonce, "ct": cipher.encrypt(nonce, secret, aad)}


def _unwrap(cipher: AESGCM, wrapped: Document, aad: bytes) -> bytes:
    try:
        return cipher.decrypt(wrapped["nonce"], wrapped["ct"], aad)
    except InvalidTag as error:
        raise SealBrokenError("a wrapped key does not open") from error
