"""What is read before a decision: exact sums, her normal, near cases, changes that really pass."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.fraud.adapters.model import ModelScorer
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.errors import PaymentDecisionNotFoundError
from app.domains.fraud.evidence_types import ChangeKind
from app.domains.fraud.rules import normal as normal_rules
from app.domains.fraud.rules import similar
from app.domains.fraud.types import (
    EntityState,
    ModelScore,
    Outcome,
    PaymentFacts,
    PaymentKind,
    Verdict,
)
from app.domains.fraud.usecases.opening import case_of as case_from
from app.domains.fraud.usecases.would_pass import Search
from app.domains.ledger.types import JournalState
from app.ml.features.fraud import NAMES
from tests.factories.cases import case_of, decide
from tests.factories.ledger import Bank, build_bank
from tests.factories.models import shipped_scorer

AT = build_bank().clock.now()


@pytest.fixture(scope="module")
def model() -> ModelScorer:
    return shipped_scorer()


@dataclass
class Curve:
    """A model whose P(fraud) grows with the amount, and is higher for payees never paid."""

    per_dollar: float = 0.001
    version: str = "curve/1"

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:
        probability = min(0.89, facts.amount.amount_minor / 100 * self.per_dollar)
        return ModelScore(
            probability, 0.0, False, (("amount", 1.0),), (0.0,), self.version
        )  # fmt: skip


async def with_curve(curve: Curve) -> Bank:
    bank = build_bank()
    await bank.deposit("ada", 900_000)
    bank.fraud.in_force.pin(curve)
    return bank


@pytest.mark.row("FC5")
class TestExplain:
    async def test_all_contributions_of_the_stored_record_sum_to_its_score(
        self, model: ModelScorer
    ) -> None:
        bank = build_bank()
        await bank.deposit("ada", 90_000)
        bank.fraud.in_force.pin(_Raised(model))
        journal = await bank.transfer("ada", "bo", 40_000)
        assert journal.state is JournalState.HELD
        case = await case_of(bank, journal.journal_id)
        found = await bank.fraud.evidence.explain(case.case_id)
        assert {c.feature for c in found.contributions} == set(NAMES)
        assert found.check is not None
        assert found.check.holds
        assert found.check.difference <= 1e-5
        recomputed = found.check.base + sum(c.contribution for c in found.contributions)
        assert abs(recomputed - found.check.log_odds) <= 1e-5
        sizes = [abs(c.contribution) for c in found.contributions]
        assert sizes == sorted(sizes, reverse=True)
        assert found.model_version == model.version

    async def test_altered_record_fails_the_check(self, model: ModelScorer) -> None:
        bank = build_bank()
        await bank.deposit("ada", 90_000)
        bank.fraud.in_force.pin(_Raised(model))
        journal = await bank.transfer("ada", "bo", 40_000)
        row = await bank.db.find_one("decisions", {"_id": journal.decision_id})
        shares = row["explanation"]["contributions"]
        shares[3] += 0.001
        await bank.db.update_one(
            "decisions", {"_id": row["_id"]}, {"$set": {"explanation.contributions": shares}}
        )
        case = await case_of(bank, journal.journal_id)
        check = (await bank.fraud.evidence.explain(case.case_id)).check
        assert check is not None
        assert not check.holds

    async def test_without_a_model_rules_speak_and_nothing_is_made_up(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 90_000)
        bank.scorer.probability = 0.5
        journal = await bank.transfer("ada", "bo", 60_000)
        found = await bank.fraud.evidence.explain((await case_of(bank, journal.journal_id)).case_id)
        assert found.contributions == ()
        assert found.check is None
        assert [r.code for r in found.fired] == ["new_payee"]

    async def test_normal_counts_only_what_was_before(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 90_000)
        bank.scorer.probability = 0.5
        journal = await bank.transfer("ada", "bo", 300)
        case = await case_of(bank, journal.journal_id)
        normal = (await bank.fraud.evidence.explain(case.case_id)).normal
        # Five small payments to a shop make the past; the deposit shares the present moment.
        assert (normal.payments_120d, normal.payments_1h) == (5, 0)
        assert (normal.median_minor, normal.maximum_minor) == (100, 100)
        assert normal.amount_percentile == 100.0
        assert normal.paid_this_payee_before == 0
        assert "3.00 USD against a median of 1.00" in normal.sentences[0]


class _Raised:
    """The real model with bands so low that everything is held: the record is the subject."""

    def __init__(self, model: ModelScorer) -> None:
        self._model = model
        self.version = model.version

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:
        found = self._model.score(facts, customer, payee)
        return replace(found, bands=replace(found.bands, step_up=0.0, hold=0.0, block=1.1))


@pytest.mark.row("FC5")
@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.integers(1, 170_000), st.integers(1, 10**9)), max_size=30),
)
def test_normal_holds_together(amount: int, past: list[tuple[int, int]]) -> None:
    before = [normal_rules.Before(AT - timedelta(minutes=m), a, "p") for m, a in past]
    found = normal_rules.compare(amount=Money(amount, "USD"), at=AT, payee_id="p", before=before)
    assert found.payments_1h <= found.payments_30d <= found.payments_120d == len(past)
    if past:
        assert found.median_minor is not None
        assert found.p90_minor is not None
        assert found.maximum_minor is not None
        assert found.median_minor <= found.p90_minor <= found.maximum_minor
    assert all(found.sentences)


@pytest.mark.row("FC5")
class TestSimilar:
    def test_nearest_vector_comes_first_and_no_vector_finds_nothing(self) -> None:
        score = ModelScore(0.5, 0.0, False, (), (100.0, 3.0), "m")
        facts = PaymentFacts(
            "p", "u", "x", PaymentKind.TRANSFER, Money(100, "USD"), AT, "s", fresh_factor=False
        )
        verdict = Verdict("d", facts, Outcome.HOLD, (), score, degraded=False, rules_version="r")
        mine = case_from(verdict, CaseKind.PAYMENT)
        vectors = {"same": (100.0, 3.0), "near": (120.0, 3.0), "far": (9000.0, 23.0)}
        decided = [
            replace(mine, case_id=name, vector=vector, state=CaseState.REJECTED)
            for name, vector in vectors.items()
        ]
        found = similar.nearest(mine, [*decided[::-1], replace(mine, case_id="old", vector=())])
        assert [c.case_id for c in found] == ["same", "near", "far"]
        assert found[0].distance == 0
        assert similar.nearest(replace(mine, vector=()), decided) == []

    async def test_decided_cases_come_with_their_outcome(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 900)
        bank.scorer.probability = 0.5
        first = await case_of(bank, (await bank.transfer("ada", "bo", 300)).journal_id)
        await decide(bank, first.case_id, "ann", release=False, note="stolen card")
        second = await case_of(bank, (await bank.transfer("ada", "cy", 300)).journal_id)
        (near,) = await bank.fraud.evidence.similar(second.case_id)
        assert (near.case_id, near.state) == (first.case_id, CaseState.REJECTED)
        assert near.note == "stolen card"


@pytest.mark.row("FC5")
@pytest.mark.row("EX3")
class TestWouldPass:
    async def test_suggested_amount_passes_when_it_is_sent_and_a_larger_one_does_not(self) -> None:
        bank = await with_curve(Curve())
        journal = await bank.transfer("ada", "bo", 48_000)
        assert journal.state is JournalState.HELD
        case = await case_of(bank, journal.journal_id)
        found = await bank.fraud.evidence.would_pass(case.case_id)
        assert found.outcome_now is Outcome.HOLD
        change = found.changes[0]
        assert change.kind is ChangeKind.AMOUNT
        assert change.amount is not None
        assert 29_000 <= change.amount.amount_minor < 30_000
        assert change.needs_code
        sent = await self.send(bank, change.amount.amount_minor)
        assert sent.state is JournalState.POSTED
        assert (await self.send(bank, 30_100)).state is JournalState.HELD
        assert found.tries <= 60

    async def send(self, bank: Bank, minor: int):
        from app.domains.identity.types import StepUpAction

        params = {"amount_minor": minor, "currency": "USD", "payee": await bank.person("bo")}
        grant = await bank.grant("ada", StepUpAction.TRANSFER, params)
        return await bank.transfer("ada", "bo", minor, grant=grant)

    async def test_waiting_out_a_burst_passes_when_the_time_has_come(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 90_000)
        for _ in range(19):
            await bank.transfer("ada", "bo", 100)
        journal = await bank.transfer("ada", "bo", 100)
        assert journal.state is JournalState.HELD
        case = await case_of(bank, journal.journal_id)
        found = await bank.fraud.evidence.would_pass(case.case_id)
        assert [c.kind for c in found.changes] == [ChangeKind.WAIT]
        change = found.changes[0]
        assert change.wait_until is not None
        bank.clock.advance((change.wait_until - bank.clock.now()).total_seconds())
        assert (await bank.transfer("ada", "bo", 100)).state is JournalState.POSTED

    async def test_nothing_passes_and_it_says_so(self) -> None:
        bank = await with_curve(Curve(per_dollar=1000.0))
        case = await case_of(bank, (await bank.transfer("ada", "bo", 48_000)).journal_id)
        found = await bank.fraud.evidence.would_pass(case.case_id)
        assert found.changes == ()
        assert found.sentence.startswith("No change of amount, payee, time")

    async def test_asking_stores_nothing(self) -> None:
        bank = await with_curve(Curve())
        case = await case_of(bank, (await bank.transfer("ada", "bo", 48_000)).journal_id)
        before = await bank.db.find_many("decisions", {}, limit=100)
        await bank.fraud.evidence.would_pass(case.case_id)
        assert await bank.db.find_many("decisions", {}, limit=100) == before

    @given(hold_above=st.integers(1, 60_000), whole=st.integers(1, 60_000))
    async def test_every_proposal_passes_the_check_that_was_asked(
        self, hold_above: int, whole: int
    ) -> None:
        facts = PaymentFacts(
            "p", "u", "x", PaymentKind.TRANSFER, Money(whole, "USD"), AT, "s", fresh_factor=False
        )

        async def judge(asked: PaymentFacts) -> Verdict:
            held = asked.amount.amount_minor > hold_above and asked.payee_id == "x"
            outcome = Outcome.HOLD if held else Outcome.APPROVE
            return Verdict("d", asked, outcome, (), None, degraded=False, rules_version="r")

        found = await Search(judge, facts).run(["y", "x"])
        assert found.outcome_now is (Outcome.HOLD if whole > hold_above else Outcome.APPROVE)
        for change in found.changes:
            assert change.kind in (ChangeKind.AMOUNT, ChangeKind.KNOWN_PAYEE)
            if change.amount is not None:
                assert change.amount.amount_minor <= hold_above


async def test_ring_has_no_decision_to_explain() -> None:
    from numpy.random import default_rng

    from tests.factories import rings

    bank = build_bank()
    await rings.seed_ring(bank.db, bank.house.identity, default_rng(1), at=bank.clock.now())
    await bank.fraud.rings.sweep()
    (case,) = await bank.fraud.cases.queue()
    with pytest.raises(PaymentDecisionNotFoundError):
        await bank.fraud.evidence.explain(case.case_id)
    assert await bank.fraud.evidence.similar(case.case_id) == []
