"""Scores at every border, capacity that only ever falls with worse facts, legal jumps only."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.onboarding.errors import AnswerInvalidError, FactsInvalidError, KycStateError
from app.domains.onboarding.rules import risk, steps, waiting
from app.domains.onboarding.types import IncomeStability, KycState, Step, StepStatus
from tests.factories.people import FINANCIAL, PERSONAL


def usd(amount: int) -> Money:
    return Money(amount * 100, "USD")


@pytest.mark.row("RS1")
class TestTolerance:
    def test_range_of_the_scale_is_13_to_47(self) -> None:
        lowest = sum(min(key.values()) for key in risk.KEYS.values())
        highest = sum(max(key.values()) for key in risk.KEYS.values())
        assert (lowest, highest) == (13, 47)

    @pytest.mark.parametrize(
        ("score", "band", "profile"),
        [
            (13, "low", 1),
            (15, "low", 1),
            (16, "low", 2),
            (18, "low", 2),
            (19, "below_average", 3),
            (20, "below_average", 3),
            (21, "below_average", 4),
            (22, "below_average", 4),
            (23, "average", 5),
            (25, "average", 5),
            (26, "average", 6),
            (28, "average", 6),
            (29, "above_average", 7),
            (30, "above_average", 7),
            (31, "above_average", 8),
            (32, "above_average", 8),
            (33, "high", 9),
            (39, "high", 9),
            (40, "high", 10),
            (47, "high", 10),
        ],
    )
    def test_published_bands_hold_at_their_borders(
        self, score: int, band: str, profile: int
    ) -> None:
        assert risk.band(score) == band
        assert risk.tolerance(score) == profile

    @pytest.mark.parametrize(("item", "option"), [(0, "a"), (14, "a"), (9, "c"), (4, "d"), (1, "")])
    def test_answers_outside_the_key_are_refused(self, item: int, option: str) -> None:
        with pytest.raises(AnswerInvalidError):
            risk.score_item(item, option)


def capacity(**changes: object) -> int:
    facts = replace(FINANCIAL, **changes)
    return min(limit.cap for limit in risk.capacity_limits(facts))


@pytest.mark.row("RS2")
class TestCapacity:
    @given(st.integers(0, 100_000), st.integers(0, 100_000))
    def test_more_reserve_never_lowers_it(self, a: int, b: int) -> None:
        low, high = sorted((a, b))
        assert capacity(liquid_reserve=usd(low)) <= capacity(liquid_reserve=usd(high))

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_more_time_never_lowers_it(self, a: int, b: int) -> None:
        low, high = sorted((a, b))
        assert capacity(horizon_years=low) <= capacity(horizon_years=high)

    @given(st.integers(0, 5000), st.integers(0, 5000))
    def test_more_debt_never_raises_it(self, a: int, b: int) -> None:
        low, high = sorted((a, b))
        assert capacity(monthly_debt_payment=usd(high)) <= capacity(monthly_debt_payment=usd(low))

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"liquid_reserve": usd(1499)}, 1),
            ({"liquid_reserve": usd(1500)}, 3),
            ({"liquid_reserve": usd(4500)}, 6),
            ({"liquid_reserve": usd(9000)}, 10),
            ({"horizon_years": 0}, 1),
            ({"horizon_years": 2}, 3),
            ({"horizon_years": 4}, 5),
            ({"horizon_years": 9}, 7),
            ({"monthly_debt_payment": usd(721)}, 7),
            ({"monthly_debt_payment": usd(961)}, 4),
            ({"monthly_debt_payment": usd(1201)}, 2),
            ({"income_stability": IncomeStability.VARIABLE}, 7),
            ({"income_stability": IncomeStability.NONE}, 3),
            ({"invested": usd(45_001)}, 6),
            ({"dependants": 2, "liquid_reserve": usd(8999)}, 6),
            ({"dependants": 2}, 10),
            ({"monthly_income": usd(0), "monthly_debt_payment": usd(1)}, 2),
            ({"net_worth": usd(0), "invested": usd(1)}, 6),
        ],
    )
    def test_each_rule_caps_where_the_table_says(
        self, changes: dict[str, object], expected: int
    ) -> None:
        assert capacity(**changes) == expected

    def test_the_limiting_rule_is_named_with_its_value(self) -> None:
        limits = risk.capacity_limits(replace(FINANCIAL, horizon_years=2))
        found = risk.reasons(score=40, stated=10, counting=10, limits=limits)
        assert [reason.code for reason in found] == ["tolerance_high", "capacity_horizon"]
        assert "2 years" in found[1].sentence


@pytest.mark.row("RS8")
class TestDoNotInvest:
    def test_dear_debt_without_reserve_means_repay_and_save(self) -> None:
        facts = replace(
            FINANCIAL,
            highest_debt_rate_bps=2500,
            monthly_debt_payment=usd(100),
            liquid_reserve=usd(0),
        )
        reason = waiting.do_not_invest(facts)
        assert reason is not None
        assert reason.code == "repay_and_save_first"
        assert "25 %" in reason.sentence

    def test_no_debt_no_objection(self) -> None:
        assert waiting.do_not_invest(FINANCIAL) is None

    def test_cheap_debt_is_no_objection(self) -> None:
        facts = replace(FINANCIAL, highest_debt_rate_bps=300, monthly_debt_payment=usd(500))
        assert waiting.do_not_invest(facts) is None


class TestSteps:
    @pytest.mark.row("OK6")
    @given(st.sampled_from(KycState), st.sampled_from(KycState))
    def test_only_listed_jumps_are_legal(self, present: KycState, wanted: KycState) -> None:
        if wanted in steps.NEXT[present]:
            steps.require_jump(present, wanted)
        else:
            with pytest.raises(KycStateError):
                steps.require_jump(present, wanted)

    def test_rejection_is_final_and_approval_is_not(self) -> None:
        assert not steps.NEXT[KycState.REJECTED]
        assert KycState.REJECTED in steps.NEXT[KycState.APPROVED]

    def test_age_counts_completed_years(self) -> None:
        assert steps.age_years(date(2000, 11, 25), date(2026, 11, 24)) == 25
        assert steps.age_years(date(2000, 11, 24), date(2026, 11, 24)) == 26

    def test_minors_and_mixed_currencies_are_refused(self) -> None:
        young = replace(PERSONAL, birth_date=date(2010, 1, 1))
        with pytest.raises(FactsInvalidError, match="18"):
            steps.check_personal(young, date(2026, 11, 24))
        mixed = replace(FINANCIAL, invested=Money(1, "EUR"))
        with pytest.raises(FactsInvalidError, match="one currency"):
            steps.check_financial(mixed)

    def test_waiting_is_not_done(self) -> None:
        assert steps.missing(((Step.KYC, StepStatus.WAITING),)) == ["kyc"]
