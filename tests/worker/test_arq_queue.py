"""The arq adapter on a real Redis: one job per id, JSON inside, outcomes become retries."""

import asyncio
from datetime import timedelta

import orjson
import pytest
from arq import Retry

from app.core import outbox
from app.core.clock import SystemClock
from app.core.errors import UnavailableError
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.jobs import JobStatus
from app.worker import arq_queue
from app.worker.arq_queue import QUEUES, ArqQueue, arq_worker
from app.worker.job import Outcome, Result
from tests.worker.test_job import PaymentMade


@pytest.fixture
async def queue(embedded_redis_url):
    queue = await ArqQueue.connect(embedded_redis_url)
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    await gate.call("DEL", *(settings.redis_key for settings in QUEUES.values()))
    yield queue
    await gate.close()
    await queue.close()


class TestEnqueue:
    async def test_one_job_per_id(self, queue):
        job = f"{new_id()}:book"
        for _ in range(3):
            await queue.enqueue(job, "book", "event", "fast")
        assert await queue.depth("fast") == 1
        assert await queue.depth("slow") == 0
        assert await queue.status(job, "fast") is JobStatus.QUEUED

    async def test_a_scheduled_job_waits(self, queue):
        job = f"{new_id()}:book"
        later = SystemClock().now() + timedelta(hours=1)
        await queue.schedule(job, "book", "event", "slow", at=later)
        assert await queue.status(job, "slow") is JobStatus.SCHEDULED

    async def test_a_cancelled_job_is_gone_and_its_id_is_free(self, queue):
        job = f"{new_id()}:book"
        await queue.enqueue(job, "book", "event", "fast")
        await queue.cancel(job, "fast")
        assert await queue.status(job, "fast") is JobStatus.ABSENT
        await queue.enqueue(job, "book", "event", "fast")
        assert await queue.depth("fast") == 1

    async def test_what_lies_in_redis_is_json_with_ids_only(self, queue, embedded_redis_url):
        job = f"{new_id()}:book"
        await queue.enqueue(job, "book", "the-event", "fast")
        gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
        body = await gate.call("GET", f"arq:job:{job}")
        await gate.close()
        assert isinstance(body, bytes)
        assert orjson.loads(body)["a"] == ["the-event"]

    async def test_the_nudge_queues_each_job_of_fresh_rows_but_not_later_ones(self, queue):
        at = SystemClock().now()
        jobs = (("book", "fast"), ("print", "slow"))
        later = outbox.row(
            PaymentMade("p2"), jobs=jobs, at=at, not_before=at + timedelta(seconds=60)
        )
        await queue.nudge([outbox.row(PaymentMade("p1"), jobs=jobs, at=at), later])
        assert await queue.depth("fast") == 1
        assert await queue.depth("slow") == 1

    async def test_a_burst_needs_no_more_connections_than_it_was_given(self, queue):
        await asyncio.gather(
            *(queue.enqueue(f"{new_id()}:book", "book", "event", "fast") for _ in range(200))
        )
        assert await queue.depth("fast") == 200

    async def test_no_redis_is_a_connection_error(self, monkeypatch):
        monkeypatch.setattr(arq_queue.RedisSettings, "conn_retries", 0)
        with pytest.raises(ConnectionError):
            await ArqQueue.connect("redis://127.0.0.1:1/0")


class FakeRunner:
    def __init__(self, answer: Result | Exception) -> None:
        self.answer = answer
        self.ran: list[tuple[str, str]] = []

    async def run(self, job: str, event_id: str) -> Result:
        self.ran.append((job, event_id))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class TestWorkerSide:
    @pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.NOT_OURS, Outcome.DEAD])
    async def test_a_settled_job_leaves_the_queue(self, outcome):
        runner = FakeRunner(Result(outcome))
        await arq_queue._arq_function("book")({"runner": runner}, "event")
        assert runner.ran == [("book", "event")]

    @pytest.mark.parametrize(
        ("answer", "least_ms"),
        [(Result(Outcome.RETRY, 5.0), 5000), (UnavailableError(), 1000)],
    )
    async def test_a_failure_is_a_later_try(self, answer, least_ms):
        with pytest.raises(Retry) as retry:
            await arq_queue._arq_function("book")({"runner": FakeRunner(answer)}, "event")
        assert retry.value.defer_score >= least_ms

    async def test_a_queued_job_is_run_with_its_event(self, queue, embedded_redis_url):
        runner = FakeRunner(Result(Outcome.DONE))

        async def startup(ctx):
            ctx["runner"] = runner

        async def shutdown(ctx):
            runner.stopped = True

        worker = arq_worker(
            QUEUES["fast"],
            ["book"],
            redis_url=embedded_redis_url,
            on_startup=startup,
            on_shutdown=shutdown,
            grace_s=1,
        )
        worker.burst = True
        await queue.enqueue(f"{new_id()}:book", "book", "the-event", "fast")
        await worker.async_run()
        await worker.close()
        assert runner.ran == [("book", "the-event")]
        assert runner.stopped

    def test_every_setting_that_a_trap_taught_is_set(self):
        async def nothing(ctx):
            return None

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        worker = arq_worker(
            QUEUES["fast"],
            ["book"],
            redis_url="redis://127.0.0.1:1/0",
            on_startup=nothing,
            on_shutdown=nothing,
            grace_s=20,
        )
        loop.close()
        assert worker.job_serializer is orjson.dumps
        assert worker.job_deserializer is orjson.loads
        assert worker.keep_result_s == 0
        assert worker.log_results is False
        assert worker.poll_delay_s == 0.05
        assert worker._job_completion_wait == 20
        assert worker.health_check_interval == 10
        assert worker.in_progress_timeout_s <= 35
