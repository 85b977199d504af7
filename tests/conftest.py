"""What all tests share: the embedded servers (started once a run), a fresh database, a clock."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.cli.launch.pair import embedded_pair
from app.core.clock import SystemClock
from app.core.db import Database
from app.core.ids import new_id
from app.core.migrate import APPLIED
from app.core.sidecar import Sidecar
from tests.fakes.clock import FakeClock

REPOSITORY = Path(__file__).resolve().parents[1]
DROP_S = 60
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the development data where that folder is absent, and say so."""
    if SHARED_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason="the development data (../shared/data) is not here")
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return SHARED_DATA


@pytest.fixture(scope="session")
def embedded_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """MongoDB and Redis URLs of servers that live as long as this test run."""
    with embedded_pair(tmp_path_factory.mktemp("embedded")) as urls:
        yield urls


@pytest.fixture(scope="session")
def embedded_mongo_url(embedded_urls: tuple[str, str]) -> str:
    return os.environ.get("FINNAMI_TEST_MONGO_URL") or embedded_urls[0]


@pytest.fixture(scope="session")
def embedded_redis_url(embedded_urls: tuple[str, str]) -> str:
    return embedded_urls[1]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def connect(url: str, name: str) -> Database:
    """Return a test's database."""
    return Database.connect(
        url, name, transactions_at_once=1, sidecar=Sidecar(), clock=SystemClock()
    )


async def drop(database: Database) -> None:
    """Drop a test's database and close it.

    Bounded: after a test that failed in the middle of its writes the embedded server may hang
    here, and the run is to go on. The server's folder goes with the run anyway.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(DROP_S):
            await database.driver.client.drop_database(database.name)
    await database.close()


@pytest.fixture
async def bare_db(embedded_mongo_url: str) -> AsyncIterator[Database]:
    """An empty database of its own name, without collections; dropped afterwards."""
    database = connect(embedded_mongo_url, f"t_{new_id()}")
    yield database
    await drop(database)


@pytest.fixture(scope="session")
def migrated_name(embedded_mongo_url: str) -> str:
    """The name of a database with every collection, validator and index, made once a run.

    Making them takes the embedded server about a second, emptying them a tenth of it.
    """
    from app.core.migrate import discover, migrate
    from app.services import SPECS, migrations_dir  # late: core tests need no domain

    name = f"t_{new_id()}"

    async def make() -> None:
        database = connect(embedded_mongo_url, name)
        try:
            await migrate(
                database,
                SPECS,
                discover(migrations_dir()),
                clock=SystemClock(),
                owner="tests",
                progress=lambda _: None,
            )
        finally:
            await database.close()

    asyncio.run(make())
    return name


@pytest.fixture
async def db(embedded_mongo_url: str, migrated_name: str) -> AsyncIterator[Database]:
    """An empty, migrated database; emptied again afterwards."""
    database = connect(embedded_mongo_url, migrated_name)
    yield database
    await emptied(database)


async def emptied(database: Database) -> None:
    """Empty a migrated database for the next test, and close it."""
    for collection in await database.driver.list_collection_names():
        if collection != APPLIED:
            await database.driver[collection].delete_many({})
    await database.close()
