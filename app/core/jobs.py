"""The job queue's port: what may be asked of whatever carries job ids to the workers."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class JobStatus(StrEnum):
    """Where a job stands in the queue; the outbox row, not this, says whether it is done."""

    ABSENT = "absent"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    RUNNING = "running"


class JobQueue(Protocol):
    """Carries ids only. It may lose all of them: the outbox queues them again."""

    async def enqueue(self, job_id: str, name: str, event_id: str, queue: str) -> None:
        """Queue job `name` of an event under `job_id`; a job already queued stays as it is."""
        ...

    async def schedule(
        self, job_id: str, name: str, event_id: str, queue: str, *, at: datetime
    ) -> None:
        """Queue a job that starts no earlier than `at`."""
        ...

    async def cancel(self, job_id: str, queue: str) -> None:
        """Forget a queued job. One that runs goes on; its row decides what counts."""
        ...

    async def status(self, job_id: str, queue: str) -> JobStatus:
        """Tell where a job stands."""
        ...

    async def depth(self, queue: str) -> int:
        """Return how many jobs wait in a queue."""
        ...


class NullQueue:
    """Queues nothing: for commands and tests; the relay finds the rows by itself."""

    async def enqueue(self, job_id: str, name: str, event_id: str, queue: str) -> None:
        """Do nothing."""

    async def schedule(
        self, job_id: str, name: str, event_id: str, queue: str, *, at: datetime
    ) -> None:
        """Do nothing."""

    async def cancel(self, job_id: str, queue: str) -> None:
        """Do nothing."""

    async def status(self, job_id: str, queue: str) -> JobStatus:  # noqa: ARG002 (the port's names)
        """Return that the job is not here."""
        return JobStatus.ABSENT

    async def depth(self, queue: str) -> int:  # noqa: ARG002 (the port's names)
        """Return zero."""
        return 0
