"""More risk waits, less counts at once; a profile ends after a year or with another life."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.onboarding.risk_types import Anchor, Cooling, FollowUp, Households, NoHouseholds
from app.domains.onboarding.rules import ageing, cooling, effects, knowledge, profiling, risk
from app.domains.onboarding.types import IncomeStability, RiskProfile
from tests.factories.people import ANSWERS, FINANCIAL

NOW = datetime(2026, 11, 26, tzinfo=UTC)
DAY = timedelta(days=1)


def made(*, households: Households | None = None, **changes: object) -> RiskProfile:
    inputs = profiling.Inputs(
        user_id="she",
        version=1,
        answers=ANSWERS,
        replies={},
        knowledge=knowledge.graded({}),
        facts=FINANCIAL,
        age_years=32,
        anchor=None,
        running=None,
        fall=None,
        now=NOW,
    )
    changed = replace(inputs, **changes)
    return profiling.profile_of(changed, households or NoHouseholds())


def wait(tolerance: int, **changes: object) -> Cooling | None:
    arguments: dict[str, object] = {
        "anchor": Anchor(4, NOW - DAY), "running": None, "fall": None, "now": NOW
    }  # fmt: skip
    return cooling.cooling(tolerance, **(arguments | changes))


@pytest.mark.row("RS5")
class TestCooling:
    def test_the_first_profile_and_less_risk_count_at_once(self) -> None:
        assert wait(9, anchor=None) is None
        assert wait(4) is None
        assert wait(1, fall=0.5) is None

    def test_more_soon_after_waits_a_week_and_much_later_does_not(self) -> None:
        assert wait(5) == Cooling(5, NOW + 7 * DAY, "soon")
        assert wait(5, anchor=Anchor(4, NOW - 30 * DAY)) is None

    def test_more_after_a_fall_waits_however_long_ago_the_last_one_was(self) -> None:
        long_ago = Anchor(4, NOW - 300 * DAY)
        assert wait(5, anchor=long_ago, fall=0.10) == Cooling(5, NOW + 7 * DAY, "fall")
        assert wait(5, anchor=long_ago, fall=0.09) is None

    def test_the_same_wish_again_does_not_wait_longer_and_a_higher_one_does(self) -> None:
        running = Cooling(6, NOW + 2 * DAY, "soon")
        assert wait(6, running=running) == Cooling(6, NOW + 2 * DAY, "soon")
        assert wait(7, running=running) == Cooling(7, NOW + 7 * DAY, "soon")

    @given(st.integers(1, 10), st.integers(1, 10), st.integers(0, 400), st.floats(0, 1))
    def test_what_counts_is_never_above_either_side_before_the_wait_is_over(
        self, before: int, capacity_cap: int, days: int, fall: float
    ) -> None:
        facts = replace(FINANCIAL, horizon_years=capacity_cap)
        found = made(anchor=Anchor(before, NOW - days * DAY), fall=fall, facts=facts)
        stated = found.stated_tolerance
        assert stated is not None
        assert found.final == min(found.tolerance, found.capacity)
        if found.cooling is not None:
            assert found.tolerance == before < stated
            later = cooling.in_force(found, now=found.cooling.until)
            assert later.final == min(found.cooling.tolerance, later.capacity)
            assert "cooling" not in [reason.code for reason in later.reasons]
            assert cooling.in_force(found, now=found.cooling.until - DAY) == found

    def test_a_version_with_an_open_follow_up_is_no_new_measure(self) -> None:
        asked = FollowUp("any", (), "", is_binding=True)
        open_one = replace(made(), follow_ups=(asked,), anchor=Anchor(2, NOW))
        assert cooling.anchor_of(open_one, now=NOW) == Anchor(2, NOW)
        assert cooling.anchor_of(made(), now=NOW) == Anchor(made().tolerance, NOW)


def outdated(now: datetime = NOW + DAY, **changes: object) -> str | None:
    facts = replace(FINANCIAL, **changes)
    found = ageing.outdated(made(), facts=facts, facts_at=NOW + DAY, now=now)
    return found.code if found else None


@pytest.mark.row("RS5")
class TestOutdated:
    def test_good_for_a_year_to_the_second(self) -> None:
        assert outdated(NOW + 365 * DAY - timedelta(seconds=1)) is None
        assert outdated(NOW + 365 * DAY) == "profile_expired"

    @pytest.mark.parametrize(
        "changes",
        [
            {"monthly_income": Money(2900_00, "USD")},
            {"net_worth": Money(50_000_00, "USD")},
            {"horizon_years": 14},
            {"highest_debt_rate_bps": 300, "monthly_debt_payment": Money(100_00, "USD")},
        ],
    )
    def test_small_changes_keep_it(self, changes: dict[str, object]) -> None:
        assert outdated(**changes) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"monthly_income": Money(3100_00, "USD")},
            {"net_worth": Money(40_000_00, "USD")},
            {"horizon_years": 13},
            {"dependants": 1},
            {"income_stability": IncomeStability.VARIABLE},
            {"liquid_reserve": Money(0, "USD")},
            {"highest_debt_rate_bps": 2500, "monthly_debt_payment": Money(100_00, "USD")},
            {"monthly_debt_payment": Money(1300_00, "USD")},
        ],
    )
    def test_another_life_ends_it_and_says_what_to_do(self, changes: dict[str, object]) -> None:
        assert outdated(**changes) == "facts_changed"

    def test_a_version_without_facts_ends_with_any_change(self) -> None:
        old = replace(made(), facts=None)
        found = ageing.outdated(old, facts=FINANCIAL, facts_at=NOW + DAY, now=NOW + DAY)
        assert found is not None
        assert ageing.outdated(old, facts=FINANCIAL, facts_at=NOW, now=NOW + DAY) is None


class TestEffects:
    def test_each_answer_over_its_most_careful_option_and_each_rule_alone(self) -> None:
        poor = made(facts=replace(FINANCIAL, liquid_reserve=Money(1000_00, "USD")))
        found = effects.of(poor)
        assert found.limits["reserve"] == poor.capacity - 10
        assert sum(found.limits.values()) == found.limits["reserve"]
        least = {i.item: risk.tolerance(poor.score - i.points + 1) for i in poor.items}
        stated = risk.tolerance(poor.score)
        assert found.items == {item: stated - lower for item, lower in least.items()}
        assert all(effect >= 0 for effect in found.items.values())
