"""The sequencer places what waits, signs once, and stands back while another one works."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import lease, translog
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.decisions import sha256_hex
from app.core.migrate import create_collections
from app.core.uow import Transaction
from app.worker.sequencer import Sequencer

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


async def test_steps_place_and_sign_and_the_second_process_waits(bare_db: Database) -> None:
    await create_collections(bare_db, (*translog.COLLECTIONS, *lease.COLLECTIONS))
    clock = SystemClock()

    async def work(tx: Transaction) -> None:
        tx.seal("journal:1", sha256_hex(b"one"))
        tx.audit("thing.done", actor="u", object_id="o")

    await bare_db.transaction(work)
    one = Sequencer(bare_db, clock, key=KEY, owner="one")
    two = Sequencer(bare_db, clock, key=KEY, owner="two")
    assert await one.step() == 2
    await bare_db.transaction(_seal("journal:2"))
    assert await two.step() == 0, "the lease is held"
    assert await one.step() == 1
    head = await translog.head(bare_db, "ledger")
    assert head is not None
    assert head.size == 2
    assert head.verified_by(KEY.public_key())


def _seal(entry: str):
    async def work(tx: Transaction) -> None:
        tx.seal(entry, sha256_hex(entry.encode()))

    return work
