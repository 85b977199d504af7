"""The capabilities of MongoDB that the product stands on, asked of the server under test.

Always the embedded server; a replica set too when FINNAMI_TEST_MONGO_URL names one. What an
embedded server is known not to have (text, hashed, time series) is not used by the product.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.db import Database
from app.core.migrate import create_collections
from app.core.mongo import long
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import DuplicateKeyError

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class TestValues:
    async def test_decimals_are_exact_to_26_digits(self, bare_db: Database):
        value = Decimal("12345678901234567.123456789")
        await bare_db.insert_one("t", {"_id": 1, "v": value})
        assert (await bare_db.find_one("t", {"_id": 1}))["v"] == value

    async def test_money_is_stored_as_64_bits(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1, "v": long(5)})
        found = await bare_db.find_many("t", {"v": {"$type": "long"}}, limit=5)
        assert len(found) == 1

    async def test_times_come_back_aware_in_utc(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1, "at": NOW})
        found = (await bare_db.find_one("t", {"_id": 1}))["at"]
        assert found == NOW
        assert found.utcoffset() == timedelta(0)


class TestIndexes:
    async def test_a_unique_index_decides_a_race(self, bare_db: Database):
        spec = CollectionSpec("t", indexes=(IndexSpec((("a", 1), ("b", 1)), unique=True),))
        await create_collections(bare_db, [spec])
        rows = [{"_id": n, "a": 1, "b": 1} for n in range(30)]
        results = await asyncio.gather(
            *(bare_db.insert_one("t", row) for row in rows), return_exceptions=True
        )
        assert sum(result is None for result in results) == 1
        assert sum(isinstance(result, DuplicateKeyError) for result in results) == 29

    async def test_a_partial_unique_index_binds_only_its_rows(self, bare_db: Database):
        spec = CollectionSpec(
            "t", indexes=(IndexSpec((("a", 1),), unique=True, partial={"open": True}),)
        )
        await create_collections(bare_db, [spec])
        await bare_db.insert_one("t", {"_id": 1, "a": 1, "open": True})
        await bare_db.insert_one("t", {"_id": 2, "a": 1})
        with pytest.raises(DuplicateKeyError):
            await bare_db.insert_one("t", {"_id": 3, "a": 1, "open": True})

    async def test_a_multikey_unique_index_holds_across_documents(self, bare_db: Database):
        spec = CollectionSpec("t", indexes=(IndexSpec((("ids", 1),), unique=True),))
        await create_collections(bare_db, [spec])
        await bare_db.insert_one("t", {"_id": 1, "ids": ["a", "b"]})
        with pytest.raises(DuplicateKeyError):
            await bare_db.insert_one("t", {"_id": 2, "ids": ["b", "c"]})

    async def test_concurrent_upserts_make_one_document(self, bare_db: Database):
        await asyncio.gather(
            *(
                bare_db.update_one("t", {"_id": "x"}, {"$inc": {"n": 1}}, upsert=True)
                for _ in range(20)
            ),
            return_exceptions=True,
        )
        found = await bare_db.find_many("t", {}, limit=10)
        assert [row["_id"] for row in found] == ["x"]


class TestValidators:
    async def test_a_document_off_its_schema_is_refused(self, bare_db: Database):
        balance = {"bsonType": "long", "minimum": 0}
        spec = CollectionSpec("t", {"bsonType": "object", "properties": {"balance": balance}})
        await create_collections(bare_db, [spec])
        await bare_db.insert_one("t", {"_id": 1, "balance": long(5)})
        with pytest.raises(Exception, match="validation"):
            await bare_db.update_one("t", {"_id": 1}, {"$inc": {"balance": long(-6)}})
        assert (await bare_db.find_one("t", {"_id": 1}))["balance"] == 5


class TestUpdates:
    async def test_a_guarded_increment_never_goes_below_its_guard(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1, "n": long(10)})
        results = await asyncio.gather(
            *(
                bare_db.update_one("t", {"_id": 1, "n": {"$gte": 3}}, {"$inc": {"n": long(-3)}})
                for _ in range(10)
            )
        )
        assert sum(results) == 3
        assert (await bare_db.find_one("t", {"_id": 1}))["n"] == 1

    async def test_find_and_update_gives_the_document_before_or_after(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1, "n": 1})
        change = {"$inc": {"n": 1}}
        before = await bare_db.find_one_and_update("t", {"_id": 1}, change, after=False)
        after = await bare_db.find_one_and_update("t", {"_id": 1}, change)
        assert (before["n"], after["n"]) == (1, 3)

    async def test_nested_fields_are_set_and_unset_by_path(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1, "d": {"job": {"n": 1}}, "open": True})
        update = {"$set": {"d.job.done": True}, "$unset": {"open": ""}}
        found = await bare_db.find_one_and_update("t", {"d.job.done": {"$exists": False}}, update)
        assert found == {"_id": 1, "d": {"job": {"n": 1, "done": True}}}


class TestTransactions:
    async def test_an_error_takes_everything_back(self, bare_db: Database):
        async def work(tx):
            await tx.insert_one("t", {"_id": 1})
            raise RuntimeError

        await create_collections(bare_db, [CollectionSpec("t")])
        with pytest.raises(RuntimeError):
            await bare_db.transaction(work)
        assert await bare_db.find_one("t", {"_id": 1}) is None

    async def test_nobody_sees_half_of_it(self, bare_db: Database):
        await bare_db.insert_many("t", [{"_id": n, "v": 50} for n in range(2)])
        sums: set[int] = set()
        running = True

        async def watch() -> None:
            while running:
                rows = await bare_db.transaction(lambda tx: tx.find_many("t", {}, limit=5))
                sums.add(sum(row["v"] for row in rows))

        async def move(amount: int) -> None:
            async def work(tx):
                await tx.update_one("t", {"_id": 0}, {"$inc": {"v": -amount}})
                await tx.update_one("t", {"_id": 1}, {"$inc": {"v": amount}})

            await bare_db.transaction(work, timeout_s=20)

        watching = asyncio.create_task(watch())
        for amount in range(1, 15):
            await move(amount)
        running = False
        await watching
        assert sums == {100}

    async def test_a_duplicate_key_inside_aborts_and_is_named(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1})

        async def work(tx):
            await tx.insert_one("t", {"_id": 2})
            await tx.insert_one("t", {"_id": 1})

        with pytest.raises(DuplicateKeyError):
            await bare_db.transaction(work)
        assert await bare_db.find_one("t", {"_id": 2}) is None

    async def test_writers_of_one_document_all_succeed_in_the_end(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 1, "n": 0})

        async def work(tx):
            await tx.update_one("t", {"_id": 1}, {"$inc": {"n": 1}})

        await asyncio.gather(*(bare_db.transaction(work, timeout_s=20) for _ in range(20)))
        assert (await bare_db.find_one("t", {"_id": 1}))["n"] == 20


class TestAggregation:
    async def test_sums_by_group_are_exact_integers(self, bare_db: Database):
        rows = [{"_id": n, "c": "EUR" if n % 2 else "USD", "v": long(n)} for n in range(100)]
        await bare_db.insert_many("t", rows)
        pipeline = [{"$group": {"_id": "$c", "sum": {"$sum": "$v"}}}, {"$sort": {"_id": 1}}]
        found = await bare_db.aggregate("t", pipeline, limit=10)
        assert found == [{"_id": "EUR", "sum": 2500}, {"_id": "USD", "sum": 2450}]

    async def test_lookup_joins_by_owner(self, bare_db: Database):
        await bare_db.insert_one("a", {"_id": 1})
        await bare_db.insert_one("b", {"_id": 7, "owner": 1})
        lookup = {"from": "b", "localField": "_id", "foreignField": "owner", "as": "found"}
        (row,) = await bare_db.aggregate("a", [{"$lookup": lookup}], limit=5)
        assert row["found"] == [{"_id": 7, "owner": 1}]


class TestChangeStreams:
    async def test_a_commit_reaches_a_watcher_and_can_be_resumed(self, bare_db: Database):
        await bare_db.insert_one("t", {"_id": 0})
        async with await bare_db.driver["t"].watch() as stream:
            await bare_db.insert_one("t", {"_id": 1})
            async with asyncio.timeout(10):
                seen = await stream.next()
            token = stream.resume_token
        assert seen["fullDocument"] == {"_id": 1}
        await bare_db.insert_one("t", {"_id": 2})
        async with await bare_db.driver["t"].watch(resume_after=token) as stream:
            async with asyncio.timeout(10):
                resumed = await stream.next()
        assert resumed["fullDocument"] == {"_id": 2}
