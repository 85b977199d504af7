"""Link analysis: a seeded ring of six is one case; families, shops and offices are none."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from app.core.gate import Gate
from app.core.ids import new_id
from app.core.money import Money
from app.core.store import Document
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.errors import OwnPaymentError
from app.domains.fraud.evidence_types import EdgeKind, GraphEdge
from app.domains.fraud.repository.state import EntityStates
from app.domains.fraud.rules import graph as rules
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.ml.features import fraud_state
from app.services import SUBSCRIPTIONS
from tests.factories import rings
from tests.factories.cases import decide
from tests.factories.ledger import Bank, build_bank


def payment_like(row: Document, *, at: datetime) -> PaymentFacts:
    """Another payment between the same two people."""
    return PaymentFacts(
        payment_id=new_id(), user_id=row["customer"], payee_id=row["payee"],
        kind=PaymentKind.TRANSFER, amount=Money(500, "USD"), at=at,
        session_id="s", fresh_factor=False,
    )  # fmt: skip


@pytest.fixture(params=[False, True], ids=["calm", "first attempt lost"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


async def seeded(bank: Bank, **how: int) -> rings.Seeded:
    return await rings.seed_ring(
        bank.db, bank.house.identity, default_rng(7), at=bank.clock.now(), **how
    )


@pytest.mark.row("FC9")
class TestRing:
    async def test_six_accounts_surface_as_one_case_however_often_it_is_swept(
        self, bank: Bank
    ) -> None:
        ring = await seeded(bank)
        assert [await bank.fraud.rings.sweep() for _ in range(3)] == [1, 0, 0]
        (case,) = await bank.fraud.cases.queue()
        assert case.kind is CaseKind.RING
        assert set(case.members) == set(ring.members)
        graph = await bank.fraud.evidence.graph(case.case_id)
        assert {n.node_id for n in graph.nodes if n.focus} == set(ring.members)
        assert sum(e.kind is EdgeKind.PAID for e in graph.edges) == 5
        assert any(e.kind is EdgeKind.DEVICE for e in graph.edges)
        assert not graph.truncated

    async def test_labels_of_a_refused_ring_reach_the_states_that_screenings_read(
        self, bank: Bank, embedded_redis_url: str
    ) -> None:
        ring = await seeded(bank)
        await bank.fraud.rings.sweep()
        (case,) = await bank.fraud.cases.queue()
        row = await bank.db.find_one("fraud_events", {"_id": ring.payments[0]})
        facts = payment_like(row, at=bank.clock.now())
        gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
        states = bank.fraud._states = EntityStates(store=bank.db, gate=gate, clock=bank.clock)

        async def known_frauds() -> int:
            _, payee = await states.load(facts)
            flags = fraud_state.table(payee.packed)["flags"]
            return int(((flags & fraud_state.FRAUD) > 0).sum())

        assert await known_frauds() == 0
        await decide(bank, case.case_id, "analyst-ann", release=False)
        told = bank.db.published[-1]
        assert (told.name in SUBSCRIPTIONS, told.ids()) == (True, {"case_id": case.case_id})
        assert await known_frauds() == 0, "nobody told the state yet"
        await bank.fraud.relabel_ring(case.case_id)
        assert await known_frauds() == 1
        await gate.close()

    async def test_neighbourhoods_that_are_no_rings_open_no_case(self, bank: Bank) -> None:
        now, identity = bank.clock.now(), bank.house.identity
        await rings.seed_shop(bank.db, identity, at=now)
        await rings.seed_family(bank.db, identity, at=now)
        await rings.seed_office(bank.db, identity, at=now)
        assert await bank.fraud.rings.sweep() == 0
        assert await bank.fraud.cases.queue() == []

    @pytest.mark.parametrize("shop", ["0" * 20, "z" * 20], ids=["looked at first", "last"])
    async def test_ring_is_found_among_them_all_and_customers_of_a_shop_stay_out(
        self, bank: Bank, shop: str
    ) -> None:
        now, identity = bank.clock.now(), bank.house.identity
        await rings.seed_shop(bank.db, identity, at=now, shop=shop)
        ring = await seeded(bank)
        await rings.pay(bank.db, ring.members[2], shop, 900, at=now - timedelta(minutes=1))
        assert await bank.fraud.rings.sweep() == 1
        (case,) = await bank.fraud.cases.queue()
        assert set(case.members) == set(ring.members)

    async def test_new_member_joins_the_open_case(self, bank: Bank) -> None:
        ring = await seeded(bank)
        await bank.fraud.rings.sweep()
        bank.clock.advance(120)
        now = bank.clock.now()
        late = "n" * 20
        await rings.log_in(
            bank.db, bank.house.identity, late, device="d" * 20, address="10.9.0.0/24",
            brought=None, at=now,
        )  # fmt: skip
        await rings.pay(bank.db, ring.members[-1], late, 30_000, at=now)
        assert await bank.fraud.rings.sweep() == 1
        (case,) = await bank.fraud.cases.queue()
        assert set(case.members) == {*ring.members, late}
        actions = [entry.action for entry in await bank.fraud.cases.timeline(case.case_id)]
        assert actions == ["opened", "grew"]

    @pytest.mark.row("FC7")
    async def test_refused_ring_labels_its_payments_and_does_not_come_back(
        self, bank: Bank
    ) -> None:
        ring = await seeded(bank)
        await bank.fraud.rings.sweep()
        (case,) = await bank.fraud.cases.queue()
        with pytest.raises(OwnPaymentError):
            await bank.fraud.cases.claim(case.case_id, analyst_id=ring.members[3])
        closed = await decide(bank, case.case_id, "ann", release=False)
        assert closed.state is CaseState.REJECTED
        for payment_id in ring.payments:
            row = await bank.db.find_one("fraud_events", {"_id": payment_id})
            assert row["label"] is True
            assert row["known_at"] == bank.clock.now()
        assert "fraud.case_rejected.v1" not in [event.name for event in bank.db.published]
        assert await bank.fraud.rings.sweep() == 0


class TestMarks:
    async def test_two_people_on_one_browser_share_a_mark_and_nothing_readable(
        self, bank: Bank
    ) -> None:
        now, identity = bank.clock.now(), bank.house.identity
        first, second = "a" * 20, "b" * 20
        for user, device, brought in (("u" * 20, first, None), ("v" * 20, second, first)):
            await rings.log_in(
                bank.db, identity, user, device=device, address="10.1.2.0/24", brought=brought,
                at=now,
            )  # fmt: skip
        one, two = await identity.traces_since(now, limit=10)
        assert set(one.devices) & set(two.devices)
        assert one.network == two.network
        said = f"{one}{two}"
        assert first not in said
        assert "10.1.2" not in said

    async def test_made_up_cookie_leaves_no_mark(self, bank: Bank) -> None:
        now, identity = bank.clock.now(), bank.house.identity
        await rings.log_in(
            bank.db, identity, "u" * 20, device="a" * 20, address="10.1.2.0/24",
            brought="' or 1=1", at=now,
        )  # fmt: skip
        (trace,) = await identity.traces_since(now, limit=10)
        assert len(trace.devices) == 1


AT = build_bank().clock.now()
NODES = st.sampled_from([f"{letter * 20}" for letter in "abcdefgh"])


@pytest.mark.row("FC9")
@given(st.lists(st.tuples(NODES, NODES), max_size=20))
def test_components_part_the_accounts_and_never_part_an_edge(
    pairs: list[tuple[str, str]],
) -> None:
    edges = [GraphEdge(a, b, EdgeKind.PAID, 1, 1, AT, AT) for a, b in pairs if a != b]
    groups = rules.components(edges)
    everybody = [user for group in groups for user in group]
    assert len(everybody) == len(set(everybody))
    assert set(everybody) == rules.users_of(edges)
    for edge in edges:
        assert sum({edge.source, edge.target} <= group for group in groups) == 1
