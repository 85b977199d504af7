"""Personal data at rest: round trips, moved blobs, destroyed keys, rotated root keys."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.envelope import (
    CACHE_S,
    COLLECTIONS,
    KEY_BUCKETS,
    USER_KEYS,
    BlindIndex,
    DataKey,
    Envelope,
    KeyDestroyedError,
    Place,
    SealBrokenError,
    normal_text,
    user_key_document,
)
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

PROFILE = Place("users", "profile")
ROOT, NEXT_ROOT = b"r" * 32, b"n" * 32


@pytest.fixture
def db() -> FakeDatabase:
    return FakeDatabase(COLLECTIONS)


async def stored_key(envelope: Envelope, db: FakeDatabase, user_id: str) -> DataKey:
    key, wrapped = await envelope.new_key(user_id)
    await db.insert_one(USER_KEYS, user_key_document(user_id, wrapped))
    return key


def build(db: FakeDatabase, *roots: bytes, clock: FakeClock | None = None) -> Envelope:
    return Envelope(db=db, root_keys=roots or (ROOT,), clock=clock or FakeClock())


json_values = st.dictionaries(
    st.text(max_size=8),
    st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans()),
    max_size=5,
)


class TestDataKey:
    @given(value=json_values)
    def test_opens_what_it_sealed(self, value: dict[str, object]) -> None:
        key = DataKey("u1", b"k" * 32)

        assert key.open(PROFILE, key.seal(PROFILE, value)) == value

    @given(at=st.integers(0, 10_000), flip=st.integers(1, 255))
    def test_any_flipped_byte_is_noticed(self, at: int, flip: int) -> None:
        key = DataKey("u1", b"k" * 32)
        blob = key.seal(PROFILE, {"name": "Ada Lovelace"})
        text = bytearray(blob["ct"])
        text[at % len(text)] ^= flip

        with pytest.raises(SealBrokenError):
            key.open(PROFILE, {**blob, "ct": bytes(text)})

    @pytest.mark.parametrize(
        "place", [Place("mails", "profile"), Place("users", "totp"), Place("users", "profile", 2)]
    )
    def test_blob_does_not_open_in_another_place(self, place: Place) -> None:
        key = DataKey("u1", b"k" * 32)

        with pytest.raises(SealBrokenError):
            key.open(place, key.seal(PROFILE, {"a": 1}))

    def test_blob_does_not_open_for_another_user_even_under_the_same_key(self) -> None:
        blob = DataKey("u1", b"k" * 32).seal(PROFILE, {"a": 1})

        with pytest.raises(SealBrokenError):
            DataKey("u2", b"k" * 32).open(PROFILE, blob)

    def test_two_seals_share_no_nonce(self) -> None:
        key = DataKey("u1", b"k" * 32)
        nonces = {key.seal(PROFILE, {"a": 1})["nonce"] for _ in range(500)}

        assert len(nonces) == 500


class TestEnvelope:
    async def test_key_survives_a_restart(self, db: FakeDatabase) -> None:
        blob = (await stored_key(build(db), db, "u1")).seal(PROFILE, {"name": "Ada"})

        assert (await build(db).key_of("u1")).open(PROFILE, blob) == {"name": "Ada"}

    async def test_destroyed_key_is_gone_once_the_cache_is_told(self, db: FakeDatabase) -> None:
        envelope = build(db)
        await stored_key(envelope, db, "u1")
        await envelope.key_of("u1")
        await db.delete_one(USER_KEYS, {"_id": "u1"})
        envelope.forget("u1")

        with pytest.raises(KeyDestroyedError):
            await envelope.key_of("u1")

    async def test_cache_forgets_by_itself(self, db: FakeDatabase) -> None:
        clock = FakeClock()
        envelope = build(db, clock=clock)
        await stored_key(envelope, db, "u1")
        await envelope.key_of("u1")
        await db.delete_one(USER_KEYS, {"_id": "u1"})
        clock.advance(CACHE_S + 1)

        with pytest.raises(KeyDestroyedError):
            await envelope.key_of("u1")

    async def test_wrapped_key_of_one_user_does_not_open_for_another(
        self, db: FakeDatabase
    ) -> None:
        envelope = build(db)
        _, wrapped = await envelope.new_key("u1")
        twin = next(
            f"v{n}"
            for n in range(2_000)
            if user_key_document(f"v{n}", wrapped)["bucket"]
            == user_key_document("u1", wrapped)["bucket"]
        )

        with pytest.raises(SealBrokenError):
            await envelope.unwrap(twin, wrapped)

    async def test_two_processes_agree_on_a_bucket(self, db: FakeDatabase) -> None:
        first, second = build(db), build(db)
        made = await asyncio.gather(first.new_key("u1"), second.new_key("u1"))

        for _, wrapped in made:
            await build(db).unwrap("u1", wrapped)
        assert len(db.rows(KEY_BUCKETS)) == 1

    @pytest.mark.row("IS8")
    async def test_after_rotation_the_old_root_opens_nothing(self, db: FakeDatabase) -> None:
        blob = (await stored_key(build(db), db, "u1")).seal(PROFILE, {"name": "Ada"})
        rotating = build(db, NEXT_ROOT, ROOT)

        assert await rotating.rewrap_buckets() == 1
        assert await rotating.rewrap_buckets() == 0
        assert (await build(db, NEXT_ROOT).key_of("u1")).open(PROFILE, blob) == {"name": "Ada"}
        with pytest.raises(SealBrokenError):
            await build(db, ROOT).key_of("u1")


class TestBlindIndex:
    def test_fields_and_keys_do_not_share_digests(self) -> None:
        index, other = BlindIndex((b"a" * 32,)), BlindIndex((b"b" * 32,))
        digests = {
            index.of("email", "a@example.org").split(":")[-1],
            index.of("phone", "a@example.org").split(":")[-1],
            other.of("email", "a@example.org").split(":")[-1],
        }

        assert len(digests) == 3

    def test_rotation_looks_under_both_keys(self) -> None:
        old = BlindIndex((b"a" * 32,)).of("email", "a@example.org")
        rotated = BlindIndex((b"b" * 32, b"a" * 32))

        assert rotated.of("email", "a@example.org") != old
        assert old in rotated.candidates("email", "a@example.org")

    def test_normal_form_joins_what_people_type(self) -> None:
        assert normal_text(" Ａda@Example.ORG ") == normal_text("ada@example.org")
