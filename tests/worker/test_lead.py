"""One of several processes does the work; another takes over when it stops or dies."""

import asyncio

import pytest

from app.core import lease as leases
from app.core.errors import UnavailableError
from app.core.lease import Lease
from app.worker.lead import lead
from app.worker.stopping import stopped
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase


class Work:
    def __init__(self) -> None:
        self.running = 0
        self.begun = asyncio.Event()

    async def __call__(self) -> None:
        self.running += 1
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.running -= 1
            self.begun.clear()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def db(clock: FakeClock) -> FakeDatabase:
    return FakeDatabase(leases.COLLECTIONS, clock=clock)


def start(db: FakeDatabase, clock: FakeClock, owner: str, work: Work) -> "asyncio.Task[None]":
    held = Lease(db, clock, name="feed", owner=owner, seconds=20)
    return asyncio.create_task(lead(held, work, look_s=0.005))


async def stop(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.row("MD1")
class TestLead:
    async def test_one_works_and_the_next_one_when_it_stops(
        self, db: FakeDatabase, clock: FakeClock
    ) -> None:
        first, second = Work(), Work()
        one = start(db, clock, "one", first)
        await asyncio.wait_for(first.begun.wait(), 10)
        two = start(db, clock, "two", second)
        await asyncio.sleep(0.05)
        assert (first.running, second.running) == (1, 0)
        await stop(one)
        clock.advance(0.001)
        await asyncio.wait_for(second.begun.wait(), 10)
        assert (first.running, second.running) == (0, 1)
        await stop(two)

    async def test_who_was_away_too_long_ends_its_work(
        self, db: FakeDatabase, clock: FakeClock
    ) -> None:
        first, second = Work(), Work()
        one = start(db, clock, "one", first)
        await asyncio.wait_for(first.begun.wait(), 10)
        clock.advance(60)
        other = Lease(db, clock, name="feed", owner="two", seconds=20)
        while not await other.hold():
            clock.advance(60)
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            while first.running:
                clock.advance(11)
                await other.hold()
                await asyncio.sleep(0.005)
        assert second.running == 0
        await stop(one)

    async def test_while_the_database_is_away_the_work_goes_on(
        self, db: FakeDatabase, clock: FakeClock
    ) -> None:
        class Flaky(Lease):
            away = False

            async def hold(self) -> bool:
                if self.away:
                    raise UnavailableError
                return await super().hold()

        work = Work()
        held = Flaky(db, clock, name="feed", owner="one", seconds=20)
        task = asyncio.create_task(lead(held, work, look_s=0.005))
        await asyncio.wait_for(work.begun.wait(), 10)
        held.away = True
        await asyncio.sleep(0.05)
        assert work.running == 1
        await stop(task)

    async def test_a_fault_of_the_work_ends_the_role(
        self, db: FakeDatabase, clock: FakeClock
    ) -> None:
        async def broken() -> None:
            raise ValueError("a setting is missing")

        held = Lease(db, clock, name="feed", owner="one", seconds=20)
        with pytest.raises(ValueError, match="setting"):
            await asyncio.wait_for(lead(held, broken, look_s=0.005), 10)


async def test_a_cancellation_that_is_lost_is_repeated() -> None:
    lost = 0

    async def deaf() -> None:
        nonlocal lost
        while lost < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost += 1

    async def broken() -> None:
        raise ValueError

    tasks = [asyncio.create_task(work()) for work in (deaf, broken)]
    await asyncio.sleep(0)
    await stopped(*tasks, every_s=0.01)
    assert all(task.done() for task in tasks)
    assert lost == 3
