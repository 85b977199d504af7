"""The simulated world: the same for a seed, with every kind of fraud where it belongs."""

import numpy as np
import pytest

from app.ml.training.payment_simulator import DAY, RING_SIZE, UNSEEN, Kind, World, simulate
from tests.factories.payments import SMALL, small_world


class TestSimulate:
    def test_same_seed_same_world(self) -> None:
        first, second, other = small_world(3), small_world(3), small_world(4)

        np.testing.assert_array_equal(first.table.cents, second.table.cents)
        np.testing.assert_array_equal(first.kind, second.kind)
        assert first.table.cents.tobytes() != other.table.cents.tobytes()

    def test_every_kind_happens_and_labels_say_so(self) -> None:
        world = small_world()

        assert set(np.unique(world.kind).tolist()) == {int(kind) for kind in Kind}
        np.testing.assert_array_equal(world.table.fraud, (world.kind > 0).astype(int))
        assert (np.diff(world.table.ts_s) >= 0).all()
        assert (world.table.cents > 0).all()

    def test_unseen_kinds_wait_for_their_day(self) -> None:
        world = small_world()
        unseen = np.isin(world.kind, [int(kind) for kind in UNSEEN])

        day = (world.table.ts_s[unseen] - SMALL.start_s) // DAY

        assert day.min() >= SMALL.unseen_from

    @pytest.mark.row("FC9")
    def test_ring_of_six_shares_device_and_payee(self) -> None:
        world = small_world()
        ring = world.kind == Kind.RING

        assert len(set(world.table.customer[ring].tolist())) == RING_SIZE
        assert len(set(world.table.terminal[ring].tolist())) == 1
        assert len(set(world.device[ring].tolist())) == 1

    def test_a_swarm_is_many_customers_at_one_payee(self) -> None:
        world = small_world()
        swarm = world.kind == Kind.SWARM
        first = world.table.terminal[swarm][0]

        one = swarm & (world.table.terminal == first)

        assert len(set(world.table.customer[one].tolist())) >= 20

    def test_a_world_without_unseen_days_has_known_kinds_only(self) -> None:
        world = simulate(World(customers=50, terminals=50, days=30, unseen_from=30), 1)

        assert world.kind.max() <= Kind.STOLEN
