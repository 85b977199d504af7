"""The relay: what is due is queued, what is lost is queued again, one process at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import pytest

from app.core import outbox
from app.core.events import Event
from app.core.jobs import NullQueue
from app.worker.relay import LEASE_S, Relay
from tests.fakes.db import FakeDatabase


@dataclass(frozen=True, slots=True)
class PaymentMade(Event):
    name: ClassVar[str] = "test.payment_made.v1"
    payment_id: str


class ListQueue(NullQueue):
    """Remembers what was put in; `broken` makes it refuse after so many."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, str, str]] = []
        self.left: int | None = None

    async def enqueue(self, job_id: str, name: str, event_id: str, queue: str) -> None:
        if self.left is not None:
            if self.left == 0:
                raise ConnectionError
            self.left -= 1
        self.jobs.append((job_id, name, queue))


@pytest.fixture
def store() -> FakeDatabase:
    return FakeDatabase(outbox.COLLECTIONS)


@pytest.fixture
def queue() -> ListQueue:
    return ListQueue()


async def publish(store, at: datetime, count: int = 1) -> list[str]:
    rows = [
        outbox.row(PaymentMade(f"p{n}"), jobs=(("book", "fast"), ("print", "slow")), at=at)
        for n in range(count)
    ]
    await store.insert_many(outbox.COLLECTION, rows)
    return [row["_id"] for row in rows]


class TestRelay:
    async def test_each_job_goes_to_its_queue_under_its_own_id(self, store, queue, clock):
        (event,) = await publish(store, clock.now())
        assert await Relay(store, queue, clock, owner="a").step() == 1
        assert queue.jobs == [
            (f"{event}:book", "book", "fast"),
            (f"{event}:print", "print", "slow"),
        ]

    async def test_a_queued_row_rests_until_the_sweep(self, store, queue, clock):
        await publish(store, clock.now())
        relay = Relay(store, queue, clock, owner="a")
        await relay.step()
        clock.advance(outbox.REQUEUE_AFTER_S - 1)
        assert await relay.step() == 0

    async def test_what_redis_lost_is_queued_again(self, store, queue, clock):
        await publish(store, clock.now(), 5)
        relay = Relay(store, queue, clock, owner="a")
        await relay.step()
        queue.jobs.clear()
        clock.advance(outbox.REQUEUE_AFTER_S)
        await relay.step()
        assert len(queue.jobs) == 10

    async def test_when_the_queue_breaks_midway_the_rest_stays_due(self, store, queue, clock):
        await publish(store, clock.now(), 5)
        relay = Relay(store, queue, clock, owner="a")
        queue.left = 4
        with pytest.raises(ConnectionError):
            await relay.step()
        queue.left = None
        assert await relay.step() == 3
        assert len({job for job, _, _ in queue.jobs}) == 10

    async def test_done_jobs_are_not_queued_and_finished_rows_are_closed(self, store, queue, clock):
        (event,) = await publish(store, clock.now())
        done = {f"d.{job}.done_at": clock.now() for job in ("book", "print")}
        await store.update_one(outbox.COLLECTION, {"_id": event}, {"$set": done})
        await Relay(store, queue, clock, owner="a").step()
        assert queue.jobs == []
        assert "open" not in await store.find_one(outbox.COLLECTION, {"_id": event})

    async def test_two_relays_share_by_lease(self, store, queue, clock):
        first, second = (Relay(store, queue, clock, owner=name) for name in "ab")
        assert await first.step() == 0
        await publish(store, clock.now())
        assert await second.step() == 0
        assert queue.jobs == []
        clock.advance(LEASE_S)
        assert await second.step() == 1

    async def test_the_age_of_the_oldest_waiting_event_is_known(self, store, queue, clock):
        await publish(store, clock.now())
        clock.advance(12)
        relay = Relay(store, queue, clock, owner="a")
        await relay.step()
        assert relay.oldest_due_s == 12
