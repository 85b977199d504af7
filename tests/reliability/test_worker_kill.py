"""kill -9 of a real worker and an emptied Redis: every job's effect happens exactly once."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.events import Event
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.migrate import discover, migrate
from app.core.outbox import COLLECTION, DEAD
from app.core.sidecar import Sidecar
from app.services import SPECS, migrations_dir
from app.worker.arq_queue import ArqQueue
from tests.conftest import REPOSITORY, drop
from tests.reliability.counting_worker import POISON

JOBS = 200
# One in the suite: each kill may leave the embedded server holding a dead transaction's rows for a
# minute. FINNAMI_TEST_WORKER_KILLS=3 is the long form.
KILLS = int(os.environ.get("FINNAMI_TEST_WORKER_KILLS", "1"))
# A transaction that was killed keeps its rows locked on the embedded server for a minute, and
# jobs that met it wait longer each time before they are tried again.
PATIENCE_S = 270


@dataclass(frozen=True, slots=True)
class ObjectCounted(Event):
    name: ClassVar[str] = "test.object_counted.v1"
    object_id: str


class WorkerProcess:
    """The counting worker as a child; `restart` is what the supervisor does after a death."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log, self.deaths = environment, log, 0
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.reliability.counting_worker"],
                env=self._environment,
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)

    def keep_alive(self) -> None:
        if self.process.poll() is not None:
            self.deaths += 1
            assert self.deaths < 5, self._log.read_text()[-2000:]
            self.start()


@pytest.fixture
def mongo_url(embedded_mongo_url: str) -> str:
    """A database of this test's own on the shared server."""
    head, _, options = embedded_mongo_url.partition("?")
    return f"{head.rpartition('/')[0]}/t_{new_id()}?{options}"


@pytest.fixture
async def publishing(mongo_url, embedded_redis_url):
    """A database whose commits write outbox rows for the job `count` and nudge the queue."""
    name = mongo_url.partition("?")[0].rpartition("/")[2]
    database = Database.connect(
        mongo_url,
        name,
        transactions_at_once=1,
        sidecar=Sidecar({ObjectCounted.name: (("count", "fast"),)}),
        clock=SystemClock(),
    )
    await migrate(
        database,
        SPECS,
        discover(migrations_dir()),
        clock=SystemClock(),
        owner="test",
        progress=lambda text: None,
    )
    queue = await ArqQueue.connect(embedded_redis_url)
    database.nudge_with(queue.nudge)
    yield database
    await queue.close()
    await drop(database)


@pytest.fixture
def worker(publishing, mongo_url, embedded_redis_url, tmp_path):
    ring = tmp_path / "keys.json"
    KeyRing.generate().save(ring)
    child = WorkerProcess(
        {
            **os.environ,
            "FINNAMI_MONGO_URL": mongo_url,
            "FINNAMI_MONGO_EMBEDDED": "true",
            "FINNAMI_REDIS_URL": embedded_redis_url,
            "FINNAMI_KEY_FILE": str(ring),
            "FINNAMI_DATA_DIR": str(tmp_path),
        },
        tmp_path / "worker.log",
    )
    yield child
    child.kill()


async def publish(database: Database, object_id: str) -> None:
    async def work(tx):
        tx.publish(ObjectCounted(object_id))

    await database.transaction(work, timeout_s=20.0)


async def open_rows(database: Database) -> int:
    return len(await database.find_many(COLLECTION, {"open": True}, limit=JOBS + 10))


async def marks(database: Database) -> Counter[str]:
    rows = await database.find_many("marks", {}, limit=2 * JOBS)
    return Counter(row["object"] for row in rows)


async def until_marked(database: Database, count: int, worker: WorkerProcess) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(await marks(database)) < count and time.monotonic() < deadline:
        worker.keep_alive()
        await asyncio.sleep(0.1)


@pytest.mark.timeout(900)
async def test_jobs_survive_kills_and_an_emptied_redis_exactly_once(
    publishing, worker, embedded_redis_url
):
    for number in range(JOBS):
        await publish(publishing, f"o{number}" if number != 50 else POISON)
    for kill in range(1, KILLS + 1):
        await until_marked(publishing, kill * JOBS // (KILLS + 2), worker)
        worker.kill()
        if kill == (KILLS + 1) // 2:
            gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
            await gate.call("FLUSHALL")
            await gate.close()
        worker.start()
    deadline = time.monotonic() + PATIENCE_S
    while await open_rows(publishing) and time.monotonic() < deadline:
        worker.keep_alive()
        await asyncio.sleep(0.2)

    found = await marks(publishing)
    dead = await publishing.find_many(DEAD, {}, limit=10)
    assert await open_rows(publishing) == 0
    assert set(found) == {f"o{number}" for number in range(JOBS) if number != 50}
    assert set(found.values()) == {1}
    assert [row["ids"]["object_id"] for row in dead] == [POISON]


@pytest.mark.timeout(120)
async def test_a_worker_told_to_stop_finishes_what_it_began(publishing, worker, tmp_path):
    for number in range(8):
        await publish(publishing, f"o{number}")
    await until_marked(publishing, 1, worker)
    worker.process.terminate()
    await asyncio.to_thread(worker.process.wait, 30)
    rows = await publishing.find_many(COLLECTION, {"open": True}, limit=20)
    leased = [row for row in rows if row["d"]["count"].get("attempts")]
    assert leased == []
    assert set((await marks(publishing)).values()) == {1}
