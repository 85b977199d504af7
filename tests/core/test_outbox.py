"""The outbox over the in-memory store: leases, done marks, dead letters, and what is due."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import outbox
from app.core.events import Event
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase


@dataclass(frozen=True, slots=True)
class PaymentMade(Event):
    name: ClassVar[str] = "test.payment_made.v1"
    payment_id: str


JOBS = (("book_payment", "fast"), ("print_payment", "slow"))


@pytest.fixture
def store() -> FakeDatabase:
    return FakeDatabase(outbox.COLLECTIONS)


async def published(store: FakeDatabase, clock: FakeClock, *, jobs=JOBS) -> str:
    row = outbox.row(PaymentMade("p1"), jobs=jobs, at=clock.now(), trace="00-abc")
    await store.insert_one(outbox.COLLECTION, row)
    return row["_id"]


async def claimed(store: FakeDatabase, clock: FakeClock, event: str, job: str) -> outbox.Claim:
    claim = await outbox.claim(store, event, job, now=clock.now(), lease_s=25)
    assert claim is not None
    return claim


class TestRow:
    def test_names_ids_queues_and_a_bucket(self, clock):
        row = outbox.row(PaymentMade("p1"), jobs=JOBS, at=clock.now())
        assert row["ids"] == {"payment_id": "p1"}
        assert {job: state["queue"] for job, state in row["d"].items()} == dict(JOBS)
        assert row["open"] is True
        assert row["next_at"] == clock.now()

    @given(st.text(alphabet="0123456789abcdef", min_size=1, max_size=26))
    def test_every_id_has_one_of_sixteen_buckets(self, event_id):
        row = outbox.row(PaymentMade("p"), jobs=JOBS, at=FakeClock().now(), event_id=event_id)
        again = outbox.row(PaymentMade("p"), jobs=JOBS, at=FakeClock().now(), event_id=event_id)
        assert row["bucket"] in outbox.BUCKETS
        assert row["bucket"] == again["bucket"]

    def test_an_event_without_a_job_needs_no_row(self, clock):
        with pytest.raises(AssertionError, match="no subscriber"):
            outbox.row(PaymentMade("p1"), jobs=(), at=clock.now())


class TestClaim:
    async def test_one_of_two_workers_gets_the_job(self, store, clock):
        event = await published(store, clock)
        claim = await claimed(store, clock, event, "book_payment")
        assert claim.ids == {"payment_id": "p1"}
        assert claim.attempt == 1
        assert claim.trace == "00-abc"
        assert claim.siblings == ("print_payment",)
        assert await outbox.claim(store, event, "book_payment", now=clock.now(), lease_s=25) is None

    async def test_a_dead_workers_job_comes_back_when_its_lease_ends(self, store, clock):
        event = await published(store, clock)
        await claimed(store, clock, event, "book_payment")
        clock.advance(25)
        assert (await claimed(store, clock, event, "book_payment")).attempt == 2

    async def test_a_done_or_unknown_job_is_nobodys(self, store, clock):
        event = await published(store, clock)
        claim = await claimed(store, clock, event, "book_payment")
        await outbox.finish(store, claim, at=clock.now())
        clock.advance(100)
        for job in ("book_payment", "no_such_job"):
            assert await outbox.claim(store, event, job, now=clock.now(), lease_s=25) is None


class TestFinish:
    async def test_the_last_job_closes_the_row(self, store, clock):
        event = await published(store, clock)
        first = await claimed(store, clock, event, "book_payment")
        await outbox.finish(store, first, at=clock.now())
        row = await store.find_one(outbox.COLLECTION, {"_id": event})
        assert row is not None
        assert row["open"] is True
        second = await claimed(store, clock, event, "print_payment")
        await outbox.finish(store, second, at=clock.now())
        row = await store.find_one(outbox.COLLECTION, {"_id": event})
        assert row is not None
        assert "open" not in row
        assert row["closed_at"] == clock.now()

    async def test_the_slower_of_two_runs_is_told(self, store, clock):
        event = await published(store, clock)
        slow = await claimed(store, clock, event, "book_payment")
        clock.advance(26)
        quick = await claimed(store, clock, event, "book_payment")
        await outbox.finish(store, quick, at=clock.now())
        with pytest.raises(outbox.AlreadyDoneError):
            await outbox.finish(store, slow, at=clock.now())


class TestRetry:
    async def test_a_failed_job_waits_its_time(self, store, clock):
        event = await published(store, clock)
        claim = await claimed(store, clock, event, "book_payment")
        until = clock.now() + timedelta(seconds=5)
        await outbox.retry_later(store, claim, reason="TimeoutError", until=until)
        assert await outbox.claim(store, event, "book_payment", now=clock.now(), lease_s=25) is None
        clock.advance(5)
        assert (await claimed(store, clock, event, "book_payment")).attempt == 2

    async def test_a_run_that_lost_its_lease_cannot_shorten_the_next_ones(self, store, clock):
        event = await published(store, clock)
        old = await claimed(store, clock, event, "book_payment")
        clock.advance(26)
        await claimed(store, clock, event, "book_payment")
        await outbox.retry_later(store, old, reason="late", until=clock.now())
        assert await outbox.claim(store, event, "book_payment", now=clock.now(), lease_s=25) is None


class TestDeadJobs:
    async def test_a_buried_job_is_closed_and_can_be_run_again(self, store, clock):
        event = await published(store, clock, jobs=(("book_payment", "fast"),))
        claim = await claimed(store, clock, event, "book_payment")
        await outbox.bury(store, claim, reason="no such payment", at=clock.now())
        dead = await store.find_one(outbox.DEAD, {"_id": claim.key})
        assert dead is not None
        assert dead["reason"] == "no such payment"
        assert await outbox.due_rows(store, now=clock.now()) == []

        assert await outbox.revive(store, claim.key, at=clock.now())
        assert (await claimed(store, clock, event, "book_payment")).attempt == 1
        assert await store.find_one(outbox.DEAD, {"_id": claim.key}) is None
        assert not await outbox.revive(store, claim.key, at=clock.now())

    async def test_a_job_whose_row_has_expired_can_be_run_again(self, store, clock):
        event = await published(store, clock, jobs=(("book_payment", "fast"),))
        claim = await claimed(store, clock, event, "book_payment")
        await outbox.bury(store, claim, reason="x", at=clock.now())
        await store.delete_one(outbox.COLLECTION, {"_id": event})
        assert await outbox.revive(store, claim.key, at=clock.now())
        again = await claimed(store, clock, event, "book_payment")
        assert again.ids == {"payment_id": "p1"}


class TestDue:
    async def test_a_queued_row_comes_due_again_while_a_job_is_open(self, store, clock):
        event = await published(store, clock)
        assert [row["_id"] for row in await outbox.due_rows(store, now=clock.now())] == [event]
        await outbox.mark_queued(store, [event], now=clock.now())
        assert await outbox.due_rows(store, now=clock.now()) == []
        clock.advance(outbox.REQUEUE_AFTER_S)
        assert [row["_id"] for row in await outbox.due_rows(store, now=clock.now())] == [event]

    async def test_done_and_leased_jobs_are_not_queued_again(self, store, clock):
        event = await published(store, clock)
        await outbox.finish(
            store, await claimed(store, clock, event, "book_payment"), at=clock.now()
        )
        row = (await outbox.due_rows(store, now=clock.now()))[0]
        assert [due.job for due in outbox.waiting_jobs(row, now=clock.now())] == ["print_payment"]
        await claimed(store, clock, event, "print_payment")
        row = (await outbox.due_rows(store, now=clock.now()))[0]
        assert outbox.waiting_jobs(row, now=clock.now()) == []

    async def test_a_row_left_open_by_two_jobs_that_ended_together_is_closed(self, store, clock):
        event = await published(store, clock)
        done = {f"d.{job}.done_at": clock.now() for job, _ in JOBS}
        await store.update_one(outbox.COLLECTION, {"_id": event}, {"$set": done})
        row = (await outbox.due_rows(store, now=clock.now()))[0]
        assert await outbox.close_finished(store, row, now=clock.now())
        assert await outbox.due_rows(store, now=clock.now()) == []

    async def test_a_later_row_waits(self, store, clock):
        later = clock.now() + timedelta(hours=1)
        row = outbox.row(PaymentMade("p"), jobs=JOBS, at=clock.now(), not_before=later)
        await store.insert_one(outbox.COLLECTION, row)
        assert await outbox.due_rows(store, now=clock.now()) == []
        clock.advance(3600)
        assert len(await outbox.due_rows(store, now=clock.now())) == 1
