"""arq behind the JobQueue port: queue settings, the enqueuing side, the running side.

Every setting answers a trap that was run into: stock arq pickles, retries
nothing, polls twice a second and repeats a killed worker's job after five minutes.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import orjson
from arq import Retry
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import job_key_prefix, retry_key_prefix
from arq.cron import CronJob
from arq.jobs import Job
from arq.jobs import JobStatus as ArqStatus
from arq.worker import Worker, func

from app.core import outbox
from app.core.errors import UnavailableError
from app.core.jobs import JobStatus
from app.core.redis import RedisFault
from app.core.store import Document
from app.worker.job import JobRunner, Outcome

# Our own count in the outbox row decides; arq's only must not be in its way.
_ARQ_TRIES = 1000
_ENQUEUES_AT_ONCE = 16
_CLAIM_RETRY_S = 2.0
# arq's own limit must never cut a job before ours has noted the failure.
_ARQ_TIMEOUT_MARGIN_S = 3.0


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One class of jobs: how long one may take and how many run at once in a process."""

    name: str
    timeout_s: float
    at_once: int
    poll_s: float

    @property
    def redis_key(self) -> str:
        """The sorted set in Redis."""
        return f"finnami:queue:{self.name}"


QUEUES: Mapping[str, QueueSettings] = {
    "fast": QueueSettings("fast", timeout_s=20, at_once=50, poll_s=0.05),
    "slow": QueueSettings("slow", timeout_s=600, at_once=2, poll_s=0.5),
}

_STATUS = {
    ArqStatus.deferred: JobStatus.SCHEDULED,
    ArqStatus.queued: JobStatus.QUEUED,
    ArqStatus.in_progress: JobStatus.RUNNING,
}


class ArqQueue:
    """The enqueuing side. Raises ConnectionError when Redis does not answer."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool
        self._places = asyncio.Semaphore(_ENQUEUES_AT_ONCE)

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Return a queue on its own connections. Raises ConnectionError without a Redis."""
        try:
            return cls(
                await create_pool(
                    RedisSettings.from_dsn(url),
                    job_serializer=orjson.dumps,
                    job_deserializer=orjson.loads,
                )
            )
        except (RedisFault, OSError) as error:
            raise ConnectionError("the job queue's Redis does not answer") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def enqueue(self, job_id: str, name: str, event_id: str, queue: str) -> None:
        """Queue a job; one that is queued or running already stays as it is."""
        await self._put(job_id, name, event_id, queue, at=None)

    async def schedule(
        self, job_id: str, name: str, event_id: str, queue: str, *, at: datetime
    ) -> None:
        """Queue a job that starts no earlier than `at`."""
        await self._put(job_id, name, event_id, queue, at=at)

    async def _put(
        self, job_id: str, name: str, event_id: str, queue: str, *, at: datetime | None
    ) -> None:
        async with self._places:
            try:
                await self._pool.enqueue_job(
                    name,
                    event_id,
                    _job_id=job_id,
                    _queue_name=QUEUES[queue].redis_key,
                    _defer_until=at,
                )
            except RedisFault as error:
                raise ConnectionError("the job queue does not answer") from error

    async def nudge(self, rows: list[Document]) -> None:
        """Queue the jobs of freshly committed outbox rows (for Sidecar.nudge_with)."""
        due = [
            item
            for row in rows
            if row["next_at"] <= row["occurred_at"]
            for item in outbox.waiting_jobs(row, now=row["occurred_at"])
        ]
        await asyncio.gather(
            *(self.enqueue(item.key, item.job, item.event_id, item.queue) for item in due)
        )

    async def cancel(self, job_id: str, queue: str) -> None:
        """Forget a queued job. Never arq's abort: it would kill a later job of this id."""
        try:
            async with self._pool.pipeline(transaction=True) as pipe:
                pipe.zrem(QUEUES[queue].redis_key, job_id)
                pipe.delete(job_key_prefix + job_id, retry_key_prefix + job_id)
                await pipe.execute()
        except RedisFault as error:
            raise ConnectionError("the job queue does not answer") from error

    async def status(self, job_id: str, queue: str) -> JobStatus:
        """Tell where a job stands."""
        job = Job(job_id, self._pool, _queue_name=QUEUES[queue].redis_key)
        try:
            return _STATUS.get(await job.status(), JobStatus.ABSENT)
        except RedisFault as error:
            raise ConnectionError("the job queue does not answer") from error

    async def depth(self, queue: str) -> int:
        """Return how many jobs wait or run in a queue."""
        try:
            return int(await self._pool.zcard(QUEUES[queue].redis_key))
        except RedisFault as error:
            raise ConnectionError("the job queue does not answer") from error


Hook = Callable[[dict[Any, Any]], Coroutine[Any, Any, None]]


def _arq_function(name: str) -> Callable[[dict[str, Any], str], Coroutine[Any, Any, None]]:
    async def call(ctx: dict[str, Any], event_id: str) -> None:
        runner: JobRunner = ctx["runner"]
        try:
            result = await runner.run(name, event_id)
        except UnavailableError:
            # Not even the row could be claimed: no attempt was made, so none is counted.
            raise Retry(defer=_CLAIM_RETRY_S) from None
        if result.outcome is Outcome.RETRY:
            # A little later than the lease ends, or the claim would find it still held.
            raise Retry(defer=result.retry_in_s + 0.1)

    call.__qualname__ = name
    return call


def arq_worker(  # noqa: PLR0913 - one per thing arq is told
    queue: QueueSettings,
    names: list[str],
    *,
    redis_url: str,
    on_startup: Hook,
    on_shutdown: Hook,
    grace_s: float,
    crons: Sequence[CronJob] = (),
) -> Worker:
    """Return arq's worker for one queue; `ctx["runner"]` must be set by `on_startup`.

    arq's logger prints job arguments at INFO, hence WARNING; results are not kept because
    the outbox row is the result.
    """
    logging.getLogger("arq").setLevel(logging.WARNING)
    timeout_s = queue.timeout_s + _ARQ_TIMEOUT_MARGIN_S
    return Worker(
        functions=[
            # arq's protocols name a context of their own; ours is the plain dict it passes.
            func(_arq_function(name), name=name, timeout=timeout_s, max_tries=_ARQ_TRIES)  # type: ignore[arg-type]
            for name in names
        ],
        cron_jobs=crons,
        timezone=UTC,
        queue_name=queue.redis_key,
        redis_settings=RedisSettings.from_dsn(redis_url),
        # arq's protocol asks for __qualname__, which every method has.
        # arq's protocols name a context of their own; ours is the plain dict it passes.
        on_startup=on_startup,  # type: ignore[arg-type]
        on_shutdown=on_shutdown,  # type: ignore[arg-type]
        job_completion_wait=int(grace_s),
        max_jobs=queue.at_once,
        job_timeout=timeout_s,
        keep_result=0,
        log_results=False,
        poll_delay=queue.poll_s,
        max_tries=_ARQ_TRIES,
        health_check_interval=10,
        job_serializer=orjson.dumps,
        job_deserializer=orjson.loads,
    )
