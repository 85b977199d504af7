"""The course of a period: growth that ends at the return, drawdown, gaps, thinning."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.portfolio.rules import returns, series
from app.domains.portfolio.rules.valuation import Days, calendar

FIRST = date(2026, 1, 2)


def days_of(
    values: list[float],
    into: list[float] | None = None,
    *,
    missing: tuple[str, ...] = (),
    unknown: list[bool] | None = None,
) -> Days:
    size = len(values)
    zeros = np.zeros(size)
    return Days(
        calendar(FIRST, FIRST + timedelta(days=size - 2)),
        np.array(values),
        np.array(into) if into else zeros,
        zeros,
        zeros,
        missing,
        np.array(unknown) if unknown else np.zeros(size, dtype=bool),
    )


class TestGrowth:
    @pytest.mark.row("PA2")
    @given(st.lists(st.floats(0.5, 2.0), min_size=1, max_size=40), st.integers(0, 39))
    @settings(deadline=None)
    def test_the_last_growth_is_the_time_weighted_return(
        self, factors: list[float], paid_on: int
    ) -> None:
        values, into = [100.0], [0.0]
        for row, factor in enumerate(factors):
            paid = 50.0 if row == paid_on else 0.0
            values.append((values[-1] + paid) * factor)
            into.append(paid)
        days = days_of(values, into)
        growth = series.growth_of(days)
        whole = returns.time_weighted(days.values, days.inflows[1:], days.outflows[1:])
        assert growth is not None
        assert whole is not None
        assert growth[-1] - 1 == pytest.approx(whole, rel=1e-12, abs=1e-12)

    def test_nothing_before_the_first_money_and_nothing_with_a_missing_price(self) -> None:
        growth = series.growth_of(days_of([0, 0, 110], [0, 0, 100]))
        assert growth is not None
        assert np.isnan(growth[:2]).all()
        assert growth[2] == pytest.approx(1.1)
        assert series.growth_of(days_of([1, 1], missing=("VTI",))) is None


class TestDrawdown:
    @pytest.mark.row("PA2")
    def test_deepest_fall_with_its_days(self) -> None:
        days = days_of([100, 120, 90, 100, 120, 114])
        found = series.drawdown(days, series.growth_of(days))
        assert found is not None
        assert found.depth == pytest.approx(-0.25)
        assert (found.peak, found.trough) == (FIRST, FIRST + timedelta(days=1))
        assert found.recovered == FIRST + timedelta(days=3)
        assert found.now == pytest.approx(-0.05)

    def test_a_fall_from_the_start_counts_and_may_last(self) -> None:
        days = days_of([0, 95, 97], [0, 100, 0])
        found = series.drawdown(days, series.growth_of(days))
        assert found is not None
        assert found.depth == pytest.approx(-0.05)
        assert (found.peak, found.recovered) == (FIRST - timedelta(days=1), None)

    def test_only_rising_has_no_days_and_nothing_invested_no_drawdown(self) -> None:
        days = days_of([100, 101, 102])
        found = series.drawdown(days, series.growth_of(days))
        assert found is not None
        assert (found.depth, found.peak, found.trough, found.now) == (0.0, None, None, 0.0)
        empty = days_of([0, 0])
        assert series.drawdown(empty, series.growth_of(empty)) is None

    @given(st.lists(st.floats(0.5, 2.0), min_size=1, max_size=60))
    @settings(deadline=None)
    def test_no_later_fall_is_deeper(self, factors: list[float]) -> None:
        values = np.concatenate([[100.0], 100.0 * np.cumprod(factors)])
        days = days_of(list(values))
        found = series.drawdown(days, series.growth_of(days))
        assert found is not None
        deepest = min(
            values[late] / values[early] - 1
            for early in range(len(values))
            for late in range(early, len(values))
        )
        assert found.depth == pytest.approx(min(deepest, 0.0), abs=1e-12)
        assert found.depth <= found.now <= 0


class TestPoints:
    def test_start_at_the_first_money_and_end_at_the_exact_value(self) -> None:
        days = days_of([0, 0, 100, 110.004], [0, 0, 100, 0])
        end = Money(110_01, "USD")
        found = series.points(days, series.growth_of(days), None, end=end, unit="USD")
        assert [point.day for point in found] == [FIRST + timedelta(days=d) for d in (1, 2)]
        assert found[0].value == Money(100_00, "USD")
        assert found[-1].value == end
        assert (found[0].benchmark, found[0].growth) == (None, 0.0)

    def test_unknown_days_are_gaps(self) -> None:
        days = days_of([100, 50, 100], missing=("VTI",), unknown=[False, True, False])
        found = series.points(days, series.growth_of(days), None, end=None, unit="USD")
        assert [point.value is None for point in found] == [False, True, True]
        assert [point.growth for point in found] == [None, None, None]

    @pytest.mark.parametrize("size", [1, 2, 499, 500, 501, 3_660])
    def test_at_most_five_hundred_with_the_last(self, size: int) -> None:
        days = days_of([100.0] * size)
        found = series.points(days, series.growth_of(days), None, end=None, unit="USD")
        assert len(found) <= series.MAX_POINTS
        assert len(found) >= min(size, series.MAX_POINTS // 2)
        assert found[-1].day == FIRST + timedelta(days=size - 2)

    def test_nothing_ever_has_no_points(self) -> None:
        days = days_of([0, 0, 0])
        assert series.points(days, series.growth_of(days), None, end=None, unit="USD") == ()
