"""Transactions on the real embedded server: they commit whole, retry, and give up in time."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import pytest

from app.core import audit, decisions, outbox, translog
from app.core.db import Database
from app.core.deadline import deadline_in
from app.core.errors import UnavailableError
from app.core.events import Event
from app.core.migrate import create_collections
from app.core.mongo import long
from app.core.sidecar import Sidecar
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction

CORE = (
    *audit.COLLECTIONS,
    *decisions.COLLECTIONS,
    *outbox.COLLECTIONS,
    *translog.COLLECTIONS,
)


@dataclass(frozen=True, slots=True)
class Happened(Event):
    name: ClassVar[str] = "test.happened.v1"
    thing_id: str


@pytest.fixture
async def core_db(bare_db: Database) -> Database:
    await create_collections(bare_db, CORE)
    bare_db._sidecar = Sidecar({"test.happened.v1": (("note_thing", "fast"),)})
    return bare_db


class TestTransaction:
    async def test_writes_events_audit_and_seal_together(self, core_db: Database) -> None:
        async def work(tx: Transaction) -> str:
            await tx.insert_one("things", {"_id": "a"})
            tx.publish(Happened("a"))
            tx.audit("thing.made", actor="u1", object_id="a")
            tx.seal("a", "00" * 32)
            return "made"

        assert await core_db.transaction(work) == "made"
        row = (await core_db.find_many("outbox", {}, limit=5))[0]
        assert row["ids"] == {"thing_id": "a"}
        assert "note_thing" in row["d"]
        entry = (await core_db.find_many("audit", {}, limit=5))[0]
        assert audit.content_hash(entry) == entry["hash"]
        assert len(await core_db.find_many("log_pending", {}, limit=5)) == 2

    async def test_error_in_the_body_leaves_nothing(self, core_db: Database) -> None:
        async def work(tx: Transaction) -> None:
            await tx.insert_one("things", {"_id": "a"})
            tx.publish(Happened("a"))
            raise DuplicateKeyError

        with pytest.raises(DuplicateKeyError):
            await core_db.transaction(work)
        assert await core_db.find_one("things", {"_id": "a"}) is None
        assert await core_db.find_many("outbox", {}, limit=5) == []

    async def test_write_conflicts_are_retried_until_all_have_counted(
        self, embedded_mongo_url: str, core_db: Database
    ) -> None:
        await core_db.insert_one("counters", {"_id": "c", "n": long(0)})
        wide = Database.connect(embedded_mongo_url, core_db.name, transactions_at_once=3)

        async def work(tx: Transaction) -> None:
            row = await tx.find_one("counters", {"_id": "c"})
            assert row is not None
            await tx.update_one("counters", {"_id": "c"}, {"$set": {"n": long(row["n"] + 1)}})

        async def count() -> int:
            done = 0
            for _ in range(5):
                try:
                    await wide.transaction(work, timeout_s=20)
                    done += 1
                except UnavailableError:
                    pass
            return done

        done = sum(await asyncio.gather(*(count() for _ in range(6))))
        row = await core_db.find_one("counters", {"_id": "c"})
        assert row is not None
        assert row["n"] == done
        assert done >= 20
        await wide.close()

    async def test_deadline_refuses_instead_of_waiting(self, core_db: Database) -> None:
        async def slow(tx: Transaction) -> None:
            await tx.insert_one("things", {"_id": "slow"})
            await asyncio.sleep(0.2)
            await tx.insert_one("things", {"_id": "late"})

        with deadline_in(0.05), pytest.raises(UnavailableError):
            await core_db.transaction(slow)
        assert await core_db.find_one("things", {"_id": "slow"}) is None

    async def test_a_passed_deadline_leaves_no_lock_behind(self, core_db: Database) -> None:
        await core_db.insert_one("counters", {"_id": "c", "n": long(0)})

        async def slow(tx: Transaction) -> None:
            await tx.update_one("counters", {"_id": "c"}, {"$inc": {"n": long(1)}})
            await asyncio.sleep(0.3)
            await tx.update_one("counters", {"_id": "c"}, {"$inc": {"n": long(1)}})

        async def quick(tx: Transaction) -> int:
            return await tx.update_one("counters", {"_id": "c"}, {"$inc": {"n": long(1)}})

        with deadline_in(0.1), pytest.raises(UnavailableError):
            await core_db.transaction(slow)
        assert await core_db.transaction(quick, timeout_s=10) == 1
        row = await core_db.find_one("counters", {"_id": "c"})
        assert row is not None
        assert row["n"] == 1

    async def test_decimals_and_times_come_back_as_they_went(self, core_db: Database) -> None:
        await core_db.insert_one("things", {"_id": "d", "q": Decimal("0.1000001")})
        row = await core_db.find_one("things", {"_id": "d"})
        assert row is not None
        assert row["q"] == Decimal("0.1000001")

    async def test_duplicate_key_is_ours(self, core_db: Database) -> None:
        await core_db.insert_one("things", {"_id": "x"})
        with pytest.raises(DuplicateKeyError):
            await core_db.insert_one("things", {"_id": "x"})


class TestUnreachable:
    async def test_a_dead_server_is_unavailable_not_an_exception(self) -> None:
        away = Database.connect("mongodb://127.0.0.1:1/x", "x", transactions_at_once=1)
        with pytest.raises(UnavailableError):
            await away.find_one("things", {})

        async def work(tx: Transaction) -> None:
            await tx.find_one("things", {})

        with pytest.raises(UnavailableError):
            await away.transaction(work, timeout_s=0.5)
        await away.close()
