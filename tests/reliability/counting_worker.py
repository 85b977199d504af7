"""A real worker process with one job that leaves a countable mark; started by the kill test."""

import asyncio
from dataclasses import replace

from app.core.ids import new_id
from app.worker.arq_queue import QUEUES
from app.worker.job import JobRun, PermanentError
from app.worker.main import run

POISON = "poison"


async def count(services: object, run: JobRun) -> None:
    """Insert one mark with a random id: a second effect would be a second mark."""
    if run.ids["object_id"] == POISON:
        raise PermanentError("poison")
    mark = new_id()
    await asyncio.sleep(0.05)

    async def work(tx):
        await tx.insert_one("marks", {"_id": mark, "object": run.ids["object_id"]})

    await run.once(work)


if __name__ == "__main__":
    # Short limits, so that a killed run's lease ends within the test's patience.
    run(replace(QUEUES["fast"], timeout_s=3.0, at_once=8), {"count": count})
