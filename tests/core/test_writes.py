"""Writes of one transaction go out together, and nothing in it can tell the difference."""

import pytest

from app.core.db import BULK_WRITE_WIRE_VERSION, Database
from app.core.migrate import create_collections
from app.core.mongo import long
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction

SPECS = (
    CollectionSpec("things", indexes=(IndexSpec((("n", 1),), unique=True),)),
    CollectionSpec("others"),
)


@pytest.fixture(params=["fused", "one by one"])
async def writes_db(bare_db: Database, request: pytest.FixtureRequest) -> Database:
    """A server that takes fused writes, and one that is as old as MongoDB 7."""
    await create_collections(bare_db, SPECS)
    if request.param == "one by one":
        bare_db._wire_version = BULK_WRITE_WIRE_VERSION - 1
    return bare_db


class TestTransactionWrites:
    async def test_inserts_into_several_collections_commit_whole(self, writes_db: Database) -> None:
        async def work(tx: Transaction) -> None:
            await tx.insert_one("things", {"_id": "a", "n": 1})
            await tx.insert_many("others", [{"_id": "x"}, {"_id": "y"}])
            await tx.insert_one("things", {"_id": "b", "n": 2})

        await writes_db.transaction(work)
        assert [r["_id"] for r in await writes_db.find_many("things", {}, limit=9)] == ["a", "b"]
        assert len(await writes_db.find_many("others", {}, limit=9)) == 2

    async def test_read_sees_what_the_body_wrote_before(self, writes_db: Database) -> None:
        async def work(tx: Transaction) -> list[str]:
            await tx.insert_one("things", {"_id": "a", "n": 1})
            await tx.change("things", {"_id": "a"}, {"$inc": {"n": long(4)}})
            row = await tx.find_one("things", {"_id": "a"})
            assert row is not None
            assert row["n"] == 5
            await tx.insert_one("things", {"_id": "b", "n": 6})
            await tx.delete_one("things", {"_id": "a"})
            return [r["_id"] for r in await tx.find_many("things", {}, limit=9)]

        assert await writes_db.transaction(work) == ["b"]

    async def test_duplicate_key_undoes_everything_and_names_the_index(
        self, writes_db: Database
    ) -> None:
        await writes_db.insert_one("things", {"_id": "a", "n": 1})

        async def work(tx: Transaction) -> None:
            await tx.insert_one("others", {"_id": "x"})
            await tx.insert_one("things", {"_id": "b", "n": 1})

        with pytest.raises(DuplicateKeyError):
            await writes_db.transaction(work)
        assert await writes_db.find_many("others", {}, limit=9) == []

    async def test_change_whose_document_does_not_match_loses_nothing(
        self, writes_db: Database
    ) -> None:
        await writes_db.insert_one("things", {"_id": "a", "n": 1})

        async def work(tx: Transaction) -> None:
            await tx.insert_one("others", {"_id": "x"})
            await tx.change("things", {"_id": "a", "n": 2}, {"$set": {"n": 3}})

        with pytest.raises(AssertionError, match="of 1 changes"):
            await writes_db.transaction(work)
        assert await writes_db.find_many("others", {}, limit=9) == []

    async def test_neighbours_changes_conflict_and_both_count(self, writes_db: Database) -> None:
        await writes_db.insert_one("things", {"_id": "a", "n": 0})
        first_time = True

        async def work(tx: Transaction) -> None:
            nonlocal first_time
            row = await tx.find_one("things", {"_id": "a"})
            assert row is not None
            if first_time:
                first_time = False
                await writes_db.update_one("things", {"_id": "a"}, {"$inc": {"n": 1}})
            await tx.change("things", {"_id": "a", "n": row["n"]}, {"$inc": {"n": 1}})

        await writes_db.transaction(work)
        row = await writes_db.find_one("things", {"_id": "a"})
        assert row is not None
        assert row["n"] == 2
