"""Tampering of every kind is named: an edit, a deletion, a rewrite, a cut tail, a stolen key."""

from collections.abc import Awaitable, Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import audit, evidence, translog
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.evidence import Evidence
from app.core.migrate import create_collections
from app.core.uow import Transaction

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
Tamper = Callable[[Database], Awaitable[object]]


@pytest.fixture
async def log_db(bare_db: Database) -> Database:
    """Six audited acts under three signed heads."""
    await create_collections(bare_db, (*translog.COLLECTIONS, *audit.COLLECTIONS))
    for first in (0, 2, 4):

        async def work(tx: Transaction, first: int = first) -> None:
            for number in (first, first + 1):
                tx.audit("thing.done", actor=f"u{number}", object_id="o", after={"n": number})

        await bare_db.transaction(work)
        await translog.sequence(bare_db, "audit")
        await translog.sign_head(bare_db, "audit", key=KEY, at=SystemClock().now())
    return bare_db


async def verified(db: Database) -> Evidence:
    return await evidence.verify(db, "audit", evidence.audit_commitment, key=KEY.public_key())


async def edit(db: Database) -> object:
    return await db.update_one("audit", {"actor": "u3"}, {"$set": {"actor": "somebody"}})


async def edit_and_rehash(db: Database) -> object:
    row = await db.find_one("audit", {"actor": "u3"})
    assert row is not None
    row["actor"] = "somebody"
    change = {"actor": "somebody", "hash": audit.content_hash(row)}
    return await db.update_one("audit", {"_id": row["_id"]}, {"$set": change})


async def delete(db: Database) -> object:
    return await db.delete_one("audit", {"actor": "u3"})


async def rewrite_tile(db: Database) -> object:
    tile = {"_id": "audit:000000000002"}
    return await db.update_one("log_tiles", tile, {"$set": {"leaves.0": "00" * 32}})


async def cut_tail(db: Database) -> object:
    return await db.delete_one("log_tiles", {"_id": "audit:000000000004"})


async def sign_with_another_key(db: Database) -> object:
    other = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    head = await translog.head(db, "audit")
    assert head is not None
    signature = other.sign(head.statement()).hex()
    return await db.update_one(
        "log_heads", {"_id": "audit:000000000006"}, {"$set": {"signature": signature}}
    )


@pytest.mark.row("IS11")
@pytest.mark.row("TL6")
class TestVerify:
    async def test_untouched_log_is_clean(self, log_db: Database) -> None:
        found = await verified(log_db)
        assert (found.entries, found.heads, found.findings) == (6, 3, ())

    @pytest.mark.parametrize(
        ("tamper", "said"),
        [
            (edit, "differs from what was sealed"),
            (edit_and_rehash, "differs from what was sealed"),
            (delete, "is missing"),
            (rewrite_tile, "rewritten"),
            (cut_tail, "has only 4 entries"),
            (sign_with_another_key, "signature is not"),
        ],
    )
    async def test_tampering_is_named(self, log_db: Database, tamper: Tamper, said: str) -> None:
        assert await tamper(log_db)
        assert any(said in finding for finding in (await verified(log_db)).findings)
