"""Migrations: declared, ordered, once, and never on a database that this code does not know."""

from pathlib import Path

import pytest

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.migrate import LOCK, SchemaError, create_collections, discover, migrate, status
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import DuplicateKeyError
from tests.fakes.clock import FakeClock

SPECS = (
    CollectionSpec(
        "things",
        validator={"bsonType": "object", "required": ["_id", "n"]},
        indexes=(IndexSpec((("n", 1),), unique=True),),
    ),
)
SCRIPT = """
async def up(db, progress):
    progress("working")
    await db.update_one("ran", {"_id": "one"}, {"$inc": {"times": 1}}, upsert=True)
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.py").write_text(SCRIPT)
    return tmp_path


async def run(db: Database, folder: Path) -> list[str]:
    said: list[str] = []
    await migrate(db, SPECS, discover(folder), clock=SystemClock(), owner="t", progress=said.append)
    return said


class TestMigrate:
    async def test_runs_once_however_often_it_is_called(
        self, bare_db: Database, scripts: Path
    ) -> None:
        assert "working" in await run(bare_db, scripts)
        assert await run(bare_db, scripts) == []
        row = await bare_db.find_one("ran", {"_id": "one"})
        assert row is not None
        assert row["times"] == 1

    async def test_declared_unique_index_and_validator_hold(
        self, bare_db: Database, scripts: Path
    ) -> None:
        await run(bare_db, scripts)
        await bare_db.insert_one("things", {"_id": "a", "n": 1})
        with pytest.raises(DuplicateKeyError):
            await bare_db.insert_one("things", {"_id": "b", "n": 1})
        with pytest.raises(Exception, match=r"(?i)validation"):
            await bare_db.insert_one("things", {"_id": "c"})

    async def test_creating_collections_twice_changes_nothing(self, bare_db: Database) -> None:
        await create_collections(bare_db, SPECS)
        await create_collections(bare_db, SPECS)
        assert "n_1" in await bare_db.driver["things"].index_information()

    async def test_pending_changed_and_newer_are_each_refused_by_name(
        self, bare_db: Database, scripts: Path
    ) -> None:
        with pytest.raises(SchemaError, match="0001_first"):
            (await status(bare_db, discover(scripts))).require_ready()
        await run(bare_db, scripts)
        (scripts / "0001_first.py").write_text(SCRIPT + "\n# another text\n")
        with pytest.raises(SchemaError, match="changed"):
            (await status(bare_db, discover(scripts))).require_ready()
        (scripts / "0001_first.py").unlink()
        with pytest.raises(SchemaError, match="newer"):
            (await status(bare_db, discover(scripts))).require_ready()

    async def test_second_runner_is_refused_until_the_lease_ends(
        self, bare_db: Database, scripts: Path
    ) -> None:
        clock = FakeClock()
        await bare_db.insert_one(LOCK, {"_id": "lease", "owner": "other", "until": clock.now()})
        with pytest.raises(SchemaError, match="another migration"):
            await migrate(
                bare_db, SPECS, discover(scripts), clock=clock, owner="t", progress=lambda _: None
            )
        clock.advance(1)
        found = await migrate(
            bare_db, SPECS, discover(scripts), clock=clock, owner="t", progress=lambda _: None
        )
        assert found.applied == ("0001_first",)
