"""The queue that queues nothing."""

from app.core.jobs import JobQueue, JobStatus, NullQueue


async def test_null_queue_takes_everything_and_holds_nothing(clock):
    queue: JobQueue = NullQueue()
    await queue.enqueue("e:j", "j", "e", "fast")
    await queue.schedule("e:j", "j", "e", "fast", at=clock.now())
    await queue.cancel("e:j", "fast")
    assert await queue.status("e:j", "fast") is JobStatus.ABSENT
    assert await queue.depth("fast") == 0
