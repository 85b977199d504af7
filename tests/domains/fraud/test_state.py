"""What a screening sees: Redis, a rebuild and the offline features agree, whatever got lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.gate import Gate, GateUnavailableError
from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.repository import events
from app.domains.fraud.repository.events import Side
from app.domains.fraud.repository.state import UNSETTLED_MS, EntityStates
from app.domains.fraud.rules import watermark
from app.domains.fraud.types import EntityState, PaymentFacts, PaymentKind
from app.ml.features import fraud, fraud_state, fraud_table
from app.ml.features.fraud import Constants, Payment, terminal_key
from tests.factories.ledger import SPECS
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
CONSTANTS = Constants(amount_mean=50.0, log_amount_mean=3.5)
pytestmark = pytest.mark.row("FC2")


class CountingDatabase(FakeDatabase):
    reads = 0

    async def find_many(self, *args, **options):
        self.reads += 1
        return await super().find_many(*args, **options)


class World:
    """One process with its states; what the database holds is the truth."""

    def __init__(self, gate: Gate | None) -> None:
        self.clock = FakeClock(AT)
        self.db = CountingDatabase(SPECS)
        self.gate = gate
        self.states = self.process()
        # Tests share one server: names of their own.
        self.tag = new_id()
        self.made = 0
        self.order: list[str] = []

    def process(self) -> EntityStates:
        return EntityStates(store=self.db, gate=self.gate, clock=self.clock)

    def facts(self, *, user: str = "u", payee: str = "p", minor: int = 500) -> PaymentFacts:
        self.made += 1
        return PaymentFacts(
            payment_id=f"{self.tag}-{self.made}", user_id=f"{self.tag}{user}",
            payee_id=f"{self.tag}{payee}", kind=PaymentKind.TRANSFER, amount=Money(minor, "USD"),
            at=self.clock.now(), session_id="s", fresh_factor=False,
        )  # fmt: skip

    async def commit(self, facts: PaymentFacts, *, high: bool = False) -> None:
        await events.append(self.db, facts, high_ratio=high)
        self.order.append(facts.payment_id)

    async def tell(self, facts: PaymentFacts, *, high: bool = False) -> None:
        await self.states.booked(events.recorded(facts, high_ratio=high))

    async def pay(self, facts: PaymentFacts | None = None, *, appended: bool = True) -> None:
        facts = facts or self.facts()
        high = fraud.is_high(features(facts, await self.states.load(facts)))
        await self.commit(facts, high=high)
        if appended:
            await self.tell(facts, high=high)

    async def look(self, facts: PaymentFacts | None = None) -> tuple[EntityState, EntityState]:
        facts = facts or self.facts()
        seen = await self.states.load(facts)
        await self.states.dropped(facts)
        return seen

    async def require_truth(self) -> None:
        """Assert that what a screening sees is what the database holds."""
        facts = self.facts()
        plain = EntityStates(store=self.db, gate=None, clock=self.clock)
        assert await self.look(facts) == await plain.load(facts)


def features(facts: PaymentFacts, seen: tuple[EntityState, EntityState]) -> np.ndarray:
    return fraud.features(
        Payment(int(facts.at.timestamp()), facts.amount.amount_minor, terminal_key(facts.payee_id)),
        fraud_state.customer_events(seen[0].packed),
        fraud_state.terminal_events(seen[1].packed),
        CONSTANTS,
    )


@pytest.fixture
async def gate(embedded_redis_url: str) -> AsyncIterator[Gate]:
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    yield gate
    await gate.close()


@pytest.fixture
def world(gate: Gate) -> World:
    return World(gate)


class TestHotPath:
    async def test_known_parties_cost_no_database_read(self, world: World) -> None:
        await world.pay()
        world.db.reads = 0
        for _ in range(5):
            world.clock.advance(60)
            await world.pay()
        assert world.db.reads == 0
        customer, payee = await world.look()
        assert (customer.count, payee.count) == (6, 6)
        await world.require_truth()

    async def test_appending_twice_appends_once(self, world: World) -> None:
        await world.pay()
        facts = world.facts()
        await world.pay(facts)
        await world.tell(facts)
        assert (await world.look())[0].count == 2

    async def test_later_events_are_put_in_their_place(self, world: World) -> None:
        await world.pay()
        late = replace(world.facts(), at=AT - timedelta(hours=2))
        world.clock.advance(5)
        await world.pay()
        await world.commit(late)
        await world.tell(late)
        await world.require_truth()

    async def test_label_reaches_the_payee(self, world: World) -> None:
        facts = world.facts()
        await world.pay(facts)
        await world.look()
        world.clock.advance(3600)
        await events.set_label(world.db, facts.payment_id, fraud=True, known_at=world.clock.now())
        await world.states.relabel(facts.payment_id)
        _, payee = await world.look()
        assert fraud_state.terminal_events(payee.packed).fraud == [1]
        await world.require_truth()

    async def test_at_most_2000_the_newest(self, world: World) -> None:
        for _ in range(fraud.EVENTS_MAX + 5):
            world.clock.advance(1)
            await world.commit(world.facts())
        await world.look()
        for _ in range(3):
            world.clock.advance(1)
            await world.pay()
        assert (await world.look())[0].count == fraud.EVENTS_MAX
        await world.require_truth()


class TestLosses:
    async def test_lost_append_is_in_flight_first_and_found_when_late(self, world: World) -> None:
        await world.pay()
        await world.pay(appended=False)
        world.clock.advance(1)
        customer, _ = await world.look()
        assert (customer.count, len(customer.in_flight)) == (1, 1)
        assert customer.within(timedelta(hours=1), at=world.clock.now()) == 2
        world.clock.advance(UNSETTLED_MS / 1000 + 1)
        await world.require_truth()
        world.db.reads = 0
        customer, _ = await world.look()
        assert (customer.count, customer.in_flight, world.db.reads) == (2, (), 0)

    async def test_payment_that_was_never_booked_is_forgotten(self, world: World) -> None:
        await world.pay()
        await world.states.load(world.facts())
        world.clock.advance(UNSETTLED_MS / 1000 + 1)
        await world.require_truth()
        world.db.reads = 0
        assert (await world.look())[0].in_flight == ()
        assert world.db.reads == 0

    async def test_concurrent_burst_sees_itself(self, world: World) -> None:
        await world.pay()
        several = [world.facts() for _ in range(10)]
        seen = await asyncio.gather(*(world.states.load(facts) for facts in several))
        counts = [s[0].within(timedelta(hours=1), at=AT) for s in seen]
        assert sorted(counts) == list(range(1, 11))

    async def test_flush_between_is_rebuilt(self, world: World, gate: Gate) -> None:
        await world.pay()
        await gate.call("FLUSHALL")
        await world.pay()
        await world.require_truth()

    async def test_flush_during_a_rebuild_stores_nothing_stale(
        self, world: World, gate: Gate
    ) -> None:
        await world.pay()
        await gate.call("FLUSHALL")
        facts, meanwhile = world.facts(), world.facts()
        read = events.packed

        async def slow(store, side, entity, *, at):
            found = await read(store, side, entity, at=at)
            if side is Side.CUSTOMER:
                await gate.call("FLUSHALL")
                await world.commit(meanwhile)
                await world.tell(meanwhile)
            return found

        events.packed = slow
        try:
            await world.states.load(facts)
        finally:
            events.packed = read
        await world.states.dropped(facts)
        await world.require_truth()

    async def test_append_during_a_rebuild_is_kept(self, world: World, gate: Gate) -> None:
        await world.pay()
        await gate.call("FLUSHALL")
        facts, meanwhile = world.facts(), world.facts()
        read = events.packed

        async def slow(store, side, entity, *, at):
            found = await read(store, side, entity, at=at)
            if side is Side.CUSTOMER:
                await world.commit(meanwhile)
                await world.tell(meanwhile)
            return found

        events.packed = slow
        try:
            await world.states.load(facts)
        finally:
            events.packed = read
        await world.states.dropped(facts)
        world.db.reads = 0
        assert (await world.look())[0].count == 2
        assert world.db.reads == 0

    async def test_redis_away_reads_the_database_and_repairs_afterwards(
        self, world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await world.pay()

        async def away(*_args, **_options):
            raise GateUnavailableError

        with monkeypatch.context() as patch:
            patch.setattr(gate, "call", away)
            await world.pay()
            await world.require_truth()
        await world.require_truth()

    async def test_another_run_of_the_server_is_another_state(
        self, world: World, gate: Gate
    ) -> None:
        await world.pay()
        await world.commit(world.facts())  # as if its append was lost with the server's last second
        assert gate._wire is not None
        gate._wire.run_id = new_id()
        await world.require_truth()

    async def test_worker_mends_what_nobody_marked(self, world: World) -> None:
        await world.pay()
        await world.commit(world.facts())
        assert (await world.look())[0].count == 1
        assert await world.process().mend() == 2
        await world.require_truth()
        assert await world.states.mend() == 2


class TestWatermark:
    async def test_concurrent_payments_replay_exactly(self, world: World) -> None:
        """Each sees another part of its neighbours; its record says which."""
        rng = np.random.default_rng(3)
        seen: list[tuple[EntityState, watermark.Watermark]] = []
        waiting: list[PaymentFacts] = []
        for _ in range(40):
            world.clock.advance(int(rng.integers(1, 30)))
            facts = world.facts(user=str(rng.integers(2)))
            customer, _ = await world.states.load(facts)
            seen.append((customer, watermark.of(customer, facts.at)))
            waiting.append(facts)
            while waiting and rng.random() < 0.6:
                done = waiting.pop(int(rng.integers(len(waiting))))
                if facts.at - done.at < timedelta(seconds=15):
                    await world.commit(done)
                    await world.tell(done)
        for state, mark in seen:
            everything = await events.packed(
                world.db, Side.CUSTOMER, state.entity_id, at=world.clock.now()
            )
            width = fraud_state.WIDTH
            records = [everything[i : i + width] for i in range(0, len(everything), width)]
            again = watermark.seen(watermark.parse(watermark.document(mark)), records)
            assert fraud_state.digest(again) == mark.digest
            assert again == state.packed


steps = st.lists(
    st.tuples(
        st.sampled_from(["pay"] * 6 + ["lost", "again", "late", "label", "flush", "mend"]),
        st.integers(0, 2),
        st.integers(0, 1),
        st.integers(1, 90_000),
        st.integers(0, 40_000),
    ),
    max_size=25,
)


class TestAgreement:
    @settings(
        max_examples=25, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )  # fmt: skip
    @given(steps)
    def test_redis_is_database_is_offline(self, embedded_redis_url: str, plan) -> None:
        async def run() -> None:
            gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
            try:
                await follow(World(gate), gate, plan)
            finally:
                await gate.close()

        asyncio.run(run())


async def follow(world: World, gate: Gate, plan) -> None:
    """Run a plan; after each step both parties' states and features must be the truth's."""
    paid: list[PaymentFacts] = []
    for what, user, payee, minor, gap in plan:
        world.clock.advance(UNSETTLED_MS / 1000 + 1 + gap)
        facts = world.facts(user=str(user), payee=str(payee), minor=minor)
        if what in {"pay", "lost"}:
            await world.pay(facts, appended=what == "pay")
            paid.append(facts)
        elif what == "late":
            facts = replace(facts, at=facts.at - timedelta(seconds=gap))
            await world.pay(facts)
            paid.append(facts)
        elif what == "again" and paid:
            found = await events.by_ids(world.db, [paid[-1].payment_id])
            await world.states.booked(found[0])
        elif what == "label" and paid:
            chosen = paid[minor % len(paid)].payment_id
            await events.set_label(
                world.db, chosen, fraud=bool(minor % 2), known_at=world.clock.now()
            )
            await world.states.relabel(chosen)
        elif what == "flush":
            await gate.call("FLUSHALL")
        else:
            await world.states.mend()
    world.clock.advance(UNSETTLED_MS / 1000 + 1)
    for user in "012":
        for payee in "01":
            facts = world.facts(user=user, payee=payee)
            plain = EntityStates(store=world.db, gate=None, clock=world.clock)
            mine, truth = await world.look(facts), await plain.load(facts)
            assert mine == truth
            online = features(facts, mine)
            np.testing.assert_allclose(online, await offline(world, facts), rtol=1e-6)


async def offline(world: World, facts: PaymentFacts) -> np.ndarray:
    """Return the last row of the training table: all payments, then this one."""
    by_id = {p.payment_id: p for p in await events.by_ids(world.db, world.order)}
    found = [by_id[payment_id] for payment_id in world.order]
    rows = [
        (int(p.at.timestamp()), terminal_key(p.customer), terminal_key(p.payee), p.cents, p.label)
        for p in found
    ]
    now = int(facts.at.timestamp())
    own = (now, terminal_key(facts.user_id), terminal_key(facts.payee_id), 500, None)
    columns = [np.array([r[i] for r in [*rows, own]], dtype=np.int64) for i in range(4)]
    known = [(False, r[0] + fraud.LABEL_DELAY_S) if r[4] is None else r[4] for r in [*rows, own]]
    table = fraud_table.PaymentTable(
        id=np.arange(len(known)), ts_s=columns[0], customer=columns[1], terminal=columns[2],
        cents=columns[3], fraud=np.array([int(k[0]) for k in known]),
        known_at_s=np.array([k[1] for k in known]),
    )  # fmt: skip
    return fraud_table.feature_table(table, CONSTANTS)[-1]
