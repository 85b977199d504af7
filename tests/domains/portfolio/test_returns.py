"""Returns against independent oracles, and what must hold for any values and flows."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from app.domains.portfolio.report_types import Method, NotAvailable
from app.domains.portfolio.rules import returns

START = date(2024, 1, 1)
FUND = 1_000.0


def present_value(rate: float, flows: dict[date, float]) -> float:
    first = min(flows)
    return sum(a / (1 + rate) ** ((d - first).days / 365) for d, a in flows.items())


def plain_time_weighted(values: list[float], into: list[float], out: list[float]) -> float:
    """The textbook's loop: link the days that began with money."""
    product = 1.0
    for day in range(len(into)):
        begin = values[day] + into[day]
        if begin > 0:
            product *= (values[day + 1] + out[day]) / begin
    return product - 1


@st.composite
def journeys(draw: st.DrawFn) -> tuple[list[float], list[float], list[float], list[float]]:
    """Daily growth factors, what went in and out, and the values that follow from them."""
    days = draw(st.integers(2, 40))
    growth = draw(st.lists(st.floats(0.9, 1.1), min_size=days, max_size=days))
    into = draw(st.lists(st.integers(0, 5_000), min_size=days, max_size=days))
    into[0] = max(into[0], 100)
    share = draw(st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.5]), min_size=days, max_size=days))
    values, out = [0.0], []
    for day in range(days):
        worth = (values[-1] + into[day]) * growth[day]
        out.append(worth * share[day])
        values.append(worth - out[-1])
    return values, [float(x) for x in into], out, growth


class TestTimeWeighted:
    @pytest.mark.row("PA2")
    @given(journey=journeys())
    def test_equals_the_textbook_and_the_growth_whatever_the_flows(self, journey) -> None:
        values, into, out, growth = journey
        found = returns.time_weighted(np.array(values), np.array(into), np.array(out))
        assert found == pytest.approx(plain_time_weighted(values, into, out), abs=1e-9)
        assert found == pytest.approx(float(np.prod(growth)) - 1, abs=1e-9)

    def test_golden_two_halves_with_a_deposit_between(self) -> None:
        values = np.array([1000.0, 1100.0, 2310.0])
        found = returns.time_weighted(values, np.array([0, 1000.0]), np.zeros(2))
        assert found == pytest.approx(0.21, abs=1e-12)

    def test_sold_out_and_bought_again_links_both_stays(self) -> None:
        values = np.array([0, 110.0, 0, 0, 95.0])
        into, out = np.array([100.0, 0, 0, 100.0]), np.array([0, 121.0, 0, 0])
        assert returns.time_weighted(values, into, out) == pytest.approx(1.1 * 1.1 * 0.95 - 1)

    def test_everything_taken_out_after_a_gain_is_a_gain(self) -> None:
        found = returns.time_weighted(np.array([100.0, 0]), np.zeros(1), np.array([110.0]))
        assert found == pytest.approx(0.1)

    def test_nothing_ever_invested_is_no_return(self) -> None:
        assert returns.time_weighted(np.zeros(5), np.zeros(4), np.zeros(4)) is None


