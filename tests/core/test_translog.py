"""The transparency log on the real embedded server: order, proofs, and what tampering meets."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import merkle, translog
from app.core.db import Database
from app.core.decisions import sha256_hex
from app.core.migrate import create_collections
from app.core.uow import Transaction

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def commitment(name: str) -> str:
    return sha256_hex(name.encode())


@pytest.fixture
async def log_db(bare_db: Database) -> Database:
    await create_collections(bare_db, translog.COLLECTIONS)
    return bare_db


async def add(db: Database, *names: str) -> None:
    async def work(tx: Transaction) -> None:
        entries = [(name, commitment(name)) for name in names]
        await tx.insert_one(translog.PENDING, translog.pending("ledger", entries, at=AT))

    await db.transaction(work)


class TestSequence:
    async def test_entries_get_places_once_and_the_queue_empties(self, log_db: Database) -> None:
        await add(log_db, "a", "b", "c")
        assert await translog.sequence(log_db, "ledger") == 3
        assert await translog.sequence(log_db, "ledger") == 0
        await add(log_db, "d")
        assert await translog.sequence(log_db, "ledger") == 1
        leaves = await translog.leaves(log_db, "ledger", 4)
        assert leaves[3] == merkle.leaf_hash(bytes.fromhex(commitment("d")))

    async def test_rows_of_before_held_one_entry_each_and_still_get_places(
        self, log_db: Database
    ) -> None:
        old = {"_id": "ledger:a", "log": "ledger", "entry": "a", "c": commitment("a"), "at": AT}
        await log_db.insert_one(translog.PENDING, old)
        await add(log_db, "b", "c")
        assert await translog.sequence(log_db, "ledger") == 3
        assert await translog.place(log_db, "ledger", "c") is None

    async def test_logs_do_not_mix(self, log_db: Database) -> None:
        await add(log_db, "a")
        assert await translog.sequence(log_db, "audit") == 0
        assert await translog.head(log_db, "audit") is None

    async def test_second_sequencing_of_one_entry_is_refused(self, log_db: Database) -> None:
        await add(log_db, "a")
        await translog.sequence(log_db, "ledger")
        await add(log_db, "a")
        assert await translog.sequence(log_db, "ledger") == 0


class TestProof:
    async def test_place_leads_to_the_signed_root(self, log_db: Database) -> None:
        await add(log_db, *"abcde")
        await translog.sequence(log_db, "ledger")
        assert await translog.place(log_db, "ledger", "c") is None, "no head covers it yet"
        head = await translog.sign_head(log_db, "ledger", key=KEY, at=AT)
        assert head is not None
        assert head.verified_by(KEY.public_key())
        place = await translog.place(log_db, "ledger", "c")
        assert place is not None
        assert merkle.verify_inclusion(
            merkle.leaf_hash(bytes.fromhex(commitment("c"))),
            place.index,
            place.head.size,
            [bytes.fromhex(node) for node in place.path],
            bytes.fromhex(place.head.root),
        )

    async def test_head_is_signed_once_per_size(self, log_db: Database) -> None:
        await add(log_db, "a")
        await translog.sequence(log_db, "ledger")
        first = await translog.sign_head(log_db, "ledger", key=KEY, at=AT)
        again = await translog.sign_head(log_db, "ledger", key=KEY, at=AT.replace(hour=10))
        assert first == again

    async def test_newest_head_is_found_below_an_unsigned_tail(self, log_db: Database) -> None:
        await add(log_db, "a")
        await translog.sequence(log_db, "ledger")
        signed = await translog.sign_head(log_db, "ledger", key=KEY, at=AT)
        await add(log_db, "b")
        await translog.sequence(log_db, "ledger")
        assert await translog.head(log_db, "ledger") == signed

    async def test_old_head_is_a_prefix_of_the_new_one(self, log_db: Database) -> None:
        await add(log_db, *"abc")
        await translog.sequence(log_db, "ledger")
        old = await translog.sign_head(log_db, "ledger", key=KEY, at=AT)
        await add(log_db, *"defg")
        await translog.sequence(log_db, "ledger")
        new = await translog.sign_head(log_db, "ledger", key=KEY, at=AT)
        assert old is not None
        assert new is not None
        leaves = await translog.leaves(log_db, "ledger", new.size)
        proof = merkle.consistency_proof(leaves, old.size)
        roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
        assert merkle.verify_consistency(old.size, new.size, *roots, proof)


class TestTampering:
    async def test_forged_signature_and_changed_root_are_refused(self, log_db: Database) -> None:
        await add(log_db, "a")
        await translog.sequence(log_db, "ledger")
        head = await translog.sign_head(log_db, "ledger", key=KEY, at=AT)
        assert head is not None
        other = Ed25519PrivateKey.from_private_bytes(b"x" * 32).public_key()
        assert not head.verified_by(other)
        forged = translog.Head(head.log, head.size, "00" * 32, head.at, head.signature)
        assert not forged.verified_by(KEY.public_key())

    async def test_changed_entry_is_named_by_its_position(self, log_db: Database) -> None:
        await add(log_db, *"abc")
        await translog.sequence(log_db, "ledger")
        tile = await log_db.find_one(translog.TILES, {"_id": "ledger:000000000000"})
        assert tile is not None
        good: list[str | None] = [commitment(name) for name in "abc"]
        assert translog.broken_leaf(tile, good) is None
        assert translog.broken_leaf(tile, [good[0], commitment("x"), good[2]]) == 1
        assert translog.broken_leaf(tile, [good[0], good[1], None]) == 2
