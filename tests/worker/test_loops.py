"""Chores: done by one process, again after a failure, cut when they hang."""

import asyncio
from types import SimpleNamespace

import pytest

from app.core.errors import UnavailableError
from app.worker.loops import Periodic, keep_doing
from tests.fakes.db import FakeDatabase


@pytest.fixture
def services(clock):
    return SimpleNamespace(db=FakeDatabase(), clock=clock)


async def run_for(chore: Periodic, services, *, turns: asyncio.Semaphore, owner: str = "a"):
    """Keep doing the chore until it took that many turns."""
    task = asyncio.create_task(keep_doing(chore, services, owner=owner))
    async with asyncio.timeout(5):
        for _ in range(3):
            await turns.acquire()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("error", [UnavailableError(), RuntimeError("a mistake"), None])
async def test_a_failing_chore_gets_its_next_turn(services, error):
    turns = asyncio.Semaphore(0)

    async def chore(_):
        turns.release()
        if error:
            raise error

    await run_for(Periodic("sweep", 0.001, chore), services, turns=turns)


async def test_a_hanging_chore_is_cut(services):
    turns = asyncio.Semaphore(0)

    async def chore(_):
        turns.release()
        await asyncio.sleep(60)

    await run_for(Periodic("sweep", 0.001, chore, timeout_s=0.01), services, turns=turns)


async def test_only_the_holder_of_the_lease_works(services):
    done: list[str] = []
    turns = asyncio.Semaphore(0)

    def chore(owner):
        async def work(_):
            done.append(owner)
            turns.release()

        return Periodic("sweep", 0.001, work)

    first = asyncio.create_task(keep_doing(chore("a"), services, owner="a"))
    await turns.acquire()
    second = asyncio.create_task(keep_doing(chore("b"), services, owner="b"))
    for _ in range(5):
        await turns.acquire()
    for task in (first, second):
        task.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert set(done) == {"a"}
