"""Each contradiction asks its own question; until it is settled the careful reading counts."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.onboarding.repository import texts
from app.domains.onboarding.risk_types import Reading
from app.domains.onboarding.rules import contradictions, profiling, risk
from app.domains.onboarding.types import FinancialFacts, IncomeStability
from tests.domains.onboarding.test_counterfactual import FACTS
from tests.factories.people import ANSWERS, FINANCIAL

ANY_ANSWERS = st.fixed_dictionaries(
    {item: st.sampled_from(sorted(key)) for item, key in risk.KEYS.items()}
)


def usd(amount: int) -> Money:
    return Money(amount * 100, "USD")


IN_DEBT = {"monthly_debt_payment": usd(100), "highest_debt_rate_bps": 2500}
SEEDED = [
    ("no_loss_but_high_risk", {8: "a", 12: "c"}, {}),
    ("uneasy_but_shares", {5: "a", 4: "c"}, {}),
    ("savings_but_gold_search", {4: "a", 13: "d"}, {}),
    ("avoids_risk_but_borrows", {1: "d", 7: "d"}, {}),
    ("takes_risks_but_keeps_safe", {1: "a", 12: "a"}, {}),
    ("needed_soon_but_bold", {11: "d"}, {"horizon_years": 2}),
    ("spends_reserve_of_dependants", {3: "d"}, {"dependants": 2, "liquid_reserve": usd(1500)}),
    ("borrows_in_expensive_debt", {7: "d"}, IN_DEBT),
    ("more_at_hand_than_owned", {}, {"net_worth": usd(6000)}),
    ("steady_without_income", {}, {"monthly_income": usd(0)}),
]


def items_of(answers: dict[int, str]) -> tuple:
    return tuple(risk.score_item(item, answers[item]) for item in risk.ITEMS)


@pytest.mark.row("RS4")
class TestFound:
    @pytest.mark.parametrize(("code", "answers", "facts"), SEEDED, ids=[s[0] for s in SEEDED])
    def test_a_seeded_contradiction_gets_exactly_its_follow_up(
        self, code: str, answers: dict[int, str], facts: dict[str, object]
    ) -> None:
        given_facts = replace(FINANCIAL, **facts)
        clashes = contradictions.found(ANSWERS | answers, given_facts)
        assert [clash.code for clash in clashes] == [code]

    def test_ordinary_answers_raise_nothing(self) -> None:
        assert contradictions.found(ANSWERS, FINANCIAL) == ()

    def test_half_way_through_without_facts_it_already_asks(self) -> None:
        assert contradictions.found({8: "a"}, None) == ()
        (clash,) = contradictions.found({8: "a", 11: "d"}, None)
        assert clash.code == "no_loss_but_high_risk"

    def test_every_rule_is_seeded_here_and_has_words_in_every_language(self) -> None:
        assert {seed[0] for seed in SEEDED} == set(contradictions.CODES)
        for language in texts.LANGUAGES:
            words = texts.follow_ups(language)
            assert set(words) == {*contradictions.CODES, profiling.HOUSEHOLD}

    @pytest.mark.parametrize(("code", "answers", "facts"), SEEDED, ids=[s[0] for s in SEEDED])
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_words_name_only_values_that_the_rule_gives(
        self, code: str, answers: dict[int, str], facts: dict[str, object], language: str
    ) -> None:
        (clash,) = contradictions.found(
            ANSWERS | answers,
            replace(FINANCIAL, **facts),
        )
        words = texts.follow_ups(language)[code]
        for text in (words.question, words.why, words.careful, words.bold):
            named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert named <= {name for name, _ in clash.values}


@pytest.mark.row("RS4")
class TestReadings:
    @given(ANY_ANSWERS, FACTS, st.data())
    def test_no_reply_ever_gives_more_than_was_stated(
        self, answers: dict[int, str], facts: FinancialFacts, data: st.DataObject
    ) -> None:
        clashes = contradictions.found(answers, facts)
        replies = {
            clash.code: (data.draw(st.sampled_from(Reading)), clash.fingerprint)
            for clash in clashes
            if data.draw(st.booleans())
        }
        items = items_of(answers)
        read = contradictions.readings(items, facts, clashes, replies)
        assert read.score <= sum(item.points for item in items)
        lowered = min(limit.cap for limit in risk.capacity_limits(read.facts))
        assert lowered <= min(limit.cap for limit in risk.capacity_limits(facts))

    def test_ignored_and_careful_read_low_and_bold_as_stated(self) -> None:
        answers = ANSWERS | {8: "a", 12: "c"}
        clashes = contradictions.found(answers, FINANCIAL)
        about = clashes[0].fingerprint

        def score(**replies: tuple[Reading, str]) -> int:
            return contradictions.readings(items_of(answers), FINANCIAL, clashes, replies).score

        stated = sum(item.points for item in items_of(answers))
        assert score() == stated - 2  # item 12: 3 points read as 1
        assert score(no_loss_but_high_risk=(Reading.CAREFUL, about)) == stated - 2
        assert score(no_loss_but_high_risk=(Reading.BOLD, about)) == stated

    def test_a_reply_about_other_answers_does_not_count(self) -> None:
        answers = ANSWERS | {8: "a", 11: "d"}
        (clash,) = contradictions.found(answers, FINANCIAL)
        old = {clash.code: (Reading.BOLD, "8=a,12=c")}
        assert contradictions.follow_ups((clash,), old)[0].reply is None
        assert contradictions.readings(items_of(answers), FINANCIAL, (clash,), old).score < sum(
            item.points for item in items_of(answers)
        )

    def test_facts_that_cannot_both_be_right_lower_the_capacity(self) -> None:
        facts = replace(FINANCIAL, net_worth=usd(6000), monthly_income=usd(0))
        clashes = contradictions.found(ANSWERS, facts)
        read = contradictions.readings(items_of(ANSWERS), facts, clashes, {}).facts
        assert read.liquid_reserve == usd(1000)
        assert read.income_stability is IncomeStability.NONE
