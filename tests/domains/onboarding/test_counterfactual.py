"""What would change the profile: true when it is done, and never what nobody can change."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.onboarding.rules import counterfactual, risk, waiting
from app.domains.onboarding.types import FinancialFacts, IncomeStability
from app.services import AppServices
from tests.api.conftest import app, key_file, services
from tests.factories.people import FINANCIAL, PERSONAL, make_cleared

__all__ = ["app", "key_file", "services"]

CENTS = st.integers(0, 5_000_00)
FACTS = st.builds(
    FinancialFacts,
    monthly_income=CENTS.map(lambda n: Money(n, "USD")),
    monthly_spending=CENTS.map(lambda n: Money(n, "USD")),
    liquid_reserve=st.integers(0, 40_000_00).map(lambda n: Money(n, "USD")),
    monthly_debt_payment=CENTS.map(lambda n: Money(n, "USD")),
    highest_debt_rate_bps=st.integers(0, 3000),
    net_worth=st.integers(-10_000_00, 100_000_00).map(lambda n: Money(n, "USD")),
    invested=st.integers(0, 50_000_00).map(lambda n: Money(n, "USD")),
    income_stability=st.sampled_from(IncomeStability),
    dependants=st.integers(0, 4),
    horizon_years=st.integers(0, 30),
)


def final(facts: FinancialFacts, tolerance: int) -> int:
    return min(tolerance, *(limit.cap for limit in risk.capacity_limits(facts)))


def judge(tolerance: int) -> counterfactual.Judge:
    return lambda facts: counterfactual.Judged(
        final(facts, tolerance), waiting.do_not_invest(facts) is None
    )


class TestSmallest:
    @pytest.mark.row("EX3")
    @settings(max_examples=300, deadline=None)
    @given(facts=FACTS, tolerance=st.integers(1, 10))
    def test_what_it_says_really_flips_and_touches_only_what_one_can_act_on(
        self, facts: FinancialFacts, tolerance: int
    ) -> None:
        found = counterfactual.smallest(facts, judge(tolerance))
        if found is None:
            return

        fields = {change.field for change in found.changes}
        assert fields <= set(counterfactual.ACTIONABLE)
        # A debt that is repaid has no rate any more, and who saves more owns more.
        saved = {name for change in found.changes for name, _ in change.sets}
        assert saved <= fields | {"highest_debt_rate_bps", "net_worth"}
        untouched = set(FinancialFacts.__dataclass_fields__) - saved
        assert all(getattr(found.facts, name) == getattr(facts, name) for name in untouched)
        assert waiting.do_not_invest(found.facts) is None
        assert final(found.facts, tolerance) == found.profile
        assert waiting.do_not_invest(facts) is not None or found.profile > final(facts, tolerance)

    @pytest.mark.row("EX3")
    def test_nothing_is_suggested_when_tolerance_limits(self) -> None:
        assert counterfactual.smallest(FINANCIAL, judge(2)) is None

    def test_one_fact_is_preferred_to_two(self) -> None:
        short = replace(FINANCIAL, liquid_reserve=Money(5_000_00, "USD"))

        found = counterfactual.smallest(short, judge(10))

        assert found is not None
        assert [change.field for change in found.changes] == ["liquid_reserve"]
        assert found.changes[0].after == "9000.00"


class TestThroughTheService:
    @pytest.mark.row("EX3")
    @pytest.mark.parametrize(
        "facts",
        [
            replace(FINANCIAL, liquid_reserve=Money(2_000_00, "USD")),
            replace(FINANCIAL, horizon_years=2, liquid_reserve=Money(1_000_00, "USD")),
            replace(
                FINANCIAL, monthly_debt_payment=Money(100_00, "USD"), highest_debt_rate_bps=2500
            ),
        ],
        ids=["reserve", "reserve and horizon", "debt"],
    )
    async def test_doing_it_gives_the_promised_profile(
        self, services: AppServices, facts: FinancialFacts
    ) -> None:
        person = await make_cleared(services)
        door = services.onboarding.profiles
        await door.save_facts(person.user_id, personal=PERSONAL, financial=facts)
        before = await door.make(person.user_id)

        found = (await door.what_would_change(person.user_id)).suggestion

        assert found is not None
        await door.save_facts(person.user_id, personal=PERSONAL, financial=found.facts)
        after = await door.make(person.user_id)
        assert after.final == found.profile
        assert after.do_not_invest is None
        assert before.do_not_invest is not None or after.final > before.final
