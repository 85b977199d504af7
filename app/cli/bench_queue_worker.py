"""The workers of `finnami bench queue`, started as child processes: `stock` or `product`."""

import asyncio
import sys
import time

from app.core.config import Settings
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


def main(arm: str) -> None:
    """Run one arm's worker until SIGTERM."""
    if arm == "product":
        run(QUEUES["fast"], {"bench_job": bench_job})
        return
    asyncio.set_event_loop(asyncio.new_event_loop())
    run_stock_worker(Settings().redis_url or "")


if __name__ == "__main__":
    main(sys.argv[1])