class TestMoneyWeighted:
    @pytest.mark.row("PA2")
    @settings(max_examples=60)
    @given(
        paid=st.lists(st.integers(1, 9_999), min_size=1, max_size=12),
        gaps=st.lists(st.integers(20, 400), min_size=12, max_size=12),
        ratio=st.floats(0.1, 10),
    )
    def test_savings_plan_equals_brentq(
        self, paid: list[int], gaps: list[int], ratio: float
    ) -> None:
        flows, day = {}, START
        for amount, gap in zip(paid, gaps, strict=False):
            flows[day] = -float(amount)
            day += timedelta(days=gap)
        flows[day] = ratio * sum(paid[: len(flows)])
        found, reason = returns.money_weighted(flows)
        assert reason is None
        assert found is not None

        span = (day - START).days

        def present(log: float) -> float:
            half = [(a, 0.5 - (d - START).days / span) for d, a in flows.items()]
            return sum(a * math.exp(log * part) for a, part in half)

        oracle = brentq(present, -700, 700, xtol=1e-15, rtol=1e-14, maxiter=500)
        assert abs(found - math.expm1(oracle)) / (1 + math.exp(oracle)) < 1e-9

    def test_golden_doubles_in_a_year_of_365_days(self) -> None:
        flows = {date(2023, 1, 1): -100.0, date(2024, 1, 1): 200.0}
        rate, _ = returns.money_weighted(flows)
        assert rate == pytest.approx(1.0, abs=1e-9)

    def test_withdrawals_between_still_have_one_rate(self) -> None:
        flows = {
            START: -1000.0,
            START + timedelta(days=100): 300.0,
            START + timedelta(days=200): -500.0,
            START + timedelta(days=500): 1400.0,
        }
        found, reason = returns.money_weighted(flows)
        assert reason is None
        assert found is not None
        rate = (1 + found) ** (365 / 500) - 1
        assert present_value(rate, flows) == pytest.approx(0, abs=1e-6)

    def test_several_rates_are_refused_rather_than_one_shown(self) -> None:
        # 10 % and 30 % a year both make it zero: a textbook case of two answers.
        flows = {START: -1000.0}
        flows[START + timedelta(days=365)] = 2400.0
        flows[START + timedelta(days=730)] = -1430.0
        assert returns.money_weighted(flows) == (None, NotAvailable.SEVERAL_ROOTS)

    @pytest.mark.parametrize("amounts", [[-100.0, -50.0, 0.0], [100.0, 20.0, 5.0], [0.0, 0.0, 0.0]])
    def test_no_change_of_sign_is_not_available(self, amounts: list[float]) -> None:
        flows = {START + timedelta(days=90 * n): a for n, a in enumerate(amounts)}
        assert returns.money_weighted(flows) == (None, NotAvailable.NO_SIGN_CHANGE)

    def test_change_of_sign_without_any_rate_is_not_available(self) -> None:
        flows = {START: -100.0, START + timedelta(days=365): 100.0}
        flows[START + timedelta(days=730)] = -100.0
        assert returns.money_weighted(flows)[0] is None


class TestMeasures:
    @pytest.mark.row("PA2")
    def test_nothing_is_annualised_under_a_year(self) -> None:
        flows = {START: -100.0, START + timedelta(days=30): 110.0}
        found = returns.money_weighted_measure(flows)
        assert found.value == pytest.approx(0.1, abs=1e-9)
        assert (found.annualised, found.reason) == (None, NotAvailable.TOO_SHORT)
        assert returns.measure(Method.TIME_WEIGHTED, 0.1, 364).annualised is None
        assert returns.simple(100, 110, 0, 0, 364).annualised is None

    def test_two_years_are_the_square_root(self) -> None:
        found = returns.measure(Method.TIME_WEIGHTED, 0.21, 730)
        assert found.annualised == pytest.approx(0.1, abs=1e-12)

    @given(cents=st.tuples(*[st.integers(0, 10**11)] * 4), days=st.integers(1, 4_000))
    def test_figures_are_finite_or_absent(self, cents: tuple[int, ...], days: int) -> None:
        start, end, into, out = (minor / 100 for minor in cents)
        found = returns.simple(start, end, into, out, days)
        for figure in (found.value, found.annualised):
            assert figure is None or np.isfinite(figure)

    @given(
        amounts=st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=20),
        gap=st.integers(1, 90),
    )
    def test_any_flows_give_a_finite_rate_that_solves_them_or_a_reason(
        self, amounts: list[int], gap: int
    ) -> None:
        flows = {START + timedelta(days=gap * n): float(a) for n, a in enumerate(amounts)}
        found, reason = returns.money_weighted(flows)
        assert (found is None) == (reason is not None)
        if found is not None and found > -0.9999:  # nearer to -1 its digits are rounded away
            days = [day for day, amount in flows.items() if amount]
            first, span = min(days), (max(days) - min(days)).days
            parts = [a / (1 + found) ** ((d - first).days / span) for d, a in flows.items() if a]
            assert sum(parts) == pytest.approx(0, abs=1e-6 * sum(abs(part) for part in parts))
