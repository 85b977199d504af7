"""Crons: asked for by arq at set times, done by one of two workers, gone on with after a death."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.core.errors import UnavailableError
from app.core.gate import Gate
from app.worker.arq_queue import QUEUES, arq_worker
from app.worker.crons import SERVICES, Cron, cron_jobs, fire
from app.worker.main import CRONS, PERIODIC
from tests.fakes.db import FakeDatabase


@pytest.fixture
def services(clock):
    return SimpleNamespace(db=FakeDatabase(), clock=clock)


class Work:
    """Counts its turns; a turn ends when the gate is open."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.ended, self.error = 0, 0, error
        self.running, self.gate = asyncio.Event(), asyncio.Event()

    async def __call__(self, _services: object) -> None:
        self.begun += 1
        self.running.set()
        await self.gate.wait()
        if self.error:
            raise self.error
        self.ended += 1


def firing(services: object, job_id: str) -> dict[str, object]:
    return {SERVICES: services, "job_id": job_id}


class TestTimes:
    @pytest.mark.row("PA8")
    def test_rebalancing_is_asked_for_each_minute_by_arq_and_by_no_loop(self):
        assert "rebalance" not in {chore.name for chore in PERIODIC}
        (job,) = [j for j in cron_jobs(CRONS["fast"]) if j.name == "cron:rebalance"]
        assert job.unique
        at = datetime(2026, 11, 26, 23, 59, 30, tzinfo=UTC)
        seen = []
        for _ in range(3):
            job.calculate_next(at)
            at = job.next_run
            seen.append(at.replace(microsecond=0))
        assert seen == [datetime(2026, 11, 27, 0, minute, tzinfo=UTC) for minute in range(3)]

    def test_every_cron_has_its_own_name_and_known_queue_and_ends_before_its_next_time(self):
        everything = [entry for crons in CRONS.values() for entry in crons]
        assert CRONS.keys() <= QUEUES.keys()
        assert len({entry.name for entry in everything}) == len(everything)
        for name, crons in CRONS.items():
            for job, entry in zip(cron_jobs(crons), crons, strict=True):
                assert entry.timeout_s <= QUEUES[name].timeout_s
                job.calculate_next(datetime(2026, 1, 1, tzinfo=UTC))
                first = job.next_run
                job.calculate_next(first)
                assert entry.timeout_s + 10 < (job.next_run - first).total_seconds()


class TestFire:
    async def test_two_firings_at_once_are_one_turn(self, services):
        work = Work()
        cron = Cron("sweep", work)
        first = asyncio.create_task(fire(cron, firing(services, "one")))
        await work.running.wait()
        assert await fire(cron, firing(services, "two")) is False
        work.gate.set()
        assert await first is True
        assert (work.begun, work.ended) == (1, 1)

    async def test_the_next_time_follows_at_once_after_an_end(self, services):
        work = Work()
        work.gate.set()
        cron = Cron("sweep", work)
        assert await fire(cron, firing(services, "one"))
        assert await fire(cron, firing(services, "two"))

    @pytest.mark.parametrize("error", [UnavailableError(), OSError("away"), RuntimeError("bug")])
    async def test_a_failure_is_logged_and_the_next_time_comes(self, services, error):
        work = Work(error)
        work.gate.set()
        assert await fire(Cron("sweep", work), firing(services, "one")) is False
        work.error = None
        assert await fire(Cron("sweep", work), firing(services, "two")) is True

    async def test_a_hanging_turn_is_cut(self, services):
        work = Work()
        cron = Cron("sweep", work, timeout_s=0.01)
        assert await fire(cron, firing(services, "one")) is False
        assert (work.begun, work.ended) == (1, 0)

    async def test_a_dead_workers_lease_is_over_at_the_next_minute(self, services, clock):
        work = Work()
        work.gate.set()
        cron = Cron("sweep", work)
        await services.db.insert_one(  # what a kill -9 leaves behind
            "leases",
            {
                "_id": "cron:sweep",
                "owner": "dead",
                "until": clock.now() + timedelta(seconds=30),
                "token": 1,
            },
        )
        assert await fire(cron, firing(services, "other")) is False
        assert await fire(cron, firing(services, "dead")) is True  # the same firing, again
        clock.advance(60)
        assert await fire(cron, firing(services, "other")) is True


async def test_two_workers_at_one_set_time_make_one_turn(services, embedded_redis_url):
    """Both workers' clocks strike; arq's unique id and our lease leave one turn."""
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    await gate.call("DEL", QUEUES["fast"].redis_key)
    work = Work()
    work.gate.set()

    async def startup(ctx):
        ctx[SERVICES] = services

    async def shutdown(_ctx):
        return None

    workers = [
        arq_worker(
            QUEUES["fast"],
            [],
            crons=cron_jobs((Cron("strike", work),)),
            redis_url=embedded_redis_url,
            on_startup=startup,
            on_shutdown=shutdown,
            grace_s=1,
        )
        for _ in range(2)
    ]
    strike = datetime.now(UTC).replace(microsecond=0)
    for worker in workers:
        worker.burst = True
        worker.cron_jobs[0].next_run = strike
    await asyncio.gather(*(worker.async_run() for worker in workers))
    for worker in workers:
        await worker.close()
    await gate.close()
    assert (work.begun, work.ended) == (1, 1)
