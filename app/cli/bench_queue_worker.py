"""The workers of `finnami bench queue`, started as child processes: `stock` or `product`."""

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from app.cli.launch import process
from app.core.config import Settings
from app.core.keys import KeyRing
from app.worker.arq_queue import QUEUES
from app.worker.job import JobRun
from app.worker.main import run
from app.worker.stock_arq import run_stock_worker

STARTED = "bench:started:product"


async def bench_job(services: object, run: JobRun) -> None:
    """Note when the job began; the done mark follows in the runner."""
    gate = services.gate  # type: ignore[attr-defined]  # AppServices; see Handler
    began = time.monotonic()
    await gate.call("RPUSH", STARTED, f"{run.ids['job_id']} {began}", timeout_s=5.0)


def start_worker(
    stack: ExitStack, arm: str, urls: tuple[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    """Start one arm's worker on (database URL, Redis URL); the stack stops it."""
    key_file = folder / "keys.json"
    if not key_file.exists():
        KeyRing.generate().save(key_file)
    child = process.start(
        [sys.executable, "-m", "app.cli.bench_queue_worker", arm],
        log=folder / f"{arm}.log",
        settings={
            "FINNAMI_MONGO_URL": urls[0],
            "FINNAMI_REDIS_URL": urls[1],
            "FINNAMI_KEY_FILE": str(key_file),
        },
    )
    stack.callback(process.stop, child)
    return child


def main(arm: str) -> None:
    """Run one arm's worker until SIGTERM."""
    if arm == "product":
        run(QUEUES["fast"], {"bench_job": bench_job})
        return
    asyncio.set_event_loop(asyncio.new_event_loop())
    run_stock_worker(Settings().redis_url or "")


if __name__ == "__main__":
    main(sys.argv[1])
