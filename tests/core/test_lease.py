"""A lease has one holder at a time, and a token that tells the holders apart."""

from app.core.lease import Lease
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase


def lease(store: FakeDatabase, clock: FakeClock, owner: str) -> Lease:
    return Lease(store, clock, name="relay", owner=owner, seconds=6)


class TestLease:
    async def test_the_second_waits_until_the_first_is_silent(self, clock):
        store = FakeDatabase()
        first, second = lease(store, clock, "a"), lease(store, clock, "b")
        assert await first.hold()
        assert not await second.hold()
        clock.advance(4)
        assert await first.hold()
        clock.advance(4)
        assert not await second.hold()
        clock.advance(3)
        assert await second.hold()
        assert second.token > first.token
        assert not await first.hold()

    async def test_a_released_lease_is_free_at_once(self, clock):
        store = FakeDatabase()
        first, second = lease(store, clock, "a"), lease(store, clock, "b")
        await first.hold()
        await first.release()
        assert await second.hold()

    async def test_renewing_costs_no_write_before_half_of_it_is_over(self, clock):
        store = FakeDatabase()
        mine = lease(store, clock, "a")
        await mine.hold()
        await store.delete_many("leases", {})
        clock.advance(2)
        assert await mine.hold()
        assert await store.find_one("leases", {"_id": "relay"}) is None
