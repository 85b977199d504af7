"""kill -9 of a run over the customers, and two runs at once: every report exactly once."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.keys import KeyRing
from app.core.sidecar import Sidecar
from tests.conftest import REPOSITORY
from tests.factories.report_world import empty, fill, last_month

pytestmark = pytest.mark.row("AN3")
CUSTOMERS = 25
EACH = 3
# A transaction that was killed keeps its rows locked on the embedded server for a minute.
PATIENCE_S = 150


@pytest.fixture
def environment(
    embedded_mongo_url: str, embedded_redis_url: str, migrated_name: str, tmp_path: Path
) -> Iterator[dict[str, str]]:
    KeyRing.generate().save(tmp_path / "keys.json")
    asyncio.run(fill(embedded_mongo_url, migrated_name, customers=CUSTOMERS))
    yield {
        "PATH": "/usr/bin:/bin",
        "FINNAMI_MONGO_URL": embedded_mongo_url.replace("/finnami?", f"/{migrated_name}?"),
        "FINNAMI_REDIS_URL": embedded_redis_url,
        "FINNAMI_KEY_FILE": str(tmp_path / "keys.json"),
    }
    asyncio.run(empty(embedded_mongo_url, migrated_name))


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app.cli.main", "reports", "make", "--json"]
    return subprocess.Popen(
        [*command, "--month", last_month()],
        env=environment,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


async def kept(url: str, name: str) -> tuple[Counter[str], Counter[str]]:
    """Return how often each owner's kind and each seal is there."""
    db = Database.connect(url, name, transactions_at_once=1, sidecar=Sidecar(), clock=SystemClock())
    rows = await db.find_many("reports", {}, limit=5_000, projection={"owner": 1, "kind": 1})
    sealed = await db.find_many("log_pending", {}, limit=5_000)
    await db.close()
    reports = Counter(f"{row['owner']} {row['kind']}" for row in rows)
    entries = [entry["id"] for row in sealed for entry in row["entries"]]
    return reports, Counter(entry for entry in entries if entry.startswith("report:"))


def test_killed_run_goes_on_and_two_runs_make_one_of_each(
    environment: dict[str, str], embedded_mongo_url: str, migrated_name: str
) -> None:
    first = start(environment)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        begun, _ = asyncio.run(kept(embedded_mongo_url, migrated_name))
        if len(begun) > 10 or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert 0 < len(begun) < CUSTOMERS * EACH, "killed in the middle"
    while True:
        both = [start(environment) for _ in range(2)]
        told = [json.loads(process.communicate(timeout=PATIENCE_S)[0]) for process in both]
        if all(one["waits"] == 0 for one in told) or time.monotonic() > deadline:
            break
    assert [(one["refused"], one["waits"]) for one in told] == [(0, 0), (0, 0)]
    reports, sealed = asyncio.run(kept(embedded_mongo_url, migrated_name))
    assert len(reports) == CUSTOMERS * EACH
    assert set(reports.values()) == {1}
    assert len(sealed) == CUSTOMERS * EACH
    assert set(sealed.values()) == {1}
