"""Screening from end to end: recorded, degraded in the open, never silently let through."""

from collections.abc import AsyncIterator

import pytest

from app.core import decisions
from app.core.gate import Gate, GateUnavailableError
from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.repository import events
from app.domains.fraud.rules import sampling
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import Outcome, PaymentFacts, PaymentKind
from app.ml.features.fraud import EVENTS_MAX
from app.services import SPECS
from tests.factories.identity import build_house
from tests.factories.ledger import FakeScorer
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase


class Desk:
    def __init__(self, gate: Gate | None) -> None:
        self.clock = FakeClock()
        self.db = FakeDatabase(SPECS, clock=self.clock)
        self.scorer = FakeScorer()
        identity = build_house(db=self.db, clock=self.clock).identity
        self.fraud = FraudService(
            db=self.db, clock=self.clock, scorer=self.scorer, gate=gate, identity=identity
        )
        self.user, self.made = new_id(), 0

    def facts(self) -> PaymentFacts:
        self.made += 1
        return PaymentFacts(
            payment_id=f"{self.user}-{self.made}", user_id=self.user, payee_id="shop",
            kind=PaymentKind.TRANSFER, amount=Money(500, "USD"), at=self.clock.now(),
            session_id="s", fresh_factor=False,
        )  # fmt: skip


@pytest.fixture
async def gate(embedded_redis_url: str) -> AsyncIterator[Gate]:
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    yield gate
    await gate.close()


@pytest.mark.row("FC3")
class TestFlood:
    async def test_ten_thousand_payments_in_an_hour_are_held_and_never_fail(
        self, gate: Gate
    ) -> None:
        desk = Desk(gate)
        for _ in range(10_000):
            await events.append(desk.db, desk.facts(), high_ratio=False)
            desk.clock.advance(0.3)
        for _ in range(5):
            verdict = await desk.fraud.screen(desk.facts())
            assert verdict.outcome is Outcome.HOLD
            assert "burst" in [reason.code for reason in verdict.reasons]
            assert verdict.seen[0].count == EVENTS_MAX
            desk.clock.advance(1)


class TestTrial:
    async def test_judging_what_nobody_makes_leaves_no_trace(self, gate: Gate) -> None:
        desk = Desk(gate)
        for _ in range(25):
            verdict = await desk.fraud.judge(desk.facts())
        assert verdict.outcome is Outcome.APPROVE
        assert "burst" not in [r.code for r in (await desk.fraud.screen(desk.facts())).reasons]


@pytest.mark.row("TL5")
class TestRecord:
    async def test_decision_keeps_what_was_seen_and_the_sample(self) -> None:
        desk = Desk(None)
        first = await desk.fraud.screen(desk.facts())
        await desk.db.transaction(lambda tx: desk.fraud.record(tx, first, booked=True))
        desk.clock.advance(60)
        second = await desk.fraud.screen(desk.facts())
        await desk.db.transaction(lambda tx: desk.fraud.record(tx, second, booked=True))
        record = await decisions.load(desk.db, second.decision_id)
        assert record is not None
        assert [mark["count"] for mark in record.inputs["seen"]] == [1, 1]
        wanted = sampling.reviewed(second.decision_id, Outcome.APPROVE)
        assert record.outputs["review_sample"] is wanted

    async def test_neither_redis_nor_model_means_a_code_and_no_error(
        self, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = Desk(gate)
        desk.scorer.probability = None

        async def away(*_args: object, **_options: object) -> None:
            raise GateUnavailableError

        monkeypatch.setattr(gate, "call", away)
        verdict = await desk.fraud.screen(desk.facts())
        assert verdict.outcome is Outcome.STEP_UP
        assert verdict.degraded
        await desk.fraud.booked(verdict)
        await desk.fraud.dropped(verdict)
