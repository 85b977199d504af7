"""A job run once, twice, by two, cancelled, poisoned: its effect happens once or not at all."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest

from app.core import outbox
from app.core.errors import NotFoundError, UnavailableError
from app.core.events import Event
from app.core.store import Document
from app.worker.job import MAX_ATTEMPTS, JobRun, JobRunner, Outcome, PermanentError, backoff_s
from tests.fakes.db import FakeDatabase

EFFECTS = "effects"


@dataclass(frozen=True, slots=True)
class PaymentMade(Event):
    name: ClassVar[str] = "test.payment_made.v1"
    payment_id: str


async def book(services: object, run: JobRun) -> None:
    async def work(tx):
        await tx.insert_one(EFFECTS, {"_id": run.key, "payment": run.ids["payment_id"]})

    await run.once(work)


@pytest.fixture(params=[False, True], ids=["first attempt commits", "first attempt aborts"])
def store(request) -> FakeDatabase:
    return FakeDatabase(outbox.COLLECTIONS, abort_first=request.param)


async def published(store, clock, job="book") -> str:
    row = outbox.row(PaymentMade("p1"), jobs=((job, "fast"),), at=clock.now())
    await store.insert_one(outbox.COLLECTION, row)
    return row["_id"]


def runner(store, clock, handler, *, timeout_s=20.0) -> JobRunner:
    return JobRunner({"book": handler}, None, db=store, clock=clock, timeout_s=timeout_s)


async def effects(store) -> list[Document]:
    return await store.find_many(EFFECTS, {}, limit=100)


async def state(store, event) -> Document:
    row = await store.find_one(outbox.COLLECTION, {"_id": event})
    return row["d"]["book"]


class TestEffect:
    async def test_happens_once_and_closes_the_row(self, store, clock):
        event = await published(store, clock)
        assert (await runner(store, clock, book).run("book", event)).outcome is Outcome.DONE
        assert [row["payment"] for row in await effects(store)] == ["p1"]
        assert "open" not in await store.find_one(outbox.COLLECTION, {"_id": event})

    async def test_running_twice_is_running_once(self, store, clock):
        event = await published(store, clock)
        jobs = runner(store, clock, book)
        await jobs.run("book", event)
        assert (await jobs.run("book", event)).outcome is Outcome.NOT_OURS
        assert len(await effects(store)) == 1

    async def test_a_run_that_outlived_its_lease_takes_its_effect_back(self, store, clock):
        event = await published(store, clock)

        async def slow(services, run):
            clock.advance(60)
            await runner(store, clock, book).run("book", event)

            async def work(tx):
                await tx.insert_one(EFFECTS, {"_id": "second effect"})

            await run.once(work)

        assert (await runner(store, clock, slow).run("book", event)).outcome is Outcome.NOT_OURS
        assert [row["_id"] for row in await effects(store)] == [f"{event}:book"]

    async def test_a_door_with_a_hook_marks_the_job_in_its_own_transaction(self, store, clock):
        event = await published(store, clock)

        async def through_a_door(services, run):
            async def work(tx):
                await tx.insert_one(EFFECTS, {"_id": run.key})
                await run.mark_done(tx)

            await store.transaction(work)

        jobs = runner(store, clock, through_a_door)
        await jobs.run("book", event)
        await jobs.run("book", event)
        assert len(await effects(store)) == 1


class TestFailure:
    async def test_waits_longer_each_time_and_dies_after_five(self, store, clock):
        event = await published(store, clock)

        async def broken(services, run):
            raise UnavailableError("the bank does not answer")

        jobs, waits = runner(store, clock, broken), []
        for _ in range(MAX_ATTEMPTS - 1):
            result = await jobs.run("book", event)
            assert result.outcome is Outcome.RETRY
            waits.append(result.retry_in_s)
            assert (await jobs.run("book", event)).outcome is Outcome.NOT_OURS
            clock.advance(result.retry_in_s + 0.1)
        assert waits == sorted(waits)
        assert (await jobs.run("book", event)).outcome is Outcome.DEAD
        dead = await store.find_one(outbox.DEAD, {"_id": f"{event}:book"})
        assert dead["reason"] == "unavailable: the bank does not answer"
        assert dead["attempts"] == MAX_ATTEMPTS

    async def test_an_unexpected_error_keeps_its_text_out_of_the_store(self, store, clock):
        event = await published(store, clock)

        async def broken(services, run):
            raise RuntimeError("mail of jane@example.org bounced")

        await runner(store, clock, broken).run("book", event)
        assert (await state(store, event))["error"] == "RuntimeError"

    @pytest.mark.parametrize("error", [PermanentError("no such payment"), NotFoundError()])
    async def test_what_can_never_succeed_dies_at_once(self, store, clock, error):
        event = await published(store, clock)

        async def hopeless(services, run):
            raise error

        assert (await runner(store, clock, hopeless).run("book", event)).outcome is Outcome.DEAD

    async def test_a_job_whose_worker_always_dies_is_buried_not_repeated_for_ever(
        self, store, clock
    ):
        event = await published(store, clock)
        for _ in range(MAX_ATTEMPTS):
            await outbox.claim(store, event, "book", now=clock.now(), lease_s=25)
            clock.advance(26)
        assert (await runner(store, clock, book).run("book", event)).outcome is Outcome.DEAD
        assert await effects(store) == []

    async def test_a_job_that_hangs_is_cut_and_tried_again(self, store, clock):
        event = await published(store, clock)

        async def hangs(services, run):
            await asyncio.sleep(30)

        result = await runner(store, clock, hangs, timeout_s=0.02).run("book", event)
        assert result.outcome is Outcome.RETRY
        assert (await state(store, event))["error"] == "TimeoutError"

    async def test_a_job_without_a_handler_is_kept_for_a_worker_that_has_one(self, store, clock):
        event = await published(store, clock, job="newer_job")
        result = await runner(store, clock, book).run("newer_job", event)
        assert result.outcome is Outcome.RETRY

    async def test_a_stopping_worker_frees_the_job_for_the_next(self, store, clock):
        event = await published(store, clock)
        started = asyncio.Event()

        async def slow(services, run):
            started.set()
            await asyncio.sleep(30)

        task = asyncio.create_task(runner(store, clock, slow).run("book", event))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await runner(store, clock, book).run("book", event)).outcome is Outcome.DONE

    async def test_one_poison_job_leaves_its_neighbours_alone(self, store, clock):
        events = [await published(store, clock) for _ in range(10)]

        async def picky(services, run):
            if run.key.startswith(events[3]):
                raise PermanentError("poison")
            await book(services, run)

        jobs = runner(store, clock, picky)
        outcomes = [(await jobs.run("book", event)).outcome for event in events]
        assert outcomes.count(Outcome.DONE) == 9
        assert outcomes[3] is Outcome.DEAD
        assert len(await effects(store)) == 9


def test_backoff_grows_to_a_limit():
    assert 0.8 <= backoff_s(1) <= 1.2
    assert 100 <= backoff_s(4) <= 150
    assert backoff_s(50) <= 360
