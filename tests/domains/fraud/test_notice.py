"""What customers are told: specific, true, correctable, and nothing about anybody else."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.errors import PaymentBlockedError, PaymentDecisionNotFoundError
from app.domains.fraud.evidence_types import CorrectionCode, ReviewOutcome
from app.domains.fraud.rules import notice as rules
from app.domains.fraud.rules import words
from app.domains.fraud.types import Outcome
from app.ml.features.fraud import NAMES
from tests.factories.cases import carry_out, case_of, decide
from tests.factories.ledger import Bank, build_bank

AT = build_bank().clock.now()
SHARES = st.lists(st.floats(-3, 3), min_size=len(NAMES), max_size=len(NAMES))


def said(shares: dict[str, float]) -> str:
    values = dict.fromkeys(NAMES, 7.0)
    found = rules.corrections(
        amount=Money(12_345, "USD"), at=AT, stored=[], values=values, contributions=shares
    )
    assert 1 <= len(found) <= rules.MAX_REASONS
    assert all(c.sentence and c.how_to_correct for c in found)
    assert {c.code for c in found} <= set(CorrectionCode)
    # What another language fills in is said in English too; only a time is written otherwise.
    assert all(v in c.sentence for c in found for k, v in c.values.items() if k != "at")
    return " ".join(f"{c.code} {c.sentence} {c.how_to_correct}" for c in found)


@pytest.mark.row("EX6")
class TestCorrections:
    @given(SHARES)
    def test_nothing_about_the_payee_or_frauds_is_ever_said(self, shares: list[float]) -> None:
        text = said(dict(zip(NAMES, shares, strict=True)))
        assert not re.search(r"fraud|ring|risk|policy|t_|receives", text, re.IGNORECASE)

    @given(SHARES)
    def test_words_follow_the_sign(self, shares: list[float]) -> None:
        for name, share in zip(NAMES, shares, strict=True):
            line = words.sentence(name, 1.0, share)
            assert ("raises" in line) == (share > 0)
            assert ("lowers" in line) == (share < 0)

    def test_largest_share_comes_first_with_her_own_values(self) -> None:
        text = said({"c_n_1h": 0.5, "c_ratio30": 2.0, "hour": -1.0, "t_risk7": 9.0})
        assert text.startswith("amount You sent 123.45 USD; in the 30 days before, you paid 7.00")
        assert "7 payments in the hour before" in text
        assert "time" not in text.split()[:1]

    def test_every_feature_has_words_for_the_analyst(self) -> None:
        assert all(not words.name_of(name).startswith("Feature") for name in NAMES)


@pytest.mark.row("EX6")
class TestReview:
    async def blocked(self, bank: Bank) -> str:
        await bank.deposit("ada", 800)
        bank.scorer.probability = 0.95
        with pytest.raises(PaymentBlockedError) as refused:
            await bank.transfer("ada", "bo", 800)
        return str(refused.value.fields["decision_id"])

    async def test_refused_payment_can_be_put_before_a_person_once(self) -> None:
        bank = build_bank(abort_first=True)
        decision_id, ada = await self.blocked(bank), await bank.person("ada")
        before = await bank.fraud.notices.get(ada, decision_id)
        assert (before.outcome, before.review_asked_at) == (Outcome.BLOCK, None)
        first = await bank.fraud.notices.ask_review(ada, decision_id, message="my rent")
        bank.clock.advance(60)
        again = await bank.fraud.notices.ask_review(ada, decision_id, message="please")
        assert again == first == replace(before, review_asked_at=first.review_asked_at)
        (case,) = await bank.fraud.cases.queue()
        lines = [(e.actor, e.text) for e in await bank.fraud.cases.timeline(case.case_id)]
        assert lines == [("customer", "my rent")]

    @pytest.mark.parametrize("release", [True, False], ids=["cleared", "upheld"])
    async def test_outcome_is_said_and_books_nothing(self, release: bool) -> None:
        bank = build_bank()
        decision_id, ada = await self.blocked(bank), await bank.person("ada")
        await bank.fraud.notices.ask_review(ada, decision_id, message="my rent")
        (case,) = await bank.fraud.cases.queue()
        assert case.due_at > bank.clock.now()
        bank.clock.advance(3600)
        await decide(bank, case.case_id, "ann", release=release, note="a mule, says the list")
        notice = await bank.fraud.notices.get(ada, decision_id)
        wanted = ReviewOutcome.CLEARED if release else ReviewOutcome.UPHELD
        assert (notice.review_outcome, notice.review_decided_at) == (wanted, bank.clock.now())
        assert "mule" not in str(notice)
        assert await carry_out(bank) == 0
        assert await bank.balance("ada") == (800, 800)
        again = await bank.fraud.notices.ask_review(ada, decision_id, message="again")
        assert again == notice
        assert await bank.fraud.cases.queue() == []

    async def test_case_closed_without_her_words_is_opened_again_once(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 800)
        bank.scorer.probability = 0.5
        journal = await bank.transfer("ada", "bo", 800)
        ada = await bank.person("ada")
        case = await case_of(bank, journal.journal_id)
        await decide(bank, case.case_id, "ann", release=False)
        await carry_out(bank)
        assert (await bank.fraud.notices.get(ada, journal.decision_id)).review_outcome is None
        for message in ("my rent", "please"):
            await bank.fraud.notices.ask_review(ada, journal.decision_id, message=message)
        case = await case_of(bank, journal.journal_id)
        assert (case.kind, case.state) == (CaseKind.REVIEW, CaseState.OPEN)
        await decide(bank, case.case_id, "ann", release=True)
        await bank.fraud.notices.ask_review(ada, journal.decision_id, message="and now?")
        assert await carry_out(bank) == 0 or await bank.balance("ada") == (800, 800)
        assert await bank.balance("ada") == (800, 800)
        assert await bank.problems() == []

    async def test_released_payment_has_nothing_to_look_at_again(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 800)
        bank.scorer.probability = 0.5
        journal = await bank.transfer("ada", "bo", 800)
        case = await case_of(bank, journal.journal_id)
        await decide(bank, case.case_id, "ann", release=True)
        ada = await bank.person("ada")
        await bank.fraud.notices.ask_review(ada, journal.decision_id, message="my rent")
        assert not (await case_of(bank, journal.journal_id)).open

    async def test_other_people_find_nothing(self) -> None:
        bank = build_bank()
        decision_id, eve = await self.blocked(bank), await bank.person("eve")
        for act in (
            bank.fraud.notices.get(eve, decision_id),
            bank.fraud.notices.ask_review(eve, decision_id, message="hm?"),
        ):
            with pytest.raises(PaymentDecisionNotFoundError):
                await act

    async def test_notes_links_and_escalation_change_nothing_the_customer_sees(self) -> None:
        bank = build_bank()
        await bank.deposit("ada", 800)
        bank.scorer.probability = 0.5
        journal = await bank.transfer("ada", "bo", 800)
        ada = await bank.person("ada")
        before = await bank.fraud.notices.get(ada, journal.decision_id)
        case = await case_of(bank, journal.journal_id)
        await bank.fraud.cases.note(case.case_id, analyst_id="ann", text="looks like a mule ring")
        await bank.fraud.cases.escalate(case.case_id, analyst_id="ann", reason="AML")
        assert await bank.fraud.notices.get(ada, journal.decision_id) == before
        question, _ = await bank.ledger.confirmations.get(ada, journal.journal_id)
        assert "ring" not in str(question.reasons)


@pytest.mark.row("EX6")
class TestMadeRules:
    def said(self, *codes: str) -> list[tuple[str, str]]:
        found = rules.corrections(
            amount=Money(4_200, "USD"),
            at=AT,
            stored=[{"code": code, "sentence": f"{code} said so."} for code in codes],
            values={},
            contributions={},
        )
        return [(str(one.code), one.sentence) for one in found]

    def test_the_sentence_that_a_rule_keeps_for_the_customer_is_said(self) -> None:
        assert self.said("three_new_payees") == [("rule", "three_new_payees said so.")]

    def test_neither_lists_nor_the_models_own_names_are_said(self) -> None:
        assert [code for code, _ in self.said("list_block", "model_t_risk7")] == ["combination"]
